import { describe, expect, test } from "vitest";
import { lexLine } from "../../../src/syntax/haproxy/lex.js";

/** Configuration manual of 2.6, sections 2.2 and 2.3; each row was also given to the real program by `.notice`. */
const READ: [line: string, words: string[], comment: string | null][] = [
  ["  server a 10.0.0.1:80 check", ["server", "a", "10.0.0.1:80", "check"], null],
  ["\ta\tb", ["a", "b"], null],
  ["", [], null],
  ["   ", [], null],
  ["a # b", ["a"], " b"],
  ["#only", [], "only"],
  ["a#b", ["a"], "b"],
  ["a\\#b", ["a#b"], null],
  ["a\\ b", ["a b"], null],
  ["a\\\\b", ["a\\b"], null],
  ["\\'\\\"", ["'\""], null],
  ["a\\n\\r\\tb", ["a\n\r\tb"], null],
  ["\\x41\\x62", ["Ab"], null],
  ["\\xc3\\xa9", ["é"], null],
  ["'a b # \\n $X \"'", ['a b # \\n $X "'], null],
  ['"a b # \\n \\" \'"', ["a b # \n \" '"], null],
  ["a'b c'd\"e f\"", ["ab cde f"], null],
  ["''", [""], null],
  ["$HOME{}", ["$HOME{}"], null],
  ["a\r", ["a"], null],
];

describe("a line of HAProxy's configuration", () => {
  test.each(READ)("%j", (line, words, comment) => {
    const read = lexLine(line);
    expect([read.words.map(({ text }) => text), read.comment, read.problem]).toEqual([words, comment, null]);
  });

  test("an environment variable is one in double quotes alone", () => {
    expect(lexLine('"${A}" \'${A}\' ${A} "\\$A"').words.map(({ variable }) => variable)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test("words know where they stand", () => {
    const text = "x\n a 'b c'\n";
    expect(lexLine(text, 2, 10).words.map(({ start, end }) => text.slice(start, end))).toEqual(["a", "'b c'"]);
  });

  test.each([
    ["a 'b", "quote ' is not closed"],
    ['a "b', 'quote " is not closed'],
    ["a \\", "backslash escape is cut off"],
    ["a \\x4", "backslash escape is cut off"],
    ["a \\xzz", "backslash escape is cut off"],
  ])("%j cannot be read", (line, message) => {
    expect(lexLine(line).problem?.message).toBe(message);
  });
});
