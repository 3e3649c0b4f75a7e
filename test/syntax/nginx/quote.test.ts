import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findProgram } from "../../../src/support/program.js";
import { lex } from "../../../src/syntax/nginx/lex.js";
import { comment, literal, Refusal, word, words } from "../../../src/syntax/nginx/quote.js";

/** Texts with far more of what means something to nginx than chance would give. */
const nasty = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(..."\"'\\;{}#$ \t\n\r\0a0/~=()é\u{1f600}".match(/./gsu)!), maxLength: 30 }),
);

function wordOrRefusal(text: string): string | null {
  try {
    return word(text);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

describe("word", () => {
  it("makes one token with the same text of anything, or refuses it", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const written = wordOrRefusal(text);
        if (written === null) {
          expect(text).toMatch(/[\0-\x08\x0a-\x1f\x7f]|\p{Cs}/u);
          return;
        }
        const { tokens, problem } = lex(`d ${written};}`);
        expect(problem).toBeNull();
        expect(tokens.map(({ kind, text }) => [kind, text])).toEqual([
          ["word", "d"],
          ["word", text],
          [";", ";"],
          ["}", "}"],
        ]);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ["", '""'],
    ["10.0.0.1:80", "10.0.0.1:80"],
    ["a b", '"a b"'],
    ['say "hi"; \\', '"say \\"hi\\"; \\\\"'],
    ["#x", '"#x"'],
    ["${x", '"${x"'],
    ["}", '"}"'],
  ])("writes %j as %s", (text, written) => {
    expect(word(text)).toBe(written);
  });

  it.each(["a\nb", "a\rb", "a\0b", "\x7f", "\ud800", "x".repeat(4001), '"'.repeat(2100), "é".repeat(2100)])(
    "refuses what nginx cannot carry (%#)",
    (text) => {
      expect(() => word(text)).toThrow(Refusal);
    },
  );

  it("joins several with single blanks", () => {
    expect(words(["a", "b c", ""])).toBe('a "b c" ""');
  });

  it.skipIf(!findProgram("nginx"))("is read back by nginx itself as the same bytes", () => {
    const dir = mkdtempSync(join(tmpdir(), "lbctl-word-"));
    const file = join(dir, "nginx.conf");
    const texts = fc
      .sample(nasty, { numRuns: 400, seed: 7 })
      .concat("x".repeat(1900), "a${b", '"', "'", "\\", "\\n", "\t");
    try {
      let read = 0;
      for (const text of texts) {
        const written = wordOrRefusal(text);
        if (written === null || text.length > 1900) continue;
        writeFileSync(file, `events {}\n${written} x;\n`);
        const { stderr } = spawnSync(findProgram("nginx")!, ["-t", "-e", "/dev/null", "-c", file], {
          encoding: "utf8",
        });
        expect(stderr).toContain(`unknown directive "${text}" in ${file}:2`);
        read += 1;
        if (read >= 120) break;
      }
      expect(read).toBe(120);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe("literal", () => {
  it("leaves no sign that a directive could fill in, but the variable that stands for it", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const written = literal(text);
        expect(written.replaceAll("${dollar}", "")).not.toContain("$");
        expect(written.replaceAll("${dollar}", "$")).toBe(text);
      }),
    );
  });
});

describe("comment", () => {
  it("stays one comment whatever it says", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const { tokens } = lex(`# ${comment(text)}\nx;`);
        expect(tokens.map(({ kind }) => kind)).toEqual(["comment", "word", ";"]);
      }),
    );
  });
});
