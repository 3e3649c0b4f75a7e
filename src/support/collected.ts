import type { Finding } from "./finding.js";
import type { Place } from "./source.js";

/** So many findings of one rule are listed; what there is beyond is counted. */
export const MOST_OF_A_RULE = 1000;

interface OfRule {
  readonly listed: Set<string>;
  /** Where there is one, listed or not. */
  readonly places: Set<number>;
  count: number;
  firstBeyond: Finding | undefined;
}

/**
 * Gathers findings, each once, of each rule a bounded number: a text that was made by a program may be wrong in a hundred
 * thousand places, which nobody reads.
 */
export class Collected {
  readonly #listed: Finding[] = [];
  readonly #rules = new Map<string, OfRule>();

  add(finding: Finding): void {
    const known = this.#of(finding.rule);
    const place = numberOf(finding.at);
    if (known.count < MOST_OF_A_RULE) {
      const cause = `${place} ${finding.message}`;
      if (known.listed.has(cause)) return;
      known.listed.add(cause);
      this.#listed.push(finding);
    } else {
      if (known.places.has(place)) return;
      known.firstBeyond ??= finding;
    }
    known.places.add(place);
    known.count += 1;
  }

  /** How many there are of a rule, listed or not. */
  count(rule: string): number {
    return this.#rules.get(rule)?.count ?? 0;
  }

  /** In the order in which they came; where a rule has more than are listed, a last one says how many. */
  get findings(): Finding[] {
    const rests = [...this.#rules.values()].flatMap(({ count, firstBeyond }) => {
      const message = `and ${count - MOST_OF_A_RULE} more of this kind`;
      return firstBeyond ? [{ ...firstBeyond, message, help: "repair these first", related: [] }] : [];
    });
    return [...this.#listed, ...rests];
  }

  #of(rule: string): OfRule {
    let known = this.#rules.get(rule);
    if (!known) {
      known = { listed: new Set(), places: new Set(), count: 0, firstBeyond: undefined };
      this.#rules.set(rule, known);
    }
    return known;
  }
}

/** Texts are far shorter than 2^24 characters. */
const numberOf = ({ line, column }: Place): number => line * 2 ** 24 + column;

/** These findings each once, of each rule no more than people read. */
export function collected(findings: Iterable<Finding>): Finding[] {
  const all = new Collected();
  for (const each of findings) all.add(each);
  return all.findings;
}
