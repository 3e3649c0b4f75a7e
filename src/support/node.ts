import type { Place, Source, Span } from "./source.js";

/** A value that stands in a text, with its place. The tree of a YAML file, or of whatever a fleet was lifted from. */
export type Node = ScalarNode | MapNode | SequenceNode;

export interface ScalarNode extends Span {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
}

export interface MapNode extends Span {
  readonly kind: "map";
  /** In file order. The key's span is that of the key alone. */
  readonly entries: ReadonlyMap<string, { readonly key: Span; readonly value: Node }>;
}

export interface SequenceNode extends Span {
  readonly kind: "sequence";
  readonly items: readonly Node[];
}

/**
 * Where a part of a fleet was written. `node` is the part as a whole; `inherited` is where keys stand that the part
 * itself leaves out (`defaults`, for a pool).
 */
export interface Written {
  readonly source: Source;
  readonly node: Node;
  readonly inherited?: Node;
}

/** The node at a dotted path below `node` (`timeouts.idle`, `servers.2`), or undefined where it was not written. */
export function nodeAt(node: Node, path: string): Node | undefined {
  if (path === "") return node;
  if (node.kind === "map" && !path.includes(".")) return node.entries.get(path)?.value;
  let here: Node | undefined = node;
  for (const key of path.split(".")) {
    if (here?.kind === "map") here = here.entries.get(key)?.value;
    else if (here?.kind === "sequence") here = here.items[Number(key)];
    else return undefined;
  }
  return here;
}

/** Whether the text itself says `path` of this part (a default or an inherited key does not count). */
export const isWritten = ({ written }: { readonly written: Written }, path: string): boolean =>
  nodeAt(written.node, path) !== undefined;

/**
 * The place of `path` within a part: the value's own; where it was inherited, the place it was inherited from; where it
 * was left to its default, the nearest part that lacks it (for a map: its key or first line, not the whole block).
 */
export function at({ written }: { readonly written: Written }, path = ""): Place {
  const { source, node, inherited } = written;
  const own = nodeAt(node, path) ?? (path !== "" && inherited ? nodeAt(inherited, path) : undefined);
  if (own) return source.place(headOf(own, source));
  const parent = path.includes(".") ? path.slice(0, path.lastIndexOf(".")) : "";
  return path === "" ? source.place(headOf(node, source)) : at({ written }, parent);
}

/** The place of the key `path` ends with (an unknown key, a key whose presence is what is wrong). */
export function atKey(part: { readonly written: Written }, path: string): Place {
  const { source, node } = part.written;
  const cut = path.lastIndexOf(".");
  const parent = nodeAt(node, cut < 0 ? "" : path.slice(0, cut));
  const entry = parent?.kind === "map" ? parent.entries.get(path.slice(cut + 1)) : undefined;
  return entry ? source.place(entry.key) : at(part, path);
}

/** What of a value is underlined: one that spans several lines is shown by its first. */
export const headOf = (node: Node, source: Source): Span => source.firstLine(node);
