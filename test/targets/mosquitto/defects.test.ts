import { beforeAll, describe, expect, it } from "vitest";
import type { Fleet } from "../../../src/fleet/fleet.js";
import { parse } from "../../../src/syntax/mosquitto/parse.js";
import target from "../../../src/targets/mosquitto/index.js";
import { findingsOf, fleetOf } from "../../fleet.js";

const brokers = (rest: string): string => `version: 1
name: routemq
brokers:
  mqtt:
    software: mosquitto
    servers: ["mosquitto-{1..3}"]
${rest}`;

const FLEET = brokers(`    cluster: { mode: bridge }
    access: { anonymous: true }
    persistence: true
    listeners: { mqtt: 1883, websocket: 9001 }
`);

/** The same three brokers that people copy from guides, and what becomes of each mistake in them. */
describe("what copied mosquitto set-ups get wrong", () => {
  let fleet: Fleet;
  let nodes: ReturnType<typeof parse>[];
  beforeAll(async () => {
    fleet = await fleetOf(FLEET);
    const options = target.options({
      written: fleet.written,
      name: "mosquitto",
      version: null,
      pools: null,
      options: {},
    });
    nodes = target.render(fleet, options).map(({ text }) => parse(text));
  });
  const values = (node: ReturnType<typeof parse>, wanted: string) =>
    node.filter(({ key }) => key === wanted).map(({ value }) => value);

  it("three brokers behind one balancer share nothing: here all but the first bridge to the first", () => {
    expect(nodes.map((node) => values(node, "connection").length)).toEqual([0, 1, 1]);
  });

  it("a mesh of bridges sends messages round for ever: here each bridge leads to lower numbers only", () => {
    for (const [index, node] of nodes.entries()) {
      const reached = values(node, "addresses").flatMap((text) => text.match(/mosquitto-\d/g)!);
      for (const name of reached) expect(Number(name.at(-1))).toBeLessThan(index + 1);
    }
  });

  it("a node file that nobody shows listens on loopback alone: here every node has a file with its listeners", () => {
    expect(nodes).toHaveLength(3);
    for (const node of nodes) expect(values(node, "listener")).toContain("1883");
  });

  it("a listener that says nothing about access turns everyone away: here access is always said", () => {
    for (const node of nodes) expect(values(node, "allow_anonymous")).toEqual(["true"]);
  });

  it("port 9001 without a protocol resets WebSocket clients: here the protocol follows its listener", () => {
    for (const node of nodes) {
      const at = node.findIndex(({ key, value }) => key === "listener" && value === "9001");
      expect(node[at + 1]).toMatchObject({ key: "protocol", value: "websockets" });
    }
  });

  it("cluster keys that mosquitto does not have stop it, or do nothing: here there are none", () => {
    for (const node of nodes) expect(node.filter(({ key }) => /cluster|node_id/.test(key))).toEqual([]);
  });

  it("persistence is left to chance: here it is said, with a file that no other node writes", () => {
    expect(nodes.map((node) => values(node, "persistence"))).toEqual([["true"], ["true"], ["true"]]);
    expect(new Set(nodes.flatMap((node) => values(node, "persistence_file"))).size).toBe(3);
  });

  it.each([
    [
      "a cluster of mosquitto's own does not exist",
      "    cluster: { mode: native }\n    access: { anonymous: true }\n    persistence: true\n",
      /mosquitto has bridges/,
    ],
    [
      "brokers that are not told how to share are not guessed about",
      "    access: { anonymous: true }\n    persistence: true\n",
      /does not say `cluster`/,
    ],
    ["access is not guessed", "    cluster: { mode: bridge }\n    persistence: true\n", /does not say `access`/],
    [
      "persistence is not guessed",
      "    cluster: { mode: bridge }\n    access: { anonymous: true }\n",
      /does not say `persistence`/,
    ],
  ])("%s: refused", async (_, rest, message) => {
    const errors = (await findingsOf(brokers(rest))).filter(({ severity }) => severity === "error");
    expect(errors.map((error) => error.message)).toEqual([expect.stringMatching(message)]);
  });
});
