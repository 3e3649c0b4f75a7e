import type { Fleet } from "../fleet/fleet.js";
import { type Finding, finding, inFileOrder } from "../support/finding.js";
import type { Problem, Rule } from "./rule.js";

/** What the rules say about a fleet, in file order, each place once a rule. Severities and ignores are applied later. */
export function lint(fleet: Fleet, rules: readonly Rule[]): Finding[] {
  return rules
    .flatMap((rule) => oncePerPlace([...rule.check(fleet)]).map((problem) => toFinding(rule, problem)))
    .sort(inFileOrder);
}

/** Parts that inherit a key are all reported at the one place where it was written: the first stands for them. */
function oncePerPlace(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ at }) => {
    const place = `${at.file}:${at.line}:${at.column}:${at.endLine}:${at.endColumn}`;
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  });
}

const toFinding = (rule: Rule, { at, message, help, severity, related }: Problem): Finding =>
  finding({
    rule: rule.id,
    source: "lint",
    severity: severity ?? rule.severity,
    message,
    help,
    at,
    ...(related && { related }),
  });
