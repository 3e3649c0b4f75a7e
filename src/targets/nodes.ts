import type { BrokerPool, Fleet, Server } from "../fleet/fleet.js";

/** A mosquitto of a fleet, with the name by which its files are called. */
export interface BrokerNode {
  readonly pool: BrokerPool;
  readonly server: Server;
  /** The server's name, or POOL-SERVER where servers of several mosquitto pools share it. */
  readonly name: string;
}

/** Where Debian's package lets mosquitto write; each node has a file of its own there. */
export const STATE_FOLDER = "/var/lib/mosquitto/";

/** Every mosquitto of a fleet in file order, whichever pools a target was asked to carry: a name never depends on that. */
export function brokerNodes(fleet: Fleet): BrokerNode[] {
  const nodes = fleet.pools.flatMap((pool) =>
    pool.kind === "brokers" && pool.software === "mosquitto" ? pool.servers.map((server) => ({ pool, server })) : [],
  );
  const names = distinctNames(nodes.map(({ pool, server }) => [server.name, `${pool.name}-${server.name}`]));
  return nodes.map((node, index) => ({ ...node, name: names[index]! }));
}

/** Where a node's configuration lies in the output. */
export const nodeFile = ({ name }: BrokerNode): string => `mosquitto/${name}.conf`;

/**
 * The short name of each pair, or the long one where several share the short one; a number behind where even that
 * is taken. Letters of either case count as equal: files and host names may.
 */
export function distinctNames(
  pairs: readonly (readonly [short: string, long: string])[],
  taken: readonly string[] = [],
): string[] {
  const used = new Set(taken.map(fold));
  const shared = new Map<string, number>();
  for (const [short] of pairs) shared.set(fold(short), (shared.get(fold(short)) ?? 0) + 1);
  const isOwn = (short: string): boolean => shared.get(fold(short)) === 1 && !used.has(fold(short));
  const own = pairs.map(([short]) => isOwn(short));
  for (const [index, [short]] of pairs.entries()) if (own[index]) used.add(fold(short));
  return pairs.map(([short, long], index) => (own[index] ? short : unused(long, used)));
}

function unused(name: string, used: Set<string>): string {
  let free = name;
  for (let number = 2; used.has(fold(free)); number += 1) free = `${name}-${number}`;
  used.add(fold(free));
  return free;
}

const fold = (name: string): string => name.toLowerCase();
