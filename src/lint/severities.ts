import type { Fleet, LintSettings } from "../fleet/fleet.js";
import { type Finding, finding } from "../support/finding.js";
import { nodeAt } from "../support/node.js";
import { isKnown, type KnownRules, matches, unknownRule } from "./ruleNames.js";

/**
 * Findings of every source as `lint.severities` weighs them; `off` leaves them out. Of several entries that fit, the
 * exact one wins, then the longest. What is true of the machine only (`environment`) stays as it is.
 */
export function applySeverities(findings: readonly Finding[], { severities }: LintSettings): Finding[] {
  if (severities.length === 0) return [...findings];
  const byWeight = [...severities].sort((a, b) => precision(b.rule) - precision(a.rule));
  return findings.flatMap((found) => {
    const entry = found.kind === "environment" ? undefined : byWeight.find(({ rule }) => matches(rule, found.rule));
    if (!entry) return [found];
    return entry.severity === "off" ? [] : [{ ...found, severity: entry.severity }];
  });
}

const precision = (rule: string): number => (rule.endsWith("*") ? rule.length - 1 : Number.POSITIVE_INFINITY);

/** `lint/unknown-rule` for every key of `lint.severities` that names no rule. */
export function unknownSeverities(fleet: Fleet, known: KnownRules): Finding[] {
  const node = nodeAt(fleet.written.node, "lint.severities");
  if (node?.kind !== "map") return [];
  return [...node.entries].flatMap(([rule, { key }]) =>
    isKnown(rule, known) ? [] : [finding(unknownRule(rule, fleet.source.place(key), known))],
  );
}
