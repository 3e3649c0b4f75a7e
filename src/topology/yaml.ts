import {
  COLLECTION_STYLE,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
} from "js-yaml";
import { Collected } from "../support/collected.js";
import { type Finding, finding } from "../support/finding.js";
import type { Node } from "../support/node.js";
import { shorten } from "../support/shorten.js";
import type { Source, Span } from "../support/source.js";
import { plainValue } from "./plain.js";

type ScalarEvent = Extract<Event, { type: typeof EVENT_ID.SCALAR }>;

export interface Parsed {
  /** null: the text holds nothing that can be used. */
  readonly node: Node | null;
  readonly findings: readonly Finding[];
  /** What stands for aliases that are no value; a finding says so already. */
  readonly lost: ReadonlySet<Node>;
  /** Offset of the first error of a text that is no YAML; null otherwise. */
  readonly brokenAt: { readonly offset: number; readonly reason: string } | null;
}

/** Deeper nesting is refused; no topology comes near. */
const DEPTH = 100;
/** What aliases may add to the values that were really written. */
const ALIASED = 100_000;

/**
 * YAML 1.2 text to a tree of values with their places, in time linear to the text. Duplicate keys, a second document,
 * aliases that loop or explode, tags: findings. Text that is no YAML: `brokenAt`, for `brokenFindings` to explain.
 */
