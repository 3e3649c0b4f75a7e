import type { Target } from "./target.js";

/** Every target in the order of the output; each is loaded when a topology asks for it. */
const LOADERS = {
  nginx: () => import("./nginx/index.js"),
  haproxy: () => import("./haproxy/index.js"),
  mosquitto: () => import("./mosquitto/index.js"),
  compose: () => import("./compose/index.js"),
} as const;

export type TargetName = keyof typeof LOADERS;
export const TARGET_NAMES = Object.keys(LOADERS) as readonly TargetName[];

export const isTargetName = (name: string): name is TargetName => Object.hasOwn(LOADERS, name);

/** The target of that name. Its options are its own: what `options` gives goes back into its other functions. */
export async function loadTarget(name: TargetName): Promise<Target<unknown>> {
  const { default: target } = await LOADERS[name]();
  return target as Target<unknown>;
}
