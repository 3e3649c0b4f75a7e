import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { findProgram, runProgram } from "../../src/support/program.js";
import { argument, literal, pattern, Refusal, word } from "../../src/syntax/haproxy/quote.js";
import { startHaproxy, stopAll } from "../lint/programs.js";
import { fetchAll } from "./fetchAll.js";
import { hostileText, oneLine } from "./hostile.js";
import { drawn, shown, told } from "./seed.js";

const PORT = 27_111;
const frontend = (rules: readonly string[]): string =>
  `frontend f\n  mode http\n  bind 127.0.0.1:${PORT}\n${rules.map((rule) => `  ${rule}`).join("\n")}\n`;
const answer = (kind: "string" | "lf-string", text: string, index: number, when = ""): string =>
  `http-request return status 200 content-type text/plain ${kind} ${text} if { path /${index} }${when}`;

/** The texts that a quoting takes, with what it made of them. */
function quoted(texts: readonly string[], quote: (text: string) => string): (readonly [string, string])[] {
  return texts.flatMap((text) => {
    try {
      return [[text, quote(text)] as const];
    } catch (error) {
      if (error instanceof Refusal) return [];
      throw error;
    }
  });
}

/** What is wrong with the answers to `/0`, `/1` ... */
async function answers(rules: readonly string[], expected: readonly string[]): Promise<string> {
  await startHaproxy(frontend(rules), PORT);
  const bodies = await fetchAll(PORT, expected.map((_, index) => `/${index}`));
  const wrong = expected.flatMap((text, index) =>
    bodies[index]?.equals(Buffer.from(text)) ? [] : [`${shown(text)} came as ${bodies[index] && shown(`${bodies[index]}`)}`]);
  return told(wrong);
}

afterEach(stopAll);

  test("HAProxy answers with the very bytes that were quoted", async () => {
  const cases = quoted([...drawn(oneLine, 1600), ...drawn(hostileText, 600), "x".repeat(8000), "'\n".repeat(2000)], word);
  expect(await answers(cases.map(([, quote], index) => answer("string", quote, index)), cases.map(([text]) => text))).toBe("");
  expect(cases.length).toBeGreaterThan(1800);
});

  test("what a log-format string is given to hold stands for itself", async () => {
  const cases = quoted(drawn(oneLine, 1000), (text) => word(literal(text)));
  expect(await answers(cases.map(([, quote], index) => answer("lf-string", quote, index)), cases.map(([text]) => text))).toBe("");
  expect(cases.length).toBeGreaterThan(900);
});

  test("an argument of an expression, and a pattern beside it, are one text", async () => {
  const cases = quoted(drawn(oneLine, 1000), (text) => `{ ${word(`str(${argument(text)})`)} -m str ${word(pattern(text))} }`);
  const rules = cases.map(([text, same], index) => answer("lf-string", word(`%[str(${argument(text)})]`), index, ` ${same}`));
  expect(await answers(rules, cases.map(([text]) => text))).toBe("");
  expect(cases.length).toBeGreaterThan(600);
});

/** What may be a keyword, or is a macro or a scope as the first word of a line: where no value ever stands. */
const isKeyword = (text: string): boolean => /^[a-z-]+$|^[.[]/.test(text);
/** HAProxy stops at the fiftieth error of a file. */
const AT_ONCE = 49;

  test("HAProxy names unknown keywords by the very bytes that were quoted", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lbctl-injection-"));
  const texts = [...new Set(drawn(hostileText, 600))].filter((text) => text.length < 200 && !isKeyword(text));
  const cases = quoted(texts, word);
  const groups = Array.from({ length: Math.ceil(cases.length / AT_ONCE) }, (_, index) => cases.slice(index * AT_ONCE, (index + 1) * AT_ONCE));
  const wrong = await Promise.all(
    groups.map(async (group, number) => {
      const file = join(folder, `${number}.cfg`);
      writeFileSync(file, `defaults\n${group.map(([, quote]) => quote).join("\n")}\n`);
      const { stderr } = await runProgram(findProgram("haproxy")!, ["-c", "-f", file]);
      const said = (text: string, line: number): string => `[${file}:${line}] : unknown keyword '${text}' in 'defaults' section`;
      return group.filter(([text], index) => !stderr.includes(said(text, index + 2)));
    }),
  );
  rmSync(folder, { recursive: true });
  expect(told(wrong.flat().map(([text]) => shown(text)))).toBe("");
});
