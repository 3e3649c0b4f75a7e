import type { Fleet, Listener, Pool } from "../fleet/fleet.js";

export interface ListenerOf {
  readonly pool: Pool;
  readonly listener: Listener;
}

/** Two listeners of which the second wants a port that the first has. */
export interface Pair {
  readonly first: ListenerOf;
  readonly second: ListenerOf;
}

const speaksUdp = (pool: Pool): boolean => pool.kind === "services" && pool.protocol === "udp";

/** Each listener beside the first before it that has its port, its transport, and an address that covers or is its own. */
export function* portPairs(fleet: Fleet): Generator<Pair> {
  const byPort = new Map<string, ListenerOf[]>();
  for (const pool of fleet.pools)
    for (const listener of pool.listeners) {
      const key = `${speaksUdp(pool) ? "udp" : "tcp"} ${listener.port}`;
      const second = { pool, listener };
      const earlier = byPort.get(key);
      const first = earlier?.find((one) => overlap(one.listener.address, listener.address));
      if (first) yield { first, second };
      if (earlier) earlier.push(second);
      else byPort.set(key, [second]);
    }
}

/** API pools with equal address and port share one listener, chosen by host name: these pairs of `http` or `https`. */
export function* sharedListeners(fleet: Fleet): Generator<Pair> {
  for (const pair of portPairs(fleet)) if (isShared(pair)) yield pair;
}

export const isShared = ({ first, second }: Pair): boolean =>
  first.pool !== second.pool &&
  first.pool.kind === "apis" &&
  second.pool.kind === "apis" &&
  first.listener.kind === second.listener.kind &&
  first.listener.address === second.listener.address;

function overlap(one: string | null, other: string | null): boolean {
  if (one === other || one === null || other === null) return true;
  const isV6 = (address: string): boolean => address.includes(":");
  return (one === "0.0.0.0" && !isV6(other)) || (other === "0.0.0.0" && !isV6(one));
}
