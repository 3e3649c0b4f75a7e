import { describe, expect, it } from "vitest";
import { at, atKey, isWritten, nodeAt } from "../../src/support/node.js";
import { Source } from "../../src/support/source.js";
import { parseYaml } from "../../src/topology/yaml.js";

const TEXT = `defaults: { timeouts: { read: 5s, send: 6s }, balance: first }
pool:
  timeouts: { read: 7s }
  servers: [a, { host: b, port: 5 }]
  health: |
    two
    lines
`;
const source = new Source("t.yaml", TEXT);
const root = parseYaml(source).node!;
const pool = { written: { source, node: nodeAt(root, "pool")!, inherited: nodeAt(root, "defaults")! } };
const alone = { written: { source, node: nodeAt(root, "pool")! } };

const placeOf = ({ line, column, endLine, endColumn }: ReturnType<typeof at>): string =>
  `${line}:${column}-${endLine}:${endColumn}`;

describe("the place of a key", () => {
  it.each([
    ["timeouts.read", "3:21-3:23"], // its value
    ["timeouts", "3:13-3:25"],
    ["servers.0", "4:13-4:14"],
    ["servers.1.port", "4:33-4:34"],
    ["health", "6:5-6:8"], // a text of several lines by its first
    ["", "3:3-3:25"], // a block by its first line
    ["timeouts.send", "1:41-1:43"], // where it was inherited from
    ["balance", "1:56-1:61"],
    ["timeouts.idle", "3:13-3:25"], // the nearest part that lacks it
    ["servers.1.weight", "4:16-4:36"],
    ["retries.attempts", "3:3-3:25"],
  ])("%j is %s", (path, expected) => {
    expect(placeOf(at(pool, path))).toBe(expected);
  });

  it("is that of the part where nothing is inherited", () => {
    expect(placeOf(at(alone, "balance"))).toBe("3:3-3:25");
  });

  it("itself is where its name stands", () => {
    expect(placeOf(atKey(pool, "timeouts.read"))).toBe("3:15-3:19");
    expect(placeOf(atKey({ written: { source, node: root } }, "pool"))).toBe("2:1-2:5");
    expect(placeOf(atKey(pool, "timeouts.idle"))).toBe("3:13-3:25");
  });
});

describe("a key is written", () => {
  it.each([
    ["timeouts.read", true],
    ["servers.1.host", true],
    ["timeouts.send", false], // inherited
    ["servers.2", false],
    ["timeouts.read.x", false],
    ["servers.x", false],
  ])("%j: %j", (path, expected) => {
    expect(isWritten(pool, path)).toBe(expected);
  });
});
