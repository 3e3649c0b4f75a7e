import type { ApiPool, Fleet, Route } from "../fleet/fleet.js";

export interface RouteOf {
  readonly route: Route;
  /** Where the route was written. */
  readonly pool: ApiPool;
  /** Whose servers answer it. */
  readonly answeredBy: ApiPool;
}

/** Every route of every API pool. */
export function* routesOf(fleet: Fleet): Generator<RouteOf> {
  const apis = new Map(fleet.pools.flatMap((pool) => (pool.kind === "apis" ? [[pool.name, pool] as const] : [])));
  for (const pool of apis.values())
    for (const route of pool.routes) yield { route, pool, answeredBy: apis.get(route.pool) ?? pool };
}

/** `"api"`, and its path where the pool has several. */
export const routeName = ({ route, pool }: RouteOf): string =>
  pool.routes.length > 1 ? `"${pool.name}" ${route.path}` : `"${pool.name}"`;
