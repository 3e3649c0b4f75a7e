import { buildFleet } from "../src/fleet/build.js";
import type { Fleet } from "../src/fleet/fleet.js";
import type { Finding } from "../src/support/finding.js";
import { decode } from "../src/topology/file.js";
import { readTopology } from "../src/topology/read.js";

/** What is wrong with a text as a topology: schema and names, no lint. */
export async function findingsOf(text: string, env: NodeJS.ProcessEnv = {}): Promise<readonly Finding[]> {
  const reading = await readTopology(decode("topology.yaml", new TextEncoder().encode(text)), env);
  return [...reading.findings, ...(reading.topology ? buildFleet(reading.topology).findings : [])];
}

/** The fleet of a topology that must be without errors. */
export async function fleetOf(text: string, env: NodeJS.ProcessEnv = {}): Promise<Fleet> {
  const reading = await readTopology(decode("topology.yaml", new TextEncoder().encode(text)), env);
  const built = reading.topology && buildFleet(reading.topology);
  const errors = [...reading.findings, ...(built?.findings ?? [])].filter(({ severity }) => severity === "error");
  if (!built || errors.length > 0) {
    throw new Error(
      `not a topology:\n${errors.map(({ at, message }) => `  ${at.line}:${at.column} ${message}`).join("\n")}`,
    );
  }
  return built.fleet;
}
