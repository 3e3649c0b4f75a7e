import type { Finding } from "./finding.js";

/** So many findings of one rule are listed; what there is beyond is counted. */
export const MOST_OF_A_RULE = 1000;

/** A place in a text that was made by a program may be wrong in a million ways: gathers findings, each once, of each rule a bounded number. */
export class Collected {
  readonly #kept: Finding[] = [];
  readonly #seen = new Set<string>();
  readonly #counts = new Map<string, number>();
  readonly #beyond = new Map<string, Finding>();

  add(finding: Finding): void {
    const { rule, message, at } = finding;
    const cause = `${rule} ${at.line}:${at.column} ${message}`;
    if (this.#seen.has(cause)) return;
    this.#seen.add(cause);
    const count = this.count(rule) + 1;
    this.#counts.set(rule, count);
    if (count <= MOST_OF_A_RULE) this.#kept.push(finding);
    else if (!this.#beyond.has(rule)) this.#beyond.set(rule, finding);
  }

  /** How many there are of a rule, listed or not. */
  count(rule: string): number {
    return this.#counts.get(rule) ?? 0;
  }

  /** In the order in which they came; where a rule has more than are listed, a last one says how many. */
  get findings(): Finding[] {
    const rests = [...this.#beyond].map(([rule, first]) => ({
      ...first,
      message: `and ${this.count(rule) - MOST_OF_A_RULE} more of this kind`,
      help: "repair these first",
      related: [],
    }));
    return [...this.#kept, ...rests];
  }
}
