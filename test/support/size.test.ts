import { expect, test } from "vitest";
import { parseSize } from "../../src/support/size.js";

test.each<[string, number | undefined]>([
  ["16k", 16 * 1024],
  ["1m", 1024 ** 2],
  ["2g", 2 * 1024 ** 3],
  ["0k", 0],
  ["16", undefined], // a unit is never guessed
  ["16K", undefined],
  ["16kb", undefined],
  ["1.5m", undefined],
  ["-1k", undefined],
  ["", undefined],
])("%j is %j bytes", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});
