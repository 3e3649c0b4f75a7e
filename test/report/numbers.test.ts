import { expect, it } from "vitest";
import { bytesOf, counted, grouped } from "../../src/report/numbers.js";
import { wrapped } from "../../src/report/wrapped.js";

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [4096, "4.1 kB"],
  [999_949, "999.9 kB"],
  [999_950, "1.0 MB"], // never 1000.0 kB
  [12_345_678, "12.3 MB"],
])("writes %d bytes as %s", (bytes, text) => {
  expect(bytesOf(bytes)).toBe(text);
});

it("groups thousands", () => {
  expect([7, 999, 1000, 11_525, 1_000_000].map(grouped)).toEqual(["7", "999", "1 000", "11 525", "1 000 000"]);
});

it("says one thing and several things", () => {
  expect([counted(1, "error"), counted(0, "error"), counted(1200, "entry", "entries")]).toEqual([
    "1 error",
    "0 errors",
    "1 200 entries",
  ]);
});

it("cuts lines between words and leaves a long word whole", () => {
  expect(wrapped("aa bb cc dddddddd e", 5)).toEqual(["aa bb", "cc", "dddddddd", "e"]);
});
