import { SECTIONS } from "./owners.js";
import type { Node } from "./pointers.js";

/** Top parts that do not follow the schema (`brokers.mqtt`, `behind`), with what of them is wrong: `balance`, `servers.2`; empty: the whole. */
export type BrokenParts = ReadonlyMap<string, ReadonlySet<string>>;

/** Lists and maps of a part whose entries are judged one by one. */
const LISTS = new Set(["servers", "replicas", "routes", "listeners", "hostnames"]);

/** What is broken where these paths are wrong. */
export function brokenParts(paths: Iterable<readonly string[]>): BrokenParts {
  const parts = new Map<string, Set<string>>();
  for (const path of paths) {
    const [section = "", name] = path;
    const isNamed = SECTIONS.has(section) && name !== undefined;
    const [key, entry] = path.slice(isNamed ? 2 : 1);
    const part = isNamed ? `${section}.${name}` : section;
    const wrong = key !== undefined && entry !== undefined && LISTS.has(key) ? `${key}.${entry}` : (key ?? "");
    if (!parts.has(part)) parts.set(part, new Set());
    parts.get(part)!.add(wrong);
  }
  return parts;
}

/** The paths at which `values` stand. */
export function* pathsTo(
  node: Node,
  values: ReadonlySet<Node>,
  path: readonly string[] = [],
): Generator<readonly string[]> {
  if (values.size === 0) return;
  if (node.kind === "scalar") {
    if (values.has(node)) yield path;
  } else if (node.kind === "sequence") {
    for (const [index, item] of node.items.entries()) yield* pathsTo(item, values, [...path, String(index)]);
  } else for (const [key, { value }] of node.entries) yield* pathsTo(value, values, [...path, key]);
}
