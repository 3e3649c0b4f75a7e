import type { Place } from "../support/source.js";
import { didYouMean } from "../support/suggest.js";
import type { Certificate } from "./fleet.js";
import { at, type Part, type Report, shown } from "./part.js";

/** What the builders of parts share: the names a part may refer to, and where to say what is wrong. */
export interface Context {
  readonly report: Report;
  readonly root: Part;
  readonly defaults: Part | undefined;
  readonly policies: ReadonlyMap<string, Part>;
  readonly certificates: ReadonlyMap<string, Certificate>;
  readonly regions: ReadonlyMap<string, Part>;
  readonly apis: ReadonlySet<string>;
  readonly geo: ReadonlySet<string>;
  /** Top parts the schema found errors in: a reference to one is no second error, but its owner cannot be built. */
  readonly broken: ReadonlyMap<string, ReadonlySet<string>>;
  /** Counts the servers of the whole fleet. */
  readonly servers: { count: number };
}

/** Names that are looked for among the others when they are wrong; a text that is wrong more often is not misspelt. */
const GUESSES = 100;
/** Names that a help lists. */
const LISTED = 10;

/** Says that `name` names nothing of `section`, unless its part is merely broken. Either way the owner is not built. */
export function unknownName(
  context: Context,
  section: string,
  what: string,
  { name, text, place }: Reference,
  names: Iterable<string>,
): void {
  const { report, broken } = context;
  if (broken.has(`${section}.${name}`)) {
    report.leaveOut();
    return;
  }
  const message = `there is no ${what} "${text}"`;
  const known = report.count("unknown-name") < GUESSES ? [...names, ...brokenNames(broken, section)] : null;
  const others = known && othersOf(section, known);
  report.error("unknown-name", place, message, known && (didYouMean(text, known) ?? others));
}

/** A name that stands for another part; `text` is how it is shown. */
export interface Reference {
  readonly name: string;
  readonly text: string;
  readonly place: Place;
}

/** The reference that is the value of `key`. */
export const referenceAt = (part: Part, key: string, name: string): Reference => ({
  name,
  text: shown(part, key),
  place: at(part, key),
});

const brokenNames = (broken: Context["broken"], section: string): string[] =>
  [...broken.keys()].filter((part) => part.startsWith(`${section}.`)).map((part) => part.slice(section.length + 1));

function othersOf(section: string, known: readonly string[]): string {
  if (known.length === 0) return `write it under \`${section}\``;
  return known.length === 1 ? `there is only "${known[0]}"` : `there are ${listOf(known)}`;
}

/** `a, b and 3 more` */
export const listOf = (names: readonly string[]): string =>
  names.length <= LISTED ? names.join(", ") : `${names.slice(0, LISTED).join(", ")} and ${names.length - LISTED} more`;
