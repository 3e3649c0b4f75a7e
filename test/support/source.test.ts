import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { Source } from "../../src/support/source.js";

/** The textbook way: counts from the start of the text. */
function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const breaks = [...before.matchAll(/\r\n|\n|\r/g)].filter(
    (found) => text.slice(found.index, found.index + 2) !== "\r\n" || found[0].length === 2,
  );
  const last = breaks.at(-1);
  return `${breaks.length + 1}:${[...before.slice(last ? last.index + last[0].length : 0)].length + 1}`;
}

const text = fc
  .array(fc.constantFrom("a", "é", "😀", "\n", "\r\n", "\r", "\t", "漢", "bc"), { maxLength: 30 })
  .map((parts) => parts.join(""));

describe("a place", () => {
  it.each([
    ["abc", 0, "1:1"],
    ["abc", 3, "1:4"],
    ["a\nbc", 3, "2:2"],
    ["a\r\nbc", 3, "2:1"],
    ["a\rbc", 2, "2:1"],
    ["😀b", 2, "1:2"], // one column, two UTF-16 units
    ["a\n😀😀b", 6, "2:3"],
    ["", 0, "1:1"],
    ["a\n", 2, "2:1"],
  ])("in %j at offset %i is %s", (given, offset, expected) => {
    const { line, column } = new Source("t", given).place({ start: offset, end: offset });
    expect(`${line}:${column}`).toBe(expected);
  });

  it("always is where counting from the start ends", () => {
    fc.assert(
      fc.property(text, fc.nat(40), fc.nat(10), (given, from, length) => {
        const whole = [...given];
        const start = whole.slice(0, from).join("").length;
        const end = whole.slice(0, from + length).join("").length;
        if (given[start - 1] === "\r" && given[start] === "\n") return; // inside of one line break
        if (given[end - 1] === "\r" && given[end] === "\n") return;
        const place = new Source("t", given).place({ start, end });
        expect(`${place.line}:${place.column}`).toBe(placeOf(given, start));
        expect(`${place.endLine}:${place.endColumn}`).toBe(placeOf(given, end));
      }),
      { numRuns: 1000 },
    );
  });

  it("in a line of 1 MB is found as fast as in a short one", () => {
    const source = new Source("t", `${"😀a".repeat(350_000)}\n`);
    const before = performance.now();
    let sum = 0;
    for (let offset = 0; offset < 1_000_000; offset += 100) sum += source.place({ start: offset, end: offset }).column;
    expect(sum).toBeGreaterThan(0);
    expect(performance.now() - before).toBeLessThan(2000); // counted one by one, it takes minutes
  });
});

describe("a line", () => {
  it("is its text without its break", () => {
    const source = new Source("t", "one\ntwo\r\nthree\rfour");
    expect([1, 2, 3, 4, 5].map((line) => source.line(line))).toEqual(["one", "two", "three", "four", ""]);
  });

  it("is cut by columns", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 12 }), fc.nat(6), (given, from, count) => {
        const source = new Source("t", `first 😀\n${given}`);
        const line = [...source.line(2)];
        expect(source.columns(2, from, from + count)).toBe(line.slice(from - 1, from - 1 + count).join(""));
      }),
    );
  });
});

test.each([
  ["a: 1\n  b: 2", 0, 12, 0, 4],
  ["a: 1   \n  b: 2", 0, 14, 0, 4],
  ["a: 1", 0, 4, 0, 4],
  ["a: 1\n", 0, 4, 0, 4],
  ["x\n\n\ny", 1, 5, 1, 2], // one character at least
])("of %j from %i to %i the first line is shown", (given, start, end, first, last) => {
  expect(new Source("t", given).firstLine({ start, end })).toEqual({ start: first, end: last });
});
