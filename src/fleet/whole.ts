import type { GeoName, Pool, Region } from "./fleet.js";
import { Part } from "./part.js";

/** `defaults` without the keys that do not follow the schema. */
export function soundDefaults(root: Part, broken: ReadonlyMap<string, unknown>): Part | undefined {
  const part = broken.has("defaults") ? undefined : root.part("defaults");
  const { node, source } = part?.written ?? {};
  if (node?.kind !== "map") return undefined;
  const entries = [...node.entries].filter(([key]) => !broken.has(`defaults.${key}`));
  return entries.length === node.entries.size ? part : new Part(source!, { ...node, entries: new Map(entries) });
}

/** Without the pools with routes into pools that could not be built. */
export function wholePools(pools: readonly Pool[]): Pool[] {
  const names = new Set(pools.map(({ name }) => name));
  const whole = pools.filter((pool) => pool.kind !== "apis" || pool.routes.every((route) => names.has(route.pool)));
  return whole.length === pools.length ? whole : wholePools(whole);
}

/** Whether all regions that a geo name speaks of could be built. */
export function isWhole({ default: usual, rules, failover }: GeoName, regions: readonly Region[]): boolean {
  const names = new Set(regions.map(({ name }) => name));
  const used = [usual, ...rules.map(({ region }) => region), ...Object.entries(failover).flat(2)];
  return used.every((name) => names.has(name));
}
