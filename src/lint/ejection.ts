import type { Fleet, Pool, Retries } from "../fleet/fleet.js";
import type { Duration } from "../support/duration.js";
import { at } from "../support/node.js";
import type { Place } from "../support/source.js";
import { type RouteOf, routesOf } from "./routes.js";
import { isStandby, isUsable } from "./servers.js";

/** What live traffic does to a server of a pool: its circuit breaker, else the passive part of its health policy. */
export interface Ejection {
  readonly failures: number;
  readonly out: Duration;
  /** Where the number of failures was written; looked up only when somebody must read it. */
  readonly place: () => Place;
}

export function ejectionOf(pool: Pool): Ejection {
  const breaker = pool.kind === "apis" ? pool.circuitBreaker : null;
  if (breaker) return { failures: breaker.failures, out: breaker.open, place: () => at(breaker, "failures") };
  const { failures, out } = pool.health.passive;
  return { failures, out, place: () => at(pool.health, "passive.failures") };
}

/** Whether a request may be sent again after it has reached a server. */
export const goesBeyondConnect = ({ attempts, when }: Retries): boolean =>
  attempts > 1 && when.some((cause) => cause !== "connect");

/** The first route by which one bad request can take every server of `pool` out. */
export function routeThatEmpties(fleet: Fleet, pool: Pool): RouteOf | undefined {
  const usable = pool.servers.filter(isUsable).length;
  if (ejectionOf(pool).failures > 1 || usable < 2 || pool.servers.some(isStandby)) return undefined;
  for (const found of routesOf(fleet)) {
    const { answeredBy, route } = found;
    if (answeredBy === pool && goesBeyondConnect(route.retries) && route.retries.attempts >= usable) return found;
  }
  return undefined;
}
