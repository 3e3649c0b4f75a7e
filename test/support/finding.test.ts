import { describe, expect, it, test } from "vitest";
import { Collected, collected, MOST_OF_A_RULE } from "../../src/support/collected.js";
import { type Finding, finding, inFileOrder } from "../../src/support/finding.js";
import { shorten } from "../../src/support/shorten.js";

const at = (line: number, column: number, file = "t.yaml"): Finding["at"] => ({
  file,
  line,
  column,
  endLine: line,
  endColumn: column + 1,
});
const made = (rule: string, line: number, column: number, message = "m", file = "t.yaml"): Finding =>
  finding({ rule, source: "schema", message, at: at(line, column, file) });

test("a finding is an error about the file where nothing else is said", () => {
  expect(made("r", 1, 2)).toEqual({
    rule: "r",
    source: "schema",
    kind: "configuration",
    severity: "error",
    message: "m",
    help: null,
    at: at(1, 2),
    related: [],
    fix: null,
  });
});

test("file order is file, line, column, rule, message", () => {
  const sorted = [
    made("a", 1, 1, "m", "a.yaml"),
    made("b", 1, 1),
    made("a", 2, 1),
    made("a", 10, 1, "m"),
    made("a", 10, 2, "a"),
    made("a", 10, 2, "b"),
    made("b", 10, 2, "a"),
  ];
  expect([...sorted].reverse().sort(inFileOrder)).toEqual(sorted);
});

test("the same rule, place and message is one finding", () => {
  const list = [made("a", 1, 1), made("a", 1, 1), made("b", 1, 1), made("a", 1, 2), made("a", 1, 1, "n")];
  expect(collected(list)).toEqual([list[0], ...list.slice(2)]);
});

describe("what is gathered", () => {
  it("stands in the order in which it came, each once", () => {
    const collected = new Collected();
    const list = [made("b", 5, 1), made("a", 1, 1), made("a", 1, 1, "n")];
    for (const each of [...list, ...list]) collected.add(each);
    expect(collected.findings).toEqual(list);
    expect(collected.count("a")).toBe(2);
    expect(collected.count("c")).toBe(0);
  });

  it("of one rule is a thousand, with the number of the others at the first of them", () => {
    const collected = new Collected();
    collected.add(made("other", 1, 1));
    for (let line = 1; line <= MOST_OF_A_RULE + 500; line += 1) collected.add(made("many", line, 1));
    for (let line = 1; line <= MOST_OF_A_RULE + 500; line += 1) collected.add(made("many", line, 1)); // told before
    expect(collected.count("many")).toBe(1500);
    expect(collected.findings).toHaveLength(1 + MOST_OF_A_RULE + 1);
    expect(collected.findings.at(-1)).toMatchObject({
      rule: "many",
      message: "and 500 more of this kind",
      help: "repair these first",
      at: { line: 1001 },
    });
  });
});

test.each([
  ["short", "short"],
  ["x".repeat(60), "x".repeat(60)],
  ["x".repeat(61), `${"x".repeat(59)}…`],
])("%s is shown in 60 characters", (text, shown) => {
  expect(shorten(text)).toBe(shown);
});
