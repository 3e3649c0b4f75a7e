import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../../src/support/program.js";
import { lexLine } from "../../../src/syntax/haproxy/lex.js";
import {
  argument,
  comment,
  isName,
  literal,
  name,
  pattern,
  Refusal,
  word,
  words,
} from "../../../src/syntax/haproxy/quote.js";

/** Characters that mean something to one of HAProxy's readers, beside any others. */
const NASTY = [..." \t\n\r\"'\\#$%{}[](),;:=-x0aé€\u2028"];
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...NASTY), minLength: 1, maxLength: 20 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
);
const held = text.filter((value) => !value.includes("\0") && value.isWellFormed());

describe("word", () => {
  test.each([
    ["mosquitto-1:1883", "mosquitto-1:1883"],
    ["%[src]", "%[src]"],
    ["{", "{"],
    ["$HOME", "$HOME"], // a variable is one in double quotes alone
    ["a b", "'a b'"],
    ["#x", "'#x'"],
    ['say "x"', `'say "x"'`],
    ["it's", `"it's"`],
    ["it's $5\\", `"it's \\$5\\\\"`],
    ["a\nb", '"a\\nb"'],
    ["back\\slash", "'back\\slash'"],
  ])("%j is written %s", (value, written) => {
    expect(word(value)).toBe(written);
  });

  test.each([[""], ["a\0b"], ["\ud800"]])("%j is refused", (value) => {
    expect(() => word(value)).toThrow(Refusal);
  });

  test("any text reads back as one word, whatever stands beside it", () => {
    fc.assert(
      fc.property(held, held, (a, b) => {
        const { words: read, comment: rest, problem } = lexLine(words([a, b]));
        expect([read.map((each) => each.text), rest, problem]).toEqual([[a, b], null, null]);
        expect(read.some(({ variable }) => variable && !a.includes("$") && !b.includes("$"))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  const haproxy = findProgram("haproxy");
  test.skipIf(!haproxy)("the real program reads the same bytes", () => {
    const values = fc.sample(held, { numRuns: 3000, seed: 8 }).map((value) => `<${value}>`);
    const dir = mkdtempSync(join(tmpdir(), "lbctl-quote-"));
    try {
      const file = join(dir, "h.cfg");
      const frame =
        "defaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\nfrontend f\n bind 127.0.0.1:1\n";
      writeFileSync(file, values.map((value) => `.notice ${word(value)}\n`).join("") + frame);
      const { stderr, status } = spawnSync(haproxy!, ["-c", "-f", file], { maxBuffer: 1 << 26 });
      expect(status).toBe(0);
      const said = stderr
        .toString("utf8")
        .split(/^\[NOTICE\] .* config : parsing \[.*:\d+\]: '/m)
        .slice(1);
      expect(said).toHaveLength(values.length);
      for (const [index, value] of values.entries()) expect(said[index]).toBe(`${value}'.\n`);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe("inside a word", () => {
  test("a percent sign stands for itself in a log-format string; a line break is refused", () => {
    expect(literal("100% %[src]")).toBe("100%% %%[src]");
    expect(() => literal("a\r\nSet-Cookie: x")).toThrow(Refusal);
  });

  test.each([
    ["X-Tenant", "X-Tenant"],
    ["a b", '"a b"'],
    ["a,b)", '"a,b)"'],
    ['"\\', '"\\"\\\\"'],
  ])("the argument %j is written %s", (value, written) => {
    expect(argument(value)).toBe(written);
  });
  test.each([["a]b"], ["a\nb"], [""]])("the argument %j is refused", (value) => {
    expect(() => argument(value)).toThrow(Refusal);
  });

  test.each([["-i"], ["}"]])("the pattern %j is refused: it would be syntax", (value) => {
    expect(() => pattern(value)).toThrow(Refusal);
    expect(pattern(`/${value}`)).toBe(`/${value}`);
  });

  test("names are letters, digits and four signs", () => {
    expect([isName("a-B_1.c:d"), isName("a b"), isName(""), isName("é")]).toEqual([true, false, false, false]);
    expect(() => name("a/b")).toThrow(Refusal);
  });

  test("a comment stays on its line", () => {
    expect(comment("a\nb\rc\u2028d\u0000e")).toBe("a b c d e");
  });
});
