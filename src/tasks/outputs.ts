import type { Fleet, Pool, TargetRequest } from "../fleet/fleet.js";
import { CannotUse } from "../support/errors.js";
import { didYouMean } from "../support/suggest.js";
import { carriedPools } from "../targets/audit.js";
import { type AnyOptions, isTargetName, loadFacts, TARGET_NAMES, type TargetName } from "../targets/index.js";
import type { TargetFacts } from "../targets/target.js";

/** A target that a fleet is written for, with what it was asked for. */
export interface Output {
  readonly name: TargetName;
  readonly target: TargetFacts<AnyOptions>;
  readonly options: AnyOptions;
  readonly pools: readonly Pool[];
  /** As the topology says it, or the target's default; null where there is none. */
  readonly version: string | null;
}

/** The outputs that a fleet asks for, or those of them that `names` picks, in the order of the targets. */
export async function outputsFor(fleet: Fleet, names: readonly string[] | null): Promise<Output[]> {
  for (const name of names ?? []) checkName(name);
  const wanted = TARGET_NAMES.filter((name) => names === null || names.includes(name));
  const outputs = await Promise.all(wanted.map((name) => outputOf(fleet, name, names !== null)));
  return outputs.filter((output) => output !== null);
}

function checkName(name: string): void {
  if (isTargetName(name)) return;
  const help = didYouMean(name, TARGET_NAMES) ?? `lbctl writes for ${TARGET_NAMES.join(", ")}`;
  throw new CannotUse(`unknown target "${name}"`, help);
}

async function outputOf(fleet: Fleet, name: TargetName, named: boolean): Promise<Output | null> {
  const request = fleet.targets.find((each) => each.name === name) ?? unasked(fleet, name, named);
  if (request === null) return null;
  const target = await loadFacts(name);
  const options = target.options(request);
  const version = request.version ?? Object.keys(target.versions)[0] ?? null;
  return { name, target, options, pools: carriedPools(fleet, target, request.pools), version };
}

/** mosquitto's own configuration is written for its brokers without being asked for; another target where the call names it. */
function unasked(fleet: Fleet, name: TargetName, named: boolean): TargetRequest | null {
  const ownBrokers = fleet.pools.some((pool) => pool.kind === "brokers" && pool.software === name);
  if (!ownBrokers && !named) return null;
  return { written: fleet.written, name, version: null, pools: null, options: {} };
}
