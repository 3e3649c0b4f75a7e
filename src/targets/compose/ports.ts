import type { Listener, Pool } from "../../fleet/fleet.js";
import { isIP } from "../../support/ip.js";
import type { Balancer } from "./members.js";

/** What a balancer's ports become on this machine. */
export interface Published {
  /** `1883:1883`, `10053:53/udp`. */
  readonly ports: readonly string[];
  /** Why some are not there, a line each. */
  readonly notes: readonly string[];
}

/**
 * The ports of the listeners that a balancer has, each once; the second balancer's are higher. A listener that is bound to one
 * address cannot be reached within a container, and a port that is already given away cannot be had again.
 * `given` is what others have published so far.
 */
export function publish({ name, pools, offset }: Balancer, given: readonly string[]): Published {
  const ports = new Map<string, string>();
  const notes: string[] = [];
  const taken = new Set(given.map(hostSide));
  for (const { pool, listener } of pools.flatMap(listenersOf)) {
    const inside = `${listener.port}${isUdp(pool) ? "/udp" : ""}`;
    const outside = listener.port + offset;
    const side = hostSide(`${outside}:${inside}`);
    if (ports.has(inside)) continue;
    if (!isWildcard(listener))
      notes.push(`${pool.name}: ${inside} listens on ${listener.address} alone, which a container does not have`);
    else if (outside > 65_535) notes.push(`${pool.name}: ${inside} has no port ${offset} higher`);
    else if (taken.has(side)) notes.push(`${pool.name}: ${inside} of ${name} is not published, ${outside} is taken`);
    else ports.set(inside, `${outside}:${inside}`);
  }
  return { ports: [...ports.values()], notes };
}

const listenersOf = (pool: Pool) => pool.listeners.map((listener) => ({ pool, listener }));

/** Port and protocol on this machine. */
const hostSide = (port: string): string => `${port.split(":")[0]}${port.endsWith("/udp") ? "/udp" : ""}`;

const isUdp = (pool: Pool): boolean => pool.kind === "services" && pool.protocol === "udp";

const isWildcard = ({ address }: Listener): boolean =>
  address === null || (isIP(address) !== 0 && /^[0:.*]*$/.test(address));
