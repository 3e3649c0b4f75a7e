import { didYouMean } from "../support/suggest.js";
import type { Certificate } from "./fleet.js";
import { at, type Part, type Report } from "./part.js";

/** What the builders of parts share: the names a part may refer to, and where to say what is wrong. */
export interface Context {
  readonly report: Report;
  readonly root: Part;
  readonly defaults: Part | undefined;
  readonly policies: ReadonlyMap<string, Part>;
  readonly certificates: ReadonlyMap<string, Certificate>;
  readonly regions: ReadonlySet<string>;
  readonly apis: ReadonlySet<string>;
  /** Top parts the schema found errors in: a reference to one is no second error, but its owner cannot be built. */
  readonly broken: ReadonlySet<string>;
}

/** Says that `name` names nothing of `section`, unless its part is merely broken. Either way the owner is not built. */
export function unknownName(
  context: Context,
  section: string,
  what: string,
  part: Part,
  key: string,
  name: string,
  names: Iterable<string>,
): void {
  if (context.broken.has(`${section}.${name}`)) {
    throw new Unbuildable();
  }
  const known = [...names];
  const help =
    didYouMean(name, known) ?? (known.length > 0 ? `there are ${known.join(", ")}` : `write it under \`${section}\``);
  context.report.error("unknown-name", at(part, key), `there is no ${what} "${name}"`, help);
}

/** A part that refers to a broken one: left out of the fleet without a further finding. */
export class Unbuildable extends Error {}
