import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { didYouMean } from "../../src/support/suggest.js";

const KEYS = [
  "interval",
  "timeout",
  "rise",
  "fall",
  "port",
  "path",
  "host",
  "expect",
  "maxConnections",
  "idleConnections",
];
const ALGORITHMS = [
  "round_robin",
  "least_connections",
  "least_response_time",
  "random",
  "ip_hash",
  "consistent_hash",
  "first",
];

test.each<[string, readonly string[], string | undefined]>([
  ["intervall", KEYS, "interval"],
  ["intreval", KEYS, "interval"], // a swap is one edit
  ["Timeout", KEYS, "timeout"],
  ["prot", KEYS, "port"],
  ["max_connections", KEYS, "maxConnections"], // case and separators aside
  ["maxconn", KEYS, "maxConnections"], // goes on where it stops
  ["connections", KEYS, "maxConnections"], // three edits, at most
  ["idle", KEYS, "idleConnections"],
  ["hos", ["host", "hose"], "host"], // of two that are as near, the first
  ["foo", KEYS, undefined],
  ["x", KEYS, undefined],
  ["", KEYS, undefined],
  ["leastconn", ALGORITHMS, "least_connections"],
  ["least_conn", ALGORITHMS, "least_connections"],
  ["least", ALGORITHMS, undefined], // two go on so
  ["roundrobin", ALGORITHMS, "round_robin"],
  ["iphash", ALGORITHMS, "ip_hash"],
  ["sticky", ALGORITHMS, undefined],
  ["web", ["web"], undefined], // the same is no suggestion
])("%j among %j may mean %j", (text, candidates, expected) => {
  expect(didYouMean(text, candidates)).toBe(expected && `did you mean "${expected}"?`);
});

test("a text that is longer than any name was not misspelt", () => {
  expect(didYouMean("k".repeat(1_000_000), ["k".repeat(63)])).toBeUndefined();
});

describe("one edit in a word of six letters or more", () => {
  const word = fc.string({ unit: fc.constantFrom(..."abcdefgh"), minLength: 6, maxLength: 12 });
  it("always leads back to it", () => {
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom("cut", "double", "change", "swap"), (right, place, edit) => {
        const at = place % (right.length - 1);
        const wrong = {
          cut: right.slice(0, at) + right.slice(at + 1),
          double: right.slice(0, at) + right[at] + right.slice(at),
          change: `${right.slice(0, at)}z${right.slice(at + 1)}`,
          swap: right.slice(0, at) + right[at + 1] + right[at] + right.slice(at + 2),
        }[edit]!;
        fc.pre(wrong !== right);
        expect(didYouMean(wrong, ["interval", right, "timeout"])).toBe(`did you mean "${right}"?`);
      }),
    );
  });
});
