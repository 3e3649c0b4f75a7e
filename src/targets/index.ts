import type { Target, TargetFacts } from "./target.js";

/** Every target in the order of the output; each is loaded when a topology asks for it, what writes only when it writes. */
const LOADERS = {
  nginx: { facts: () => import("./nginx/facts.js"), whole: () => import("./nginx/index.js") },
  haproxy: { facts: () => import("./haproxy/facts.js"), whole: () => import("./haproxy/index.js") },
  mosquitto: { facts: () => import("./mosquitto/facts.js"), whole: () => import("./mosquitto/index.js") },
  compose: { facts: () => import("./compose/facts.js"), whole: () => import("./compose/index.js") },
} as const;

export type TargetName = keyof typeof LOADERS;
export const TARGET_NAMES = Object.keys(LOADERS) as readonly TargetName[];

export const isTargetName = (name: string): name is TargetName => Object.hasOwn(LOADERS, name);

/** What all targets' options have in common; the rest is each target's own and goes back into its own functions. */
export interface AnyOptions {
  readonly version: string;
}

export async function loadFacts(name: TargetName): Promise<TargetFacts<AnyOptions>> {
  const { facts } = await LOADERS[name].facts();
  return facts as unknown as TargetFacts<AnyOptions>;
}

export async function loadTarget(name: TargetName): Promise<Target<AnyOptions>> {
  const { default: target } = await LOADERS[name].whole();
  return target as unknown as Target<AnyOptions>;
}
