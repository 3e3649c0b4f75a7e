import { type Explanation, explain as explainRule } from "../lint/explain.js";
import { rules } from "../lint/rules.generated.js";
import { CannotUse } from "../support/errors.js";
import type { Severity } from "../support/finding.js";
import { didYouMean } from "../support/suggest.js";
import { FEATURES, type Feature } from "../targets/features.js";
import { isTargetName, loadFacts, TARGET_NAMES, type TargetName } from "../targets/index.js";
import type { Support } from "../targets/support.js";
import { ALGORITHMS, type AlgorithmPage } from "./explain/algorithms.js";

/** What `lbctl explain` knows about one subject. */
export type Page =
  | ({ readonly kind: "rule" } & Explanation)
  | ({ readonly kind: "algorithm"; readonly name: string; readonly targets: readonly Answered[] } & AlgorithmPage)
  | {
      readonly kind: "target";
      readonly name: string;
      readonly title: string;
      /** Versions that were measured, with the release that was run. */
      readonly versions: Readonly<Record<string, string>>;
      readonly answers: readonly Answered[];
    };

/** A target's answer for a feature. `depends`: it is another from place to place. */
export interface Answered {
  readonly target: string;
  readonly feature: Feature;
  readonly support: Support | "depends";
}

/** A subject in a list. */
export interface Subject {
  readonly kind: "rule" | "algorithm" | "target";
  readonly name: string;
  readonly severity: Severity | null;
  readonly title: string;
}

const isAlgorithm = (name: string): name is keyof typeof ALGORITHMS => Object.hasOwn(ALGORITHMS, name);

/** Every word that `explain` takes. */
export const topics = (): string[] => [...rules.map(({ id }) => id), ...Object.keys(ALGORITHMS), ...TARGET_NAMES];

/** Every subject with its one line. */
export async function subjects(): Promise<Subject[]> {
  const targets = await Promise.all(TARGET_NAMES.map(loadFacts));
  return [
    ...rules.map(({ id, severity, title }): Subject => ({ kind: "rule", name: id, severity, title })),
    ...Object.entries(ALGORITHMS).map(
      ([name, { title }]): Subject => ({ kind: "algorithm", name, severity: null, title }),
    ),
    ...targets.map(({ name, title }): Subject => ({ kind: "target", name, severity: null, title })),
  ];
}

/**
 * The page of a rule, an algorithm or a target; `TARGET/FEATURE`, as an audit's findings are called, is the target's
 * with that one answer. Throws CannotUse for any other word.
 */
export async function explain(topic: string): Promise<Page> {
  const rule = explainRule(rules, topic);
  if (rule) return { kind: "rule", ...rule };
  if (isAlgorithm(topic)) return algorithmPage(topic);
  const [name, feature] = topic.split("/", 2) as [string, string | undefined];
  if (isTargetName(name)) return await targetPage(name, feature);
  throw new CannotUse(
    `there is no rule, algorithm or target "${topic}"`,
    didYouMean(topic, topics()) ?? "the list of them: lbctl explain",
  );
}

async function algorithmPage(name: keyof typeof ALGORITHMS): Promise<Page> {
  const answers = await Promise.all(
    (["nginx", "haproxy"] as const).map((target) => answersOf(target, [`balance.${name}`])),
  );
  return { kind: "algorithm", name, ...ALGORITHMS[name], targets: answers.flat() };
}

async function targetPage(name: TargetName, feature: string | undefined): Promise<Page> {
  const known = FEATURES.find((each) => each === feature);
  if (feature !== undefined && known === undefined)
    throw new CannotUse(
      `there is no rule "${name}/${feature}"`,
      didYouMean(feature, FEATURES) ?? `lbctl explain ${name}`,
    );
  const { title, versions } = await loadFacts(name);
  return { kind: "target", name, title, versions, answers: await answersOf(name, known ? [known] : FEATURES) };
}

async function answersOf(name: TargetName, features: readonly Feature[]): Promise<Answered[]> {
  const { supports } = await loadFacts(name);
  return features.map((feature) => {
    const answer = supports[feature];
    return { target: name, feature, support: typeof answer === "function" ? "depends" : answer };
  });
}
