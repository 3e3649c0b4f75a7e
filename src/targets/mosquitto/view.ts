import type { Fleet } from "../../fleet/fleet.js";
import { headerLines } from "../header.js";
import { type BrokerNode, STATE_FOLDER } from "../nodes.js";
import { bridgesOf, bridgesTo, type NodeBridge } from "./bridges.js";
import { listenersOf, type NodeListener } from "./listeners.js";

/** A node's file in mosquitto's own words. */
export interface NodeView {
  readonly part: BrokerNode["server"];
  readonly pool: BrokerNode["pool"];
  readonly header: readonly string[];
  readonly anonymous: boolean;
  readonly passwordFile: string | null;
  readonly aclFile: string | null;
  readonly persistence: { readonly folder: string; readonly file: string } | null;
  readonly listeners: readonly (NodeListener & { readonly most: Most | null })[];
  readonly bridges: readonly NodeBridge[];
  readonly hub: boolean;
}
/** `max_connections` with what it is made of. */
interface Most {
  readonly count: number;
  readonly comment: string;
}

export function viewOf(fleet: Fleet, node: BrokerNode): NodeView {
  const { pool, server } = node;
  return {
    part: server,
    pool,
    header: [...headerLines(fleet), `${server.name}, a broker of pool ${pool.name}`],
    anonymous: pool.access?.anonymous ?? false,
    passwordFile: pool.access?.passwordFile ?? null,
    aclFile: pool.access?.aclFile ?? null,
    persistence: pool.persistence ? { folder: STATE_FOLDER, file: `${node.name}.db` } : null,
    listeners: listenersOf(pool, server).map((listener) => ({ ...listener, most: mostOf(node, listener) })),
    bridges: bridgesOf(pool, server),
    hub: bridgesTo(pool, server) > 0,
  };
}

/**
 * mosquitto counts every connection of a listener; a full one would turn away bridges, and a health check, which would
 * take the whole node out of service.
 */
function mostOf({ pool, server }: BrokerNode, { websockets }: NodeListener): Most | null {
  if (server.maxConnections === 0) return null;
  const bridges = websockets ? 0 : bridgesTo(pool, server);
  const parts = [`${server.maxConnections} clients`, ...(bridges ? [`${bridges} of other nodes' bridges`] : [])];
  return { count: server.maxConnections + bridges + 1, comment: `${parts.join(", ")} and a health check` };
}
