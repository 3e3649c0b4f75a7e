import { describe, expect, it } from "vitest";
import { argumentsOf, nameOf, parse } from "../../../src/syntax/nginx/parse.js";
import { print, printable } from "../../../src/syntax/nginx/print.js";

const problemsOf = (text: string): string[] => parse(text).problems.map(({ message, line }) => `${line}: ${message}`);

describe("parse", () => {
  it("makes a tree of directives with their lines, and keeps comments aside", () => {
    const { directives, comments, problems } = parse("# top\nhttp {\n  server { listen 80; } # in\n}\n");
    expect(problems).toEqual([]);
    expect(comments.map(({ text }) => text)).toEqual([" top", " in"]);
    const [http] = directives;
    expect([nameOf(http!), http!.line]).toEqual(["http", 2]);
    const listen = http!.block![0]!.block![0]!;
    expect([nameOf(listen), argumentsOf(listen), listen.line, listen.block]).toEqual(["listen", ["80"], 3, null]);
  });

  it.each([
    ["a b", ['1: the file ends without ";" or "{"']],
    ["a {\n b;\n", ['1: "{" is never closed']],
    ["a; }", ['1: unexpected "}"']],
    ["a {\n b }", ['2: ";" is missing before "}"']],
    [";", ['1: unexpected ";"']],
    ["{ }", ['1: unexpected "{"']],
    ['a "b', ["1: quote is not closed"]],
  ])("says of %j what is wrong with it", (text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it("prints a tree with every directive on its own line again", () => {
    const text = 'a\n  "x y" ;\n\nb {\n # gone\n  c "d\\n";\n}\n';
    const lines = (of: string) =>
      JSON.stringify(parse(of).directives, (key, value) => (key === "start" || key === "end" ? undefined : value));
    const printed = print(parse(text).directives.map(printable));
    expect(printed.split("\n")[3]).toBe(" b {");
    expect(lines(printed).replaceAll('"line":1', "")).toBe(
      lines(text).replaceAll('"line":2', "").replaceAll('"line":1', ""),
    );
  });
});
