import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { formatDuration, parseDuration } from "../../src/support/duration.js";

test.each<[string, number | undefined]>([
  ["500ms", 500],
  ["5s", 5000],
  ["1m", 60_000],
  ["1h", 3_600_000],
  ["1d", 86_400_000],
  ["0s", 0],
  ["090s", 90_000],
  ["5", undefined], // a unit is never guessed
  ["", undefined],
  ["s", undefined],
  ["5S", undefined],
  ["5 s", undefined],
  ["-5s", undefined],
  ["1.5s", undefined],
  ["1m20s", undefined], // one unit
  ["5w", undefined],
  ["5s\n", undefined],
])("%j is %j ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

describe("a duration is written", () => {
  it.each<[number, string]>([
    [0, "0s"],
    [1, "1ms"],
    [1500, "1500ms"],
    [37_500, "37500ms"],
    [60_000, "60s"],
    [90_000, "90s"],
    [119_000, "119s"],
    [120_000, "2m"],
    [150_000, "150s"],
    [3_600_000, "1h"],
    [5_400_000, "90m"],
    [86_400_000, "1d"],
    [90_000_000, "25h"],
  ])("%j ms as %j", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it("always so that it can be read again", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(1, 1000, 60_000, 3_600_000), (count, unit) => {
        expect(parseDuration(formatDuration(count * unit))).toBe(count * unit);
      }),
    );
  });
});
