import type { Bridge } from "../../fleet/fleet.js";
import { at } from "../../support/node.js";
import { Groups } from "../groups.js";
import type { Rule } from "../rule.js";
import { topicsOverlap } from "../topics.js";

export default {
  id: "mqtt-bridge-loop",
  severity: "error",
  title: "bridges between brokers form a ring",
  why: `
A message goes round a ring of bridges for ever. Two mosquitto 2.0.11, each bridged to the other: one published message arrived
18,524 times within a second, on both; three in a full mesh: 300 to 450 times within seconds. Where the directions allow no way
round, a broker that is reached in two ways still gets everything twice. A tree (a star, a chain) delivers once.
`,
  bad: `
brokers:
  mqtt:
    cluster:
      mode: bridge
      bridges:
        - { from: broker-2, to: broker-1 }
        - { from: broker-3, to: broker-2 }
        - { from: broker-1, to: broker-3 } # <- reported here
    servers: ["broker-{1..3}"]
`,
  good: `
brokers:
  mqtt:
    cluster:
      mode: bridge
      bridges:
        - { from: broker-2, to: broker-1 }
        - { from: broker-3, to: broker-2 }
    servers: ["broker-{1..3}"]
`,
  *check(fleet) {
    for (const pool of fleet.pools) {
      if (pool.kind !== "brokers") continue;
      const connected = new Groups();
      for (const [index, bridge] of (pool.cluster?.bridges ?? []).entries()) {
        if (connected.join(bridge.from, bridge.to)) continue;
        const way = wayBetween(bridge, pool.cluster!.bridges.slice(0, index));
        if (!way) continue;
        const ring = [bridge.from, ...way.nodes];
        yield {
          at: at(bridge),
          message: `the bridge from ${bridge.from} to ${bridge.to} closes the ring ${[...ring, bridge.from].join(" - ")}: messages go round it for ever`,
          help: "leave this bridge out: messages get everywhere without it",
          related: way.bridges.map((other) => ({ message: `${other.from} is bridged to ${other.to}`, at: at(other) })),
        };
      }
    }
  },
} satisfies Rule;

interface Way {
  readonly nodes: readonly string[];
  readonly bridges: readonly Bridge[];
}

/** How a message of `bridge` gets from its `to` back to its `from` by earlier bridges, the shortest way first. */
function wayBetween(bridge: Bridge, earlier: readonly Bridge[]): Way | undefined {
  const carrying = earlier.filter(({ topics }) => topicsOverlap(topics, bridge.topics));
  const reached = new Set([bridge.to]);
  let ways: Way[] = [{ nodes: [bridge.to], bridges: [] }];
  while (ways.length > 0) {
    const longer: Way[] = [];
    for (const way of ways) {
      const end = way.nodes.at(-1)!;
      if (end === bridge.from) return { nodes: way.nodes.slice(0, -1), bridges: way.bridges };
      for (const next of carrying) {
        const node = next.from === end ? next.to : next.to === end ? next.from : undefined;
        if (node === undefined || reached.has(node)) continue;
        reached.add(node);
        longer.push({ nodes: [...way.nodes, node], bridges: [...way.bridges, next] });
      }
    }
    ways = longer;
  }
  return undefined;
}
