import type { Bridge, BrokerPool, Server } from "../../fleet/fleet.js";
import type { Written } from "../../support/node.js";

/** A `connection` of a node: what it keeps open to another one. */
export interface NodeBridge {
  readonly written: Written;
  /** Unique on the node, and with it the identifiers that the two brokers see. */
  readonly name: string;
  /** HOST:PORT in the order in which they are tried. */
  readonly addresses: readonly string[];
  readonly failover: boolean;
  readonly topics: readonly string[];
  readonly direction: Bridge["direction"];
  readonly qos: number;
}

/** The bridges that a server opens, in file order. */
export function bridgesOf(pool: BrokerPool, server: Server): NodeBridge[] {
  const { bridges = [], qos = 1 } = pool.cluster ?? {};
  const own = bridges.filter(({ from }) => from === server.name);
  return own.map((bridge, index) => {
    const nodes = [bridge.to, ...bridge.failover].map((name) => pool.servers.find((each) => each.name === name));
    const twin = own.slice(0, index).filter(({ to }) => to === bridge.to).length;
    return {
      written: bridge.written,
      name: `${bridge.from}-to-${bridge.to}${twin === 0 ? "" : `-${twin + 1}`}`,
      addresses: nodes.flatMap((node) => (node ? [`${node.host}:${node.port}`] : [])),
      failover: bridge.failover.length > 0,
      topics: [...new Set(bridge.topics)],
      direction: bridge.direction,
      qos,
    };
  });
}

/** How many other nodes' bridges can come to a server, fail-overs included. */
export const bridgesTo = (pool: BrokerPool, server: Server): number =>
  (pool.cluster?.bridges ?? []).filter(({ to, failover }) => to === server.name || failover.includes(server.name))
    .length;
