import { describe, expect, it } from "vitest";
import { diffText } from "../../src/support/diff.js";

const before = "upstream a {\n    server x;\n    server y;\n}\nupstream b {\n    server z;\n}\n";

describe("diffText", () => {
  it("is empty for equal texts", () => {
    expect(diffText(before, before)).toBe("");
  });

  it("heads each hunk by the section ", () => {
    const after = before.replace("server y;", "server y weight=2;").replace("server z;", "server q;");
    const section = (line: number) => (line <= 4 ? "upstream a" : "upstream b");
    expect(diffText(before, after, { section })).toBe(
      [
        "@@ upstream a @@",
        "-    server y;",
        "+    server y weight=2;",
        "@@ upstream b @@",
        "-    server z;",
        "+    server q;",
        "",
      ].join("\n"),
    );
  });

  it("shows unchanged lines around a change where they are asked for", () => {
    expect(diffText("a\nb\nc\nd\n", "a\nb\nx\nd\n", { context: 1 })).toBe("@@ line 3 @@\n b\n-c\n+x\n d\n");
  });

  it("names the line where nobody knows a section", () => {
    expect(diffText("a\nb\n", "a\nc\n")).toBe("@@ line 2 @@\n-b\n+c\n");
  });

  it("says so where the last line lost its line break", () => {
    expect(diffText("a\n", "a")).toBe("@@ line 1 @@\n-a\n+a\n\\ No newline at end of file\n");
  });

  it("gives up the search for a smallest diff where nearly all of a long text differs", () => {
    const old = Array.from({ length: 6000 }, (_, line) => `old ${line}`);
    const now = Array.from({ length: 6000 }, (_, line) => `new ${line}`);
    const started = performance.now();
    const patch = diffText(["same", ...old, "end"].join("\n"), ["same", ...now, "end"].join("\n"));
    expect(patch.split("\n").slice(0, 2)).toEqual(["@@ line 2 @@", "-old 0"]);
    expect(patch.split("\n")).toHaveLength(1 + 6000 + 6000 + 1);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
