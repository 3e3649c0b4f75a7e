import type { Fleet, LintSettings } from "../fleet/fleet.js";
import { MOST_OF_A_RULE } from "../support/collected.js";
import { type Finding, finding } from "../support/finding.js";
import { nodeAt } from "../support/node.js";
import { isKnown, type KnownRules, matches, unknownRule } from "./ruleNames.js";

/**
 * Findings of every source as `lint.severities` weighs them; `off` leaves them out. Of several entries that fit, the
 * exact one wins, then the longest. What is true of the machine only (`environment`) stays as it is.
 */
export function applySeverities(findings: readonly Finding[], { severities }: LintSettings): Finding[] {
  if (severities.length === 0) return [...findings];
  const exact = new Map(severities.map(({ rule, severity }) => [rule, severity]));
  const wide = severities.filter(({ rule }) => rule.endsWith("*")).sort((a, b) => b.rule.length - a.rule.length);
  return findings.flatMap((found) => {
    if (found.kind === "environment") return [found];
    const severity = exact.get(found.rule) ?? wide.find(({ rule }) => matches(rule, found.rule))?.severity;
    if (severity === undefined) return [found];
    return severity === "off" ? [] : [{ ...found, severity }];
  });
}

/** `lint/unknown-rule` for every key of `lint.severities` that names no rule. */
export function unknownSeverities(fleet: Fleet, known: KnownRules): Finding[] {
  const node = nodeAt(fleet.written.node, "lint.severities");
  if (node?.kind !== "map") return [];
  const unknown = [...node.entries].filter(([rule]) => !isKnown(rule, known));
  return unknown.map(([rule, { key }], index) =>
    finding(unknownRule(rule, fleet.source.place(key), index < MOST_OF_A_RULE ? known : { ...known, ids: [] })),
  );
}
