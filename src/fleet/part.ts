import { Collected } from "../support/collected.js";
import { type Duration, parseDuration } from "../support/duration.js";
import type { Finding, Severity } from "../support/finding.js";
import { finding } from "../support/finding.js";
import { at, atKey, headOf, type Node, nodeAt, type Written } from "../support/node.js";
import { shorten } from "../support/shorten.js";
import { parseSize, type Size } from "../support/size.js";
import type { Place, Source } from "../support/source.js";

/**
 * A map (or a shorthand that stands for one) of a topology that follows the schema, read key by key. A key that is
 * missing is `undefined`; a key of `inherited` answers where the part itself lacks it.
 */
export class Part {
  readonly written: Written;

  constructor(source: Source, node: Node, inherited?: Node) {
    this.written = inherited ? { source, node, inherited } : { source, node };
  }

  get isMap(): boolean {
    return this.written.node.kind === "map";
  }

  /** The value of a shorthand: `1883`, `least_connections`. */
  get scalar(): string | number | boolean | null | undefined {
    return this.written.node.kind === "scalar" ? this.written.node.value : undefined;
  }

  has(key: string): boolean {
    return this.node(key) !== undefined;
  }

  node(key: string): Node | undefined {
    return entry(this.written.node, key) ?? (this.written.inherited && entry(this.written.inherited, key));
  }

  text(key: string): string | undefined {
    const value = this.#scalarAt(key);
    return typeof value === "string" ? value : undefined;
  }

  number(key: string): number | undefined {
    const value = this.#scalarAt(key);
    return typeof value === "number" ? value : undefined;
  }

  flag(key: string): boolean | undefined {
    const value = this.#scalarAt(key);
    return typeof value === "boolean" ? value : undefined;
  }

  duration(key: string): Duration | undefined {
    const text = this.text(key);
    return text === undefined ? undefined : parseDuration(text);
  }

  size(key: string): Size | undefined {
    const text = this.text(key);
    return text === undefined ? undefined : parseSize(text);
  }

  part(key: string, inherited?: Node): Part | undefined {
    const node = this.node(key);
    return node && new Part(this.written.source, node, inherited);
  }

  /** The items of a list. */
  parts(key: string): Part[] | undefined {
    const node = this.node(key);
    return node?.kind === "sequence" ? node.items.map((item) => new Part(this.written.source, item)) : undefined;
  }

  texts(key: string): string[] | undefined {
    return this.parts(key)?.flatMap(({ scalar }) => (typeof scalar === "string" ? [scalar] : []));
  }

  /** The entries of a map, in file order. */
  entries(): [string, Part][] {
    const { node, source } = this.written;
    return node.kind === "map" ? [...node.entries].map(([key, { value }]) => [key, new Part(source, value)]) : [];
  }

  #scalarAt(key: string): string | number | boolean | null | undefined {
    const node = this.node(key);
    return node?.kind === "scalar" ? node.value : undefined;
  }
}

const entry = (node: Node, key: string): Node | undefined =>
  node.kind === "map" ? node.entries.get(key)?.value : undefined;

/** Collects what is wrong with a topology that follows the schema: names that name nothing, parts that do not fit together. */
export class Report {
  readonly #collected = new Collected();
  #failures = 0;

  get findings(): readonly Finding[] {
    return this.#collected.findings;
  }

  /** How many there are of a rule so far. */
  count(rule: string): number {
    return this.#collected.count(`schema/${rule}`);
  }

  error(
    rule: string,
    place: Place,
    message: string,
    help: string | null = null,
    related: Finding["related"] = [],
  ): void {
    this.#add("error", rule, place, message, help, related);
  }

  warning(rule: string, place: Place, message: string, help: string | null = null): void {
    this.#add("warning", rule, place, message, help);
  }

  info(rule: string, place: Place, message: string, help: string | null = null): void {
    this.#add("info", rule, place, message, help);
  }

  /** What is being built cannot be, for a reason that is told elsewhere. */
  leaveOut(): void {
    this.#failures += 1;
  }

  /** What another report gathered. */
  add(found: Finding): void {
    if (found.severity === "error") this.#failures += 1;
    this.#collected.add(found);
  }

  /** Whether `build` reported an error, or must be left out. */
  failed(build: () => void): boolean {
    const before = this.#failures;
    build();
    return this.#failures > before;
  }

  #add(
    severity: Severity,
    rule: string,
    place: Place,
    message: string,
    help: string | null,
    related: Finding["related"] = [],
  ): void {
    this.add(finding({ rule: `schema/${rule}`, source: "schema", severity, message, help, at: place, related }));
  }
}

/** The text of a scalar as it stands in the file: what came from a variable shows as the variable. */
export function shown(part: { readonly written: Written }, key = ""): string {
  const { source, node, inherited } = part.written;
  const value = nodeAt(node, key) ?? (inherited && nodeAt(inherited, key)) ?? node;
  const { start, end } = headOf(value, source);
  const text = source.text.slice(start, end);
  const bare = /^["']/.test(text) ? text.slice(1, -1) : text;
  return shorten(bare);
}

export { at, atKey };
