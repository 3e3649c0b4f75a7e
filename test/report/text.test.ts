import { describe, expect, it } from "vitest";
import { coloured, colourless } from "../../src/report/style.js";
import { findingsText } from "../../src/report/text.js";
import { type Finding, finding } from "../../src/support/finding.js";
import { Source } from "../../src/support/source.js";

/** A finding about the first occurrence of `part` in `text`. */
function about(
  text: string,
  part: string,
  more: Partial<Finding> = {},
): { text: string; finding: Finding; source: Source } {
  const source = new Source("topology.yaml", text);
  const start = text.indexOf(part);
  const at = source.place({ start, end: start + part.length });
  return { text, source, finding: finding({ rule: "some-rule", source: "lint", message: "this is so", at, ...more }) };
}

const shown = (found: ReturnType<typeof about>, plain = false): string[] =>
  findingsText([found.finding], new Map([["topology.yaml", found.source]]), colourless(plain))
    .split("\n")
    .slice(0, -1);

describe("a finding on the screen", () => {
  it("has its severity, rule and message, the place, the line with the place underlined, and the help", () => {
    const text = "version: 1\nbrokers:\n  mqtt: { keepalive: 50s, timeouts: { idle: 30s } }\n";
    expect(shown(about(text, "30s", { rule: "mqtt-idle-below-keepalive", help: "set it to 75s or more" }))).toEqual([
      "error[mqtt-idle-below-keepalive]: this is so",
      "  ┌─ topology.yaml:3:45",
      " 3│  mqtt: { keepalive: 50s, timeouts: { idle: 30s } }",
      "  │                                            ^^^",
      "  = help: set it to 75s or more",
    ]);
  });

  it("shows a second place as a note", () => {
    const found = about("a: 1\na: 2\n", "a: 2");
    const first = found.source.place({ start: 0, end: 1 });
    expect(
      shown({ ...found, finding: { ...found.finding, related: [{ message: "first used", at: first }] } }).at(-1),
    ).toBe("  = note: first used at topology.yaml:1:1");
  });

  it("makes room for line numbers of any length", () => {
    const found = about(`${"#\n".repeat(1233)}name: x\n`, "x");
    expect(shown(found).slice(1)).toEqual(["    ┌─ topology.yaml:1234:7", "1234│name: x", "    │      ^"]);
  });

  it("expands tabs, so that the mark stands below its word", () => {
    expect(shown(about("\ta\tb: 1\n", "b")).slice(2)).toEqual([" 1│    a   b: 1", "  │        ^"]);
  });

  it("counts wide characters as two columns and combining ones as none", () => {
    expect(shown(about("k: 漢字 e\u0301 x\n", "x")).slice(2)).toEqual([" 1│k: 漢字 e\u0301 x", "  │          ^"]);
    expect(shown(about("k: 漢字\n", "漢字")).at(-1)).toBe("  │   ^^^^");
    expect(shown(about("k: 🎉 x\n", "x")).at(-1)).toBe("  │      ^");
  });

  it("marks one column where something is missing at the end of a line", () => {
    const source = new Source("topology.yaml", "name:\n");
    const at = source.place({ start: 5, end: 5 });
    const found = { text: "", source, finding: finding({ rule: "r", source: "schema", message: "m", at }) };
    expect(shown(found).slice(2)).toEqual([" 1│name:", "  │     ^"]);
  });

  it("underlines what spans several lines to the end of the first", () => {
    expect(shown(about("a: {\n  b: 1 }\n", "{\n  b: 1 }")).slice(2)).toEqual([" 1│a: {", "  │   ^"]);
  });

  it("cuts a long line on both sides of the place", () => {
    const found = about(`${"a".repeat(300)} x ${"b".repeat(300)}\n`, "x");
    const [, , line, marks] = shown(found);
    expect(line).toBe(` 1│…${"a".repeat(39)} x ${"b".repeat(68)}…`);
    expect(marks).toBe(`  │${" ".repeat(41)}^`);
  });

  it("lets no control character of the text reach the terminal", () => {
    const found = about("k: \u001b[31mx\u202e\u0007\n", "x", { message: "no \u001b[2J\nhere" });
    expect(shown(found)).toEqual([
      "error[some-rule]: no \\u001b[2J\\u000ahere",
      "  ┌─ topology.yaml:1:9",
      " 1│k: \ufffd[31mx\ufffd\ufffd",
      "  │        ^",
    ]);
  });

  it("is ASCII where nothing else can be shown", () => {
    expect(shown(about("a: 1\n", "1"), true).slice(1)).toEqual(["  --> topology.yaml:1:4", " 1|a: 1", "  |   ^"]);
  });

  it("names the file alone where there is no text to show", () => {
    const found = about("", "");
    expect(findingsText([found.finding], new Map(), colourless(false))).toBe(
      "error[some-rule]: this is so\n  ┌─ topology.yaml\n",
    );
  });

  it("repeats in colour what the words say", async () => {
    const found = about("a: 1\n", "1", { severity: "warning" });
    const text = findingsText([found.finding], new Map([["topology.yaml", found.source]]), await coloured(false));
    expect(text).toContain("\u001b[33m\u001b[1mwarning[some-rule]");
    expect(
      text
        .replace(/\u001b\[\d+m/g, "")
        .split("\n")
        .slice(0, -1),
    ).toEqual(shown(found));
  });
});
