import type { Fleet, HealthPolicy, Pool } from "../fleet/fleet.js";
import type { Node } from "../support/node.js";

/** A health policy, and the pools that are checked by it. */
export interface PolicyUse {
  readonly policy: HealthPolicy;
  readonly pools: readonly Pool[];
}

/** Every policy that some pool uses, once, in the pools' order. A default policy belongs to its pool alone. */
export function policyUses(fleet: Fleet): PolicyUse[] {
  const uses = new Map<string | Node, { policy: HealthPolicy; pools: Pool[] }>();
  for (const pool of fleet.pools) {
    const key = pool.health.name ?? pool.written.node;
    const use = uses.get(key);
    if (use) use.pools.push(pool);
    else uses.set(key, { policy: pool.health, pools: [pool] });
  }
  return [...uses.values()];
}
