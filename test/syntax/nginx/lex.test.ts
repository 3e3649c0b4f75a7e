import { describe, expect, it } from "vitest";
import { lex } from "../../../src/syntax/nginx/lex.js";

/** Words as `nginx -t` (1.22.1) named them in "unknown directive". */
const WORDS: [string, string][] = [
  ['a"b', 'a"b'], // quotes mean something only where a word begins
  ["a}b", "a}b"],
  ["a#b", "a#b"],
  ['"a\\tb"', "a\tb"],
  ['"a\\qb"', "a\\qb"], // the backslash stays before anything else
  ["a\\;b", "a\\;b"],
  ["a\\ b", "a\\ b"],
  ['""', ""],
  ["a'b", "a'b"],
  ['\\"x', '"x'],
  ['"a\\\\b"', "a\\b"],
  ["a\\\\b", "a\\b"],
  ["a\\nb", "a\nb"],
  ['"a\nb"', "a\nb"],
  ["'a\\'b'", "a'b"],
  ["é", "é"],
  ["$a", "$a"],
  ["${a}b", "${a}b"],
];

describe("lex", () => {
  it.each(WORDS)("reads %j as the word %j", (text, value) => {
    const { tokens, problem } = lex(`${text} x;`);
    expect(problem).toBeNull();
    expect(tokens.map(({ kind, text }) => [kind, text])).toEqual([
      ["word", value],
      ["word", "x"],
      [";", ";"],
    ]);
  });

  it("ends a bare word at a brace or semicolon, but not in ${", () => {
    expect(lex("a$b{c;d${e}f").tokens.map(({ text }) => text)).toEqual(["a$b", "{", "c", ";", "d${e}f"]);
  });

  it("refuses what nginx refuses behind a quoted word, and an open quote", () => {
    expect(lex('"x"y z;').problem?.message).toBe('unexpected "y" after a quoted word');
    expect(lex('a "b').problem?.message).toBe("quote is not closed");
    expect(lex('if ("x") {').problem).toBeNull();
  });

  it("counts lines, also through words and comments that hold line breaks", () => {
    const { tokens } = lex('a\n"b\nc" # d\ne;');
    expect(tokens.map(({ text, line }) => [text, line])).toEqual([
      ["a", 1],
      ["b\nc", 2],
      [" d", 3],
      ["e", 4],
      [";", 4],
    ]);
  });
});
