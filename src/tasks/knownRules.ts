import type { Rule } from "../lint/rule.js";
import { FEATURES } from "../targets/features.js";

/** What reading and building can report; lint rules and audits name themselves. */
const OF_THE_FILE = [
  "lint/ignore-without-reason",
  "lint/unknown-rule",
  "lint/unused-ignore",
  "schema/alias",
  "schema/and-more",
  "schema/byte-order-mark",
  "schema/duplicate-key",
  "schema/duplicate-name",
  "schema/encoding",
  "schema/line-ends",
  "schema/missing-key",
  "schema/no-listeners",
  "schema/no-topology",
  "schema/no-yaml",
  "schema/rule-covered",
  "schema/second-document",
  "schema/tab",
  "schema/tag",
  "schema/too-deep",
  "schema/too-large",
  "schema/unfit-key",
  "schema/unknown-key",
  "schema/unknown-name",
  "schema/unset-variable",
  "schema/variable",
  "schema/version",
  "schema/wrong-name",
  "schema/wrong-range",
  "schema/wrong-type",
  "schema/wrong-value",
];

/** Every rule that a finding about a fleet with these targets can carry. */
export const knownRules = (rules: readonly Rule[], targets: readonly string[]): string[] => [
  ...rules.map(({ id }) => id),
  ...targets.flatMap((target) => [...FEATURES, "check"].map((feature) => `${target}/${feature}`)),
  ...OF_THE_FILE,
];
