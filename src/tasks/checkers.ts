import type { Fleet } from "../fleet/fleet.js";
import { ToolFailed } from "../support/errors.js";
import type { Finding } from "../support/finding.js";
import { loadTarget } from "../targets/index.js";
import type { Artifact, CheckResult } from "../targets/target.js";
import type { Output } from "./outputs.js";

/** Which real programs look at the output: where they are installed, all of them (it is an error where one is missing), none. */
export type Checkers = "auto" | "always" | "never";

/** What one program said of a target's artifacts. */
export interface Check extends CheckResult {
  readonly target: string;
}

/** The files of one target. */
export async function rendered(fleet: Fleet, { name, options }: Output): Promise<Artifact[]> {
  const { render } = await loadTarget(name);
  return render(fleet, options);
}

/** Gives each target's artifacts to its real program. Throws ToolFailed where one must check and is missing. */
export async function runCheckers(fleet: Fleet, outputs: readonly Output[], checkers: Checkers): Promise<Check[]> {
  if (checkers === "never") return [];
  const checks = await Promise.all(outputs.map((output) => checked(fleet, output)));
  const found = checks.filter((check) => check !== null);
  const missing = found.find(({ result }) => result === "missing");
  if (missing && checkers === "always")
    throw new ToolFailed(
      `${missing.program} is not installed, and --checkers always needs it`,
      `install it, or check with what is there: --checkers auto`,
    );
  return found;
}

async function checked(fleet: Fleet, output: Output): Promise<Check | null> {
  const { name, options } = output;
  const { render, check } = await loadTarget(name);
  const artifacts = check === null ? [] : render(fleet, options);
  if (check === null || artifacts.length === 0) return null;
  return { target: name, ...(await check(artifacts, fleet, options)) };
}

export const findingsOf = (checks: readonly Check[]): Finding[] => checks.flatMap(({ findings }) => findings);
