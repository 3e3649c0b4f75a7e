import type { MapNode, Node } from "../support/node.js";
import type { Context } from "./context.js";
import { Part, Report } from "./part.js";
import type { PoolPart } from "./pools.js";

/** Without these a pool is none, or says nothing that can be judged. */
const NEEDED = new Set(["", "software", "primary", "protocol"]);
/** What speaks of servers by their names cannot be judged where one of them is missing. */
const OF_SERVERS = ["split", "cluster"];

/**
 * What is wrong with the sound rest of a pool of which `wrong` does not follow the schema, so that one run tells all: names
 * that name nothing, addresses that are none. That the rest lacks something is not said: it may be what was left out.
 */
export function judgeRest(
  context: Context,
  pool: PoolPart,
  wrong: ReadonlySet<string>,
  build: (context: Context, pool: PoolPart) => void,
): void {
  const { source, node, inherited } = pool.part.written;
  if (node.kind !== "map" || [...wrong].some((key) => NEEDED.has(key))) return;
  const hasAllServers = ![...wrong].some((key) => /^(?:servers|replicas)\b/.test(key));
  const left = without(node, hasAllServers ? wrong : new Set([...wrong, ...OF_SERVERS]));
  const report = new Report();
  build({ ...context, report }, { ...pool, part: new Part(source, left, inherited) });
  for (const found of report.findings)
    if (found.severity === "error" && found.rule !== "schema/missing-key") context.report.add(found);
}

/** A map without some keys (`balance`), and some entries of others (`servers.2`, `listeners.http`). */
function without(node: MapNode, wrong: ReadonlySet<string>): MapNode {
  const entries = [...node.entries].flatMap(([key, { key: span, value }]) =>
    wrong.has(key) ? [] : [[key, { key: span, value: entriesWithout(value, key, wrong) }] as const],
  );
  return { ...node, entries: new Map(entries) };
}

function entriesWithout(node: Node, key: string, wrong: ReadonlySet<string>): Node {
  if (node.kind === "sequence")
    return { ...node, items: node.items.filter((_item, index) => !wrong.has(`${key}.${index}`)) };
  if (node.kind === "scalar") return node;
  return { ...node, entries: new Map([...node.entries].filter(([name]) => !wrong.has(`${key}.${name}`))) };
}
