import type { Fleet } from "../fleet/fleet.js";
import type { Finding, Severity } from "../support/finding.js";
import type { Place } from "../support/source.js";

/** A lint rule: one file in `rules/`, whose examples are its tests. It knows the fleet alone, never a target. */
export interface Rule {
  /** Names what is wrong: `mqtt-idle-below-keepalive`. */
  readonly id: string;
  readonly severity: Severity;
  /** One line for lists. */
  readonly title: string;
  /** What really happens, and on which program it was seen. */
  readonly why: string;
  /** A topology without `version` and `name`; the lines reported end in `# <- reported here`. */
  readonly bad: string;
  readonly good: string;
  check(fleet: Fleet): Iterable<Problem>;
}

/** What a rule finds; the engine adds the rule's id and severity. */
export interface Problem {
  readonly at: Place;
  readonly message: string;
  readonly help: string;
  /** Where one condition is worse than the rule's usual. */
  readonly severity?: Severity;
  readonly related?: Finding["related"];
}
