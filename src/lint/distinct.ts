import type { Node, Written } from "../support/node.js";

/** Parts that were written once, though several pools or routes inherit them; the first of each, in order. */
export function* distinct<Part extends { readonly written: Written }>(parts: Iterable<Part>): Generator<Part> {
  const seen = new Set<Node>();
  for (const part of parts) {
    if (seen.has(part.written.node)) continue;
    seen.add(part.written.node);
    yield part;
  }
}
