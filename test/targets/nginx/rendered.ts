import { audit, carriedPools } from "../../../src/targets/audit.js";
import nginx from "../../../src/targets/nginx/index.js";
import type { CheckResult } from "../../../src/targets/target.js";
import { fleetOf } from "../../fleet.js";

/** The whole nginx.conf of a topology; `version` and `name` may be left out. */
export async function rendered(topology: string): Promise<string> {
  const { fleet, options } = await asked(topology);
  return nginx.render(fleet, options)[0]!.text;
}

/** The lines of one block, without indentation: `upstream mqtt`, or what follows a comment such as `# API web: https`. */
export function block(configuration: string, head: string): string[] {
  const lines = configuration.split("\n");
  const first = lines.findIndex((line) => line.trim() === `${head} {` || line.trim() === head);
  if (first < 0) throw new Error(`no ${head} in\n${configuration}`);
  const indent = /^ */.exec(lines[first]!)![0];
  const last = lines.findIndex((line, index) => index > first && line === `${indent}}`);
  return lines
    .slice(first + 1, last)
    .map((line) => line.trim())
    .filter(Boolean);
}

/** `SEVERITY FEATURE LINE: MESSAGE` for each finding of nginx's audit. */
export async function audited(topology: string): Promise<string[]> {
  const { fleet, options } = await asked(topology);
  return audit(fleet, nginx, options, carriedPools(fleet, nginx, options.pools)).map(
    ({ severity, rule, at, message }) => `${severity} ${rule.replace("nginx/", "")} ${at.line}: ${message}`,
  );
}

/** Errors and warnings alone. */
export const objections = async (topology: string): Promise<string[]> =>
  (await audited(topology)).filter((line) => !line.startsWith("info"));

export async function checked(topology: string): Promise<CheckResult> {
  const { fleet, options } = await asked(topology);
  return nginx.check!(nginx.render(fleet, options), fleet, options);
}

async function asked(topology: string) {
  const text = topology.includes("version: 1\n") ? topology : `version: 1\nname: t\n${topology}`;
  const fleet = await fleetOf(text);
  return { fleet, options: nginx.options(fleet.targets.find(({ name }) => name === "nginx")!) };
}