export function parseYaml(source: Source): Parsed {
  let events: Event[];
  try {
    events = parseEvents(source.text, { maxDepth: DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return {
      node: null,
      findings: [],
      lost: new Set(),
      brokenAt: { offset: error.mark?.position ?? 0, reason: error.reason },
    };
  }
  const composer = new Composer(source, events);
  const node = composer.document();
  return { node, findings: composer.findings, lost: composer.lost, brokenAt: null };
}

/** Turns the flat events into nodes; each method leaves `#next` behind what it has taken. */
class Composer {
  readonly lost = new Set<Node>();
  readonly #collected = new Collected();
  readonly #source: Source;
  readonly #events: readonly Event[];
  readonly #anchors = new Map<string, { node: Node | null; size: number }>();
  #next = 0;
  /** Values below what was composed last, aliases counted as often as they are used. */
  #size = 0;
  #aliased = 0;
  #exploded = false;
  /** End of the last token taken: where a collection that closes now ends. */
  #end = 0;

  constructor(source: Source, events: readonly Event[]) {
    this.#source = source;
    this.#events = events;
  }

  get findings(): Finding[] {
    return this.#collected.findings;
  }

  document(): Node | null {
    if (this.#events.length === 0) return null;
    this.#next = 1;
    const node = this.#node();
    this.#next += 1;
    if (this.#events[this.#next + 1]) {
      const start = Math.max(0, behind(this.#source.text, this.#end, /^(?:---|\.\.\.)/gm));
      this.#report(
        "schema/second-document",
        "a second document begins here",
        "keep one topology a file",
        this.#source.firstLine({ start, end: this.#source.text.length }),
      );
    }
    return node;
  }

  #node(): Node {
    const event = this.#events[this.#next]!;
    this.#next += 1;
    switch (event.type) {
      case EVENT_ID.SCALAR:
        this.#size = 1;
        return this.#anchor(event, this.#scalar(event));
      case EVENT_ID.ALIAS:
        return this.#alias(event);
      case EVENT_ID.SEQUENCE:
        return this.#sequence(event);
      case EVENT_ID.MAPPING:
        return this.#mapping(event);
      default:
        throw new Error("a YAML event stands where a value must");
    }
  }

  #scalar(event: ScalarEvent): Node {
    const { text } = this.#source;
    const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    const block = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
    if (event.tagStart >= 0) this.#tag(event.tagStart, event.tagEnd);
    if (event.valueStart < 0) return { kind: "scalar", value: null, start: this.#end, end: this.#end };
    const start = block
      ? Math.min(behind(text, event.valueStart, /\S|$/g), event.valueEnd)
      : event.valueStart - (quoted ? 1 : 0);
    const end = event.valueEnd + (quoted ? 1 : 0);
    this.#end = end;
    const value = event.fast ? text.slice(event.valueStart, event.valueEnd) : getScalarValue(text, event);
    return {
      kind: "scalar",
      value: event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0 ? plainValue(value) : value,
      start,
      end,
    };
  }

  #sequence(event: Extract<Event, { type: typeof EVENT_ID.SEQUENCE }>): Node {
    const name = this.#open(event);
    const items: Node[] = [];
    let size = 1;
    while (this.#events[this.#next]!.type !== EVENT_ID.POP) {
      items.push(this.#node());
      size += this.#size;
    }
    return this.#close(
      name,
      { kind: "sequence", items, ...this.#extent(event.start, event.style === COLLECTION_STYLE.FLOW, "]") },
      size,
    );
  }

  #mapping(event: Extract<Event, { type: typeof EVENT_ID.MAPPING }>): Node {
    const name = this.#open(event);
    const entries = new Map<string, { key: Span; value: Node }>();
    let size = 1;
    while (this.#events[this.#next]!.type !== EVENT_ID.POP) {
      const key = this.#node();
      if (key.end > this.#end) this.#end = key.end;
      const value = this.#node();
      size += this.#size + 1;
      this.#entry(entries, key, value);
    }
    return this.#close(
      name,
      { kind: "map", entries, ...this.#extent(event.start, event.style === COLLECTION_STYLE.FLOW, "}") },
      size,
    );
  }

  #entry(entries: Map<string, { key: Span; value: Node }>, key: Node, value: Node): void {
    if (key.kind !== "scalar") {
      this.#report("schema/wrong-type", "a key must be a word, not a collection", "write `key: value`", key);
      return;
    }
    const name = typeof key.value === "string" ? key.value : this.#source.text.slice(key.start, key.end);
    const first = entries.get(name);
    if (first) {
      const related = [{ message: "first used here", at: this.#source.place(first.key) }];
      this.#report(
        "schema/duplicate-key",
        `the key "${shorten(name)}" stands here a second time`,
        "keep one of the two",
        key,
        related,
      );
      return;
    }
    entries.set(name, { key: { start: key.start, end: key.end }, value });
  }

  #alias(event: { anchorStart: number; anchorEnd: number }): Node {
    const name = this.#source.text.slice(event.anchorStart, event.anchorEnd);
    const span = { start: event.anchorStart - 1, end: event.anchorEnd };
    this.#end = span.end;
    this.#size = 1;
    const target = this.#anchors.get(name);
    const nothing: Node = { kind: "scalar", value: null, ...span };
    const lost = (message: string, help: string): Node => {
      this.#report("schema/alias", message, help, span);
      this.lost.add(nothing);
      return nothing;
    };
    if (!target) {
      const known = shorten(name);
      return lost(`no anchor "${known}" stands before this alias`, `write \`&${known}\` at the value that is meant`);
    }
    if (!target.node)
      return lost(`the alias "${shorten(name)}" stands inside its own anchor: it never ends`, "write the value out");
    this.#aliased += target.size;
    if (this.#aliased > ALIASED) {
      if (!this.#exploded) lost(`the aliases up to here stand for more than ${ALIASED} values`, "write the values out");
      this.#exploded = true;
      this.lost.add(nothing);
      return nothing;
    }
    this.#size = target.size;
    return target.node;
  }

  #open(event: {
    start: number;
    anchorStart: number;
    anchorEnd: number;
    tagStart: number;
    tagEnd: number;
  }): string | null {
    if (event.tagStart >= 0) this.#tag(event.tagStart, event.tagEnd);
    this.#end = event.start + 1;
    if (event.anchorStart < 0) return null;
    const name = this.#source.text.slice(event.anchorStart, event.anchorEnd);
    this.#anchors.set(name, { node: null, size: 0 });
    return name;
  }

  #close(name: string | null, node: Node, size: number): Node {
    this.#next += 1;
    this.#size = size;
    if (name !== null) this.#anchors.set(name, { node, size });
    return node;
  }

  #anchor(event: ScalarEvent, node: Node): Node {
    if (event.anchorStart >= 0)
      this.#anchors.set(this.#source.text.slice(event.anchorStart, event.anchorEnd), { node, size: 1 });
    return node;
  }

  /** From its first character to the end of its last value, or to the bracket that closes it. */
  #extent(start: number, flow: boolean, bracket: string): Span {
    if (flow) this.#end = closing(this.#source.text, this.#end, bracket);
    return { start, end: Math.max(start, this.#end) };
  }

  #tag(start: number, end: number): void {
    const tag = this.#source.text.slice(start, end);
    if (tag !== "!!str")
      this.#report("schema/tag", `the tag ${shorten(tag)} means nothing here`, "leave it out", { start, end });
  }

  #report(rule: string, message: string, help: string, span: Span, related: Finding["related"] = []): void {
    this.#collected.add(finding({ rule, source: "schema", message, help, at: this.#source.place(span), related }));
  }
}

/** The offset behind the next `bracket`; between a collection's last value and it stand only blanks, commas and comments. */
function closing(text: string, from: number, bracket: string): number {
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === bracket) return at + 1;
    if (char === "#") at = endOfLine(text, at);
  }
  return text.length;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** Where `wanted` is found at `from` or behind it, -1 where it is not. */
function behind(text: string, from: number, wanted: RegExp): number {
  wanted.lastIndex = from;
  return wanted.exec(text)?.index ?? -1;
}
