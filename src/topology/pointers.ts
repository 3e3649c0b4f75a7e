import type { Node } from "../support/node.js";
import type { Span } from "../support/source.js";

export type { Node };

/** A JSON Pointer (RFC 6901) as the keys it is made of. */
export const pathOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

/** A key as a part of a JSON Pointer. */
export const escaped = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** The value at `path`, or the nearest one above it that exists. */
export function nodeOf(root: Node, path: readonly string[]): Node {
  let here = root;
  for (const part of path) {
    const next = here.kind === "map" ? here.entries.get(part)?.value : childOf(here, part);
    if (!next) return here;
    here = next;
  }
  return here;
}

const childOf = (node: Node, part: string): Node | undefined =>
  node.kind === "sequence" ? node.items[Number(part)] : undefined;

/** Where the last key of `path` stands, where it is one. */
export function keySpanOf(root: Node, path: readonly string[]): Span | undefined {
  const parent = nodeOf(root, path.slice(0, -1));
  return parent.kind === "map" ? parent.entries.get(path.at(-1) ?? "")?.key : undefined;
}
