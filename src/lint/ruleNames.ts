import type { Finding } from "../support/finding.js";
import type { Place } from "../support/source.js";
import { didYouMean } from "../support/suggest.js";

/** Which rules there are, and whose findings this fleet can have. */
export interface KnownRules {
  /** Ids: `port-shared`, `schema/unknown-key`, `nginx/affinity.client_id`. */
  readonly ids: readonly string[];
  /** The fleet's targets. */
  readonly targets: readonly string[];
}

/** Every target of the language: rules of those that a fleet does not ask for are neither unknown nor unused. */
const TARGETS = ["nginx", "haproxy", "mosquitto", "compose", "kubernetes", "dns"];

/** Whether a pattern (a rule id, or the beginning of one and `*`) names `rule`. */
export const matches = (pattern: string, rule: string): boolean =>
  pattern.endsWith("*") ? rule.startsWith(pattern.slice(0, -1)) : pattern === rule;

/** Whether the pattern is about a target that the fleet does not have. */
export function isOfOtherTarget(pattern: string, { targets }: KnownRules): boolean {
  const target = pattern.split("/")[0]!;
  return pattern.includes("/") && TARGETS.includes(target) && !targets.includes(target);
}

export const isKnown = (pattern: string, known: KnownRules): boolean =>
  known.ids.some((rule) => matches(pattern, rule)) || isOfOtherTarget(pattern, known);

/** What is said where a rule is named that there is not. */
export const unknownRule = (
  pattern: string,
  at: Place,
  { ids }: KnownRules,
): Pick<Finding, "rule" | "source" | "severity" | "message" | "help" | "at"> => ({
  rule: "lint/unknown-rule",
  source: "lint",
  severity: "warning",
  message: `there is no rule "${pattern}"`,
  help: didYouMean(pattern, ids) ?? "the rules are listed by: lbctl explain",
  at,
});
