import { buildFleet } from "../../src/fleet/build.js";
import type { Fleet } from "../../src/fleet/fleet.js";
import type { Finding } from "../../src/support/finding.js";
import { audit } from "../../src/targets/audit.js";
import type { Artifact } from "../../src/targets/target.js";
import { rendered } from "../../src/tasks/checkers.js";
import { type Output, outputsFor } from "../../src/tasks/outputs.js";
import { decode } from "../../src/topology/file.js";
import { readTopology } from "../../src/topology/read.js";

/** How many errors of each rule there are. */
export type Rules = ReadonlyMap<string, number>;
const NONE: Rules = new Map();

export type Outcome =
  | { readonly is: "refused"; readonly errors: readonly Finding[] }
  | { readonly is: "rendered"; readonly fleet: Fleet; readonly outputs: readonly Output[]; readonly artifacts: readonly Artifact[] };

/**
 * What lbctl makes of a topology's text: errors with their places, or files. Nothing is caught here. `accepted`: how many
 * audit errors do not count, since the topology has them whatever stands in its fields.
 */
export async function outcomeOf(text: string, env: NodeJS.ProcessEnv = {}, accepted = NONE): Promise<Outcome> {
  const { topology, findings } = await readTopology(decode("topology.yaml", new TextEncoder().encode(text)), env);
  const built = topology && buildFleet(topology);
  const early = errorsIn([...findings, ...(built?.findings ?? [])]);
  if (!built || early.length > 0) return { is: "refused", errors: early };
  const { fleet } = built;
  const outputs = await outputsFor(fleet, null);
  const errors = auditErrors(fleet, outputs);
  if (hasMore(rulesOf(errors), accepted)) return { is: "refused", errors };
  const artifacts = await Promise.all(outputs.map((output) => rendered(fleet, output)));
  return { is: "rendered", fleet, outputs, artifacts: artifacts.flat() };
}

const errorsIn = (findings: readonly Finding[]): Finding[] => findings.filter(({ severity }) => severity === "error");

const auditErrors = (fleet: Fleet, outputs: readonly Output[]): Finding[] =>
  errorsIn(outputs.flatMap(({ target, options, pools }) => audit(fleet, target, options, pools)));

export function rulesOf(errors: readonly Finding[]): Rules {
  const rules = new Map<string, number>();
  for (const { rule } of errors) rules.set(rule, (rules.get(rule) ?? 0) + 1);
  return rules;
}

const hasMore = (rules: Rules, accepted: Rules): boolean => [...rules].some(([rule, count]) => count > (accepted.get(rule) ?? 0));
