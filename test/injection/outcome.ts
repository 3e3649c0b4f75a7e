import { buildFleet } from "../../src/fleet/build.js";
import type { Fleet } from "../../src/fleet/fleet.js";
import type { Finding } from "../../src/support/finding.js";
import { audit } from "../../src/targets/audit.js";
import type { Artifact } from "../../src/targets/target.js";
import { rendered } from "../../src/tasks/checkers.js";
import { type Output, outputsFor } from "../../src/tasks/outputs.js";
import { decode } from "../../src/topology/file.js";
import { readTopology } from "../../src/topology/read.js";

/** What lbctl makes of a topology's text: errors with their places, or files. Nothing is caught here. */
export type Outcome =
  | { readonly is: "refused"; readonly errors: readonly Finding[] }
  | {
      readonly is: "rendered";
      readonly fleet: Fleet;
      readonly outputs: readonly Output[];
      readonly artifacts: readonly Artifact[];
    };

export async function outcomeOf(text: string, env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const { topology, findings } = await readTopology(decode("topology.yaml", new TextEncoder().encode(text)), env);
  const built = topology && buildFleet(topology);
  const early = errorsIn([...findings, ...(built?.findings ?? [])]);
  if (!built || early.length > 0) return { is: "refused", errors: early };
  const { fleet } = built;
  const outputs = await outputsFor(fleet, null);
  const errors = errorsIn(outputs.flatMap(({ target, options, pools }) => audit(fleet, target, options, pools)));
  if (errors.length > 0) return { is: "refused", errors };
  const artifacts = await Promise.all(outputs.map((output) => rendered(fleet, output)));
  return { is: "rendered", fleet, outputs, artifacts: artifacts.flat() };
}

const errorsIn = (findings: readonly Finding[]): Finding[] => findings.filter(({ severity }) => severity === "error");
