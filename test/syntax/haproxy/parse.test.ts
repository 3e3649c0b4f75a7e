import { expect, test } from "vitest";
import { Source } from "../../../src/support/source.js";
import { parse } from "../../../src/syntax/haproxy/parse.js";

const read = (text: string) => parse(new Source("haproxy.cfg", text));

test("sections hold the lines up to the next section, with their numbers", () => {
  const { sections, preamble, problems } = read(
    ".notice hi\n# c\nglobal\n  maxconn 10\n\nfrontend web # public\n  bind :80\n  default_backend b\nbackend b\n",
  );
  expect(problems).toEqual([]);
  expect(preamble.map(({ words, line }) => [words[0].text, line])).toEqual([[".notice", 1]]);
  expect(sections.map(({ kind, name, head, lines }) => [kind, name, head.line, lines.map(({ line }) => line)])).toEqual(
    [
      ["global", "", 3, [4]],
      ["frontend", "web", 6, [7, 8]],
      ["backend", "b", 9, []],
    ],
  );
  expect(sections[1]!.head.comment).toBe(" public");
});

test("a line that cannot be read is a problem, the others are read", () => {
  const text = "backend b\n  server 'a\n  server b 10.0.0.1\n";
  const { sections, problems } = read(text);
  expect(problems.map(({ message, start }) => [message, text.slice(start)])).toEqual([
    ["quote ' is not closed", "'a\n  server b 10.0.0.1\n"],
  ]);
  expect(sections[0]!.lines.map(({ line }) => line)).toEqual([3]);
});

test("a file without a last line end is refused by HAProxy", () => {
  expect(read("global").problems.map(({ message }) => message)).toEqual(["last line has no line end"]);
  expect(read("").problems).toEqual([]);
});
