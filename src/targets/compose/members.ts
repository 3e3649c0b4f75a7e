import type { Fleet, Pool, Server, TargetRequest } from "../../fleet/fleet.js";
import { isIP } from "../../support/ip.js";
import { brokerNodes, distinctNames, nodeFile } from "../nodes.js";
import type { ComposeOptions } from "./options.js";

const BALANCERS = ["nginx", "haproxy"] as const;
type BalancerName = (typeof BALANCERS)[number];

/** A server as a container. */
export interface Member {
  readonly pool: Pool;
  readonly server: Server;
  /** The server's name; POOL-SERVER where servers of several pools share it. */
  readonly service: string;
  /** The service whose network it lives in, because both have one host; null: its own. */
  readonly shares: string | null;
  /** Where its configuration lies in the output; null: it has none. */
  readonly file: string | null;
}

/** A balancer as a container. */
export interface Balancer {
  readonly name: BalancerName;
  readonly request: TargetRequest;
  /** The pools it carries. */
  readonly pools: readonly Pool[];
  /** What is added to its ports on this machine. */
  readonly offset: number;
}

export interface Members {
  readonly servers: readonly Member[];
  readonly balancers: readonly Balancer[];
  /** Servers that are named by address: they are where they are, and no container can have that address. */
  readonly elsewhere: readonly { readonly pool: Pool; readonly server: Server }[];
}

/** topology.md, "Targets": the second balancer in the file is published this much higher. */
const SECOND = 10_000;

export function membersOf(fleet: Fleet, options: ComposeOptions): Members {
  const pools = fleet.pools.filter(({ name }) => options.pools === null || options.pools.includes(name));
  const balancers = balancersOf(fleet, pools);
  const all = pools.flatMap((pool) => pool.servers.map((server) => ({ pool, server })));
  const elsewhere = all.filter(({ server }) => isIP(server.host) !== 0);
  const here = oncePerPort(all.filter(({ server }) => isIP(server.host) === 0));
  const names = distinctNames(
    here.map(({ pool, server }) => [server.name, `${pool.name}-${server.name}`]),
    balancers.map(({ name }) => name),
  );
  const files = new Map(brokerNodes(fleet).map((node) => [node.server, nodeFile(node)]));
  const owners = new Map<string, string>();
  const servers = here.map(({ pool, server }, index) => {
    const host = server.host.toLowerCase();
    const shares = owners.get(host) ?? null;
    if (shares === null) owners.set(host, names[index]!);
    return { pool, server, service: names[index]!, shares, file: files.get(server) ?? null };
  });
  return { servers, balancers, elsewhere };
}

/** One host and port is one program, however many pools name it. */
function oncePerPort<T extends { readonly server: Server }>(all: readonly T[]): T[] {
  const seen = new Set<string>();
  return all.filter(({ server: { host, port } }) => {
    const key = `${host.toLowerCase()}:${port}`;
    return !seen.has(key) && seen.add(key);
  });
}

function balancersOf(fleet: Fleet, pools: readonly Pool[]): Balancer[] {
  const requests = fleet.targets.filter(({ name }) => BALANCERS.some((each) => each === name));
  return requests
    .map((request, index) => ({
      name: request.name as BalancerName,
      request,
      pools: pools.filter((pool) => carries(request, pool)),
      offset: index * SECOND,
    }))
    .filter((balancer) => balancer.pools.length > 0);
}

const carries = ({ name, pools }: TargetRequest, pool: Pool): boolean =>
  pool.listeners.length > 0 &&
  (pools === null || pools.includes(pool.name)) &&
  !(name === "haproxy" && pool.kind === "services" && pool.protocol === "udp");
