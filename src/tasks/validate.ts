import type { Fleet, Variable } from "../fleet/fleet.js";
import { applyIgnores } from "../lint/ignores.js";
import { lint } from "../lint/lint.js";
import { rules } from "../lint/rules.generated.js";
import { applySeverities, unknownSeverities } from "../lint/severities.js";
import { collected } from "../support/collected.js";
import { type Finding, inFileOrder } from "../support/finding.js";
import type { Source } from "../support/source.js";
import { unfill } from "../support/unfill.js";
import { audit } from "../targets/audit.js";
import { type Check, type Checkers, findingsOf, runCheckers } from "./checkers.js";
import { knownRules } from "./knownRules.js";
import { type Loaded, load } from "./load.js";
import { type Output, outputsFor } from "./outputs.js";

/** What is known about one or more topologies. */
export interface Validation {
  /** By the name under which findings speak of them, in the order of the call. */
  readonly sources: ReadonlyMap<string, Source>;
  /** In file order, each once; values of variables replaced by their names. */
  readonly findings: readonly Finding[];
  readonly checks: readonly Check[];
  /** How many findings the topologies ignore by `lbctl-ignore`. */
  readonly ignored: number;
  /** How many lint rules there are. */
  readonly rules: number;
  /** Whether a file was no text that could be read at all. */
  readonly unusable: boolean;
}

export interface ValidateOptions {
  readonly checkers: Checkers;
  readonly env: NodeJS.ProcessEnv;
}

/** Schema, lint, each target's audit, and the real programs on the rendered output. Throws CannotUse, ToolFailed. */
export async function validate(files: readonly string[], options: ValidateOptions): Promise<Validation> {
  const judged: Judged[] = [];
  for (const file of [...new Set(files)]) {
    const loaded = await load(file, options.env);
    const outputs = loaded.fleet ? await outputsFor(loaded.fleet, null) : [];
    judged.push(await judge(loaded, outputs, options.checkers));
  }
  return together(judged);
}

/** One topology with all that is said about it. */
export interface Judged {
  readonly loaded: Loaded;
  readonly findings: readonly Finding[];
  readonly checks: readonly Check[];
  readonly ignored: number;
}

/** All that can be said about a topology that was loaded, once, in order, as its severities and remarks want it. */
export async function judge(loaded: Loaded, outputs: readonly Output[], checkers: Checkers): Promise<Judged> {
  const { source, node, fleet, variables } = loaded;
  const targets = outputs.map(({ target }) => target.name);
  const known = knownRules(rules, targets);
  const checks = fleet && isSound(loaded) ? await runCheckers(fleet, outputs, checkers) : [];
  const judged = collected([...(fleet ? judgements(fleet, outputs, known) : []), ...findingsOf(checks)]);
  const all = [...loaded.findings, ...judged]; // those of reading and building are bounded already
  const { findings: left, ignored } = applyIgnores(all, source, node, known, targets);
  const kept = all.filter(isFixed);
  const others = left.filter((each) => !isFixed(each));
  const findings = [...kept, ...(fleet ? applySeverities(others, fleet.lint) : others)];
  const silenced = ignored - kept.filter((each) => !left.includes(each)).length;
  return {
    loaded,
    checks,
    ignored: silenced,
    findings: findings.map((each) => hidden(each, variables)).sort(inFileOrder),
  };
}

/** What does not follow the schema is left out of the fleet: no remark makes it whole, so none hides it. */
const isFixed = ({ source, severity }: Finding): boolean => source === "schema" && severity === "error";

const judgements = (fleet: Fleet, outputs: readonly Output[], known: readonly string[]): Finding[] => [
  ...lint(fleet, rules),
  ...outputs.flatMap(({ target, options, pools }) => audit(fleet, target, options, pools)),
  ...unknownSeverities(fleet, { ids: known, targets: outputs.map(({ target }) => target.name) }),
];

/** Nothing is rendered from a topology of which parts had to be left out. */
export const isSound = ({ findings }: Loaded): boolean => findings.every(({ severity }) => severity !== "error");

/** Several topologies as one result. */
export function together(judged: readonly Judged[]): Validation {
  return {
    sources: new Map(judged.map(({ loaded: { source } }) => [source.file, source])),
    findings: judged.flatMap(({ findings }) => findings),
    checks: judged.flatMap(({ checks }) => checks),
    ignored: judged.reduce((sum, { ignored }) => sum + ignored, 0),
    rules: rules.length,
    unusable: judged.some(({ loaded }) => !loaded.isText),
  };
}

/** What came from the environment is never shown. */
function hidden(finding: Finding, variables: readonly Variable[]): Finding {
  if (variables.length === 0) return finding;
  return {
    ...finding,
    message: unfill(finding.message, variables),
    help: finding.help === null ? null : unfill(finding.help, variables),
    related: finding.related.map(({ message, at }) => ({ message: unfill(message, variables), at })),
  };
}
