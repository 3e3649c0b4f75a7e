import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { findProgram, runProgram } from "../../src/support/program.js";
import { argument, literal, pattern, Refusal, word } from "../../src/syntax/haproxy/quote.js";
import { startHaproxy, stopAll } from "../lint/programs.js";
import { freePort, suite } from "../real/harness/programs.js";
import { fetchAll } from "./fetchAll.js";
import { hostileText, oneLine } from "./hostile.js";
import { drawn, shown, told } from "./seed.js";

/** A text, and what a quoting made of it. */
type Quoted = readonly [text: string, written: string];

/** The texts that a quoting takes. */
function quoted(texts: readonly string[], quote: (text: string) => string): Quoted[] {
  return texts.flatMap((text) => {
    try {
      return [[text, quote(text)] as const];
    } catch (error) {
      if (error instanceof Refusal) return [];
      throw error;
    }
  });
}

/** A rule that answers the request for `/INDEX`; `words`: the kind of body, the body, and perhaps a condition beside the path. */
const answer = (index: number, kind: "string" | "lf-string", body: string, and = ""): string =>
  `http-request return status 200 content-type text/plain ${kind} ${body} if { path /${index} } ${and}`;

/** Asks a HAProxy with these rules for `/0`, `/1` ..., and tells which answers are not the text expected. */
async function wrongAnswers(cases: readonly Quoted[], rules: readonly string[]): Promise<string> {
  const port = await freePort();
  const lines = ["frontend f", "mode http", `bind 127.0.0.1:${port}`, ...rules];
  await startHaproxy(`${lines.join("\n  ")}\n`, port);
  const paths = cases.map((_, index) => `/${index}`);
  const bodies = await fetchAll(port, paths);
  const wrong = cases.filter(([text], index) => !bodies[index]?.equals(Buffer.from(text)));
  return told(wrong.map(([text, written]) => `${shown(text)}, written ${shown(written)}`));
}

/** What may be a keyword, or is a macro or a scope as the first word of a line: where no value ever stands. */
const isKeyword = (text: string): boolean => /^[a-z-]+$|^[.[]/.test(text);
/** HAProxy stops at the fiftieth error of a file. */
const AT_ONCE = 49;
/** Beyond a line's and a word's first buffer. */
const LONG = ["x".repeat(8000), "'\n".repeat(2000)];

suite("HAProxy", ["haproxy"], () => {
  afterEach(stopAll);

  test("it answers with the very bytes that were quoted", async () => {
    const cases = quoted([...drawn(oneLine, 1600), ...drawn(hostileText, 600), ...LONG], word);
    const rules = cases.map(([, written], index) => answer(index, "string", written));
    expect(await wrongAnswers(cases, rules)).toBe("");
    expect(cases.length).toBeGreaterThan(1800);
  });

  test("what a log-format string is given to hold stands for itself", async () => {
    const cases = quoted(drawn(oneLine, 1000), (text) => word(literal(text)));
    const rules = cases.map(([, written], index) => answer(index, "lf-string", written));
    expect(await wrongAnswers(cases, rules)).toBe("");
    expect(cases.length).toBeGreaterThan(900);
  });

  test("an argument of an expression, and a pattern beside it, are one text", async () => {
    const cases = quoted(drawn(oneLine, 1000), (text) => argument(text) && word(pattern(text)));
    const rules = cases.map(([text, written], index) => {
      const expression = `str(${argument(text)})`;
      return answer(index, "lf-string", word(`%[${expression}]`), `{ ${word(expression)} -m str ${written} }`);
    });
    expect(await wrongAnswers(cases, rules)).toBe("");
    expect(cases.length).toBeGreaterThan(600);
  });

  test("it names unknown keywords by the very bytes that were quoted", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lbctl-injection-"));
    const texts = [...new Set(drawn(hostileText, 600))].filter((text) => text.length < 200 && !isKeyword(text));
    const cases = quoted(texts, word);
    const count = Math.ceil(cases.length / AT_ONCE);
    const wrong = await Promise.all(
      Array.from({ length: count }, async (_, number) => {
        const some = cases.slice(number * AT_ONCE, (number + 1) * AT_ONCE);
        const file = join(folder, `${number}.cfg`);
        writeFileSync(file, `defaults\n${some.map(([, written]) => written).join("\n")}\n`);
        const { stderr } = await runProgram(findProgram("haproxy")!, ["-c", "-f", file]);
        const isSaid = ([text]: Quoted, index: number): boolean =>
          stderr.includes(`[${file}:${index + 2}] : unknown keyword '${text}' in 'defaults' section`);
        return some.filter((each, index) => !isSaid(each, index));
      }),
    );
    rmSync(folder, { recursive: true });
    expect(told(wrong.flat().map(([text]) => shown(text)))).toBe("");
  });
});
