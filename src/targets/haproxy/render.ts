import type { Fleet } from "../../fleet/fleet.js";
import { CannotUse } from "../../support/errors.js";
import type { Node } from "../../support/node.js";
import type { Span } from "../../support/source.js";
import { comment, name as quotedName, Refusal, word, words } from "../../syntax/haproxy/quote.js";
import type { Artifact } from "../target.js";
import { renderTemplate } from "../template.js";
import type { HaproxyOptions } from "./options.js";
import type { ServerView } from "./servers.js";
import { viewOf } from "./view.js";

export const PATH = "haproxy/haproxy.cfg";

/** What the template calls. Each gives whole words, or a comment's text. */
const HELPERS = {
  word,
  words,
  comment,
  number: (value: number): string => `${value}`,
  /** A server's name, address and further words, the first two in columns. One call a line: there are many. */
  columns: ({ name, nameWidth, address, addressWidth, words: more }: ServerView): string => {
    const head = `${quotedName(name).padEnd(nameWidth)} ${word(address)}`;
    return more.length === 0 ? head : `${head.padEnd(nameWidth + 1 + addressWidth)} ${words(more)}`;
  },
};

/** Throws CannotUse, with the value's place, where a value has no way into HAProxy's syntax. */
export function render(fleet: Fleet, options: HaproxyOptions): Artifact[] {
  try {
    return [{ path: PATH, ...renderTemplate("haproxy/haproxy.cfg", viewOf(fleet, options), HELPERS) }];
  } catch (error) {
    throw error instanceof Refusal ? withPlace(error, fleet) : error;
  }
}

/** The refusal of a value, at the first place in the topology that holds it. */
function withPlace(refusal: Refusal, fleet: Fleet): CannotUse {
  const { source, node } = fleet.written;
  const span = scalarWith(node, refusal.text);
  if (!span) return refusal;
  const { file, line, column } = source.place(span);
  return new CannotUse(`${file}:${line}:${column}: ${refusal.message}`, "write it otherwise");
}

function scalarWith(node: Node, text: string): Span | undefined {
  if (node.kind === "scalar") return node.value === text ? node : undefined;
  const parts = node.kind === "map" ? [...node.entries.values()].map(({ value }) => value) : node.items;
  for (const part of parts) {
    const found = scalarWith(part, text);
    if (found) return found;
  }
  return undefined;
}
