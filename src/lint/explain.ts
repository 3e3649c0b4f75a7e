import type { Severity } from "../support/finding.js";
import type { Rule } from "./rule.js";

/** What there is to say about a rule, as plain data for whoever prints it. */
export interface Explanation {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  /** Paragraphs of one line each. */
  readonly why: readonly string[];
  /** Topologies without `version` and `name`, no line break at either end; marked lines are those reported. */
  readonly bad: string;
  readonly good: string;
}

/** A rule as a person reads it. */
export const explainRule = ({ id, severity, title, why, bad, good }: Rule): Explanation => ({
  id,
  severity,
  title,
  why: why
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, " ")),
  bad: bad.trim(),
  good: good.trim(),
});

/** The rule called `id`, explained; undefined where there is none. */
export function explain(rules: readonly Rule[], id: string): Explanation | undefined {
  const rule = rules.find((one) => one.id === id);
  return rule && explainRule(rule);
}
