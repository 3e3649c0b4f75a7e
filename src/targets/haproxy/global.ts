import type { Fleet, Pool, Resolver } from "../../fleet/fleet.js";
import type { Written } from "../../support/node.js";
import type { Context } from "./context.js";
import type { HaproxyOptions } from "./options.js";
import { bindLines, hostPort, time } from "./words.js";

/** What holds for the whole process, and its own pages. */
export interface GlobalView {
  readonly log: readonly string[];
  readonly maxConnections: number;
  readonly grace: string;
  /** Bytes; 0: HAProxy's own. */
  readonly bufferSize: number;
  readonly tls: boolean;
  readonly socket: string;
  readonly resolvers: {
    readonly written: Written;
    readonly servers: readonly { readonly name: string; readonly address: string }[];
    readonly valid: string;
  } | null;
  readonly peers: readonly { readonly name: string; readonly address: string }[];
  readonly health: { readonly binds: readonly (readonly string[])[]; readonly path: string };
  readonly stats: { readonly binds: readonly (readonly string[])[] } | null;
  readonly prometheus: { readonly binds: readonly (readonly string[])[] } | null;
}

/** A CONNECT with a will of 64 kB must fit whole, beside what HAProxy keeps free; measured with 65,000 bytes. */
const ROOM_FOR_CONNECT = 81_920;

const VALID = 10_000;

export function globalView({ fleet, options }: Context, pools: readonly Pool[]): GlobalView {
  return {
    log: logWords(options),
    maxConnections: options.maxConnections,
    grace: time(fleet.reload.grace),
    bufferSize: pools.some(readsMqtt) ? ROOM_FOR_CONNECT : 0,
    tls: pools.some(({ listeners }) => listeners.some(({ tls }) => tls?.mode === "terminate")),
    socket: options.socket ?? "",
    resolvers: fleet.resolver && resolversView(fleet.resolver),
    peers: options.peers.map(({ name, host, port }) => ({ name, address: hostPort(host, port) })),
    health: { binds: bindLines(options.health), path: options.health.path },
    stats: options.stats && { binds: bindLines(options.stats) },
    prometheus: options.prometheus && { binds: bindLines(options.prometheus) },
  };
}

const logWords = ({ logs: { address, facility, level } }: HaproxyOptions): string[] =>
  address === "stdout" || address === "stderr"
    ? [address, "format", "raw", facility, level]
    : [address, facility, level];

/** Whether a listener looks into CONNECT packets. */
const readsMqtt = (pool: Pool): boolean =>
  pool.kind === "brokers" &&
  pool.listeners.some(({ kind, tls }) => kind.startsWith("mqtt") && tls?.mode !== "passthrough");

const DNS_PORT = 53;

const resolversView = ({ written, servers, valid }: Resolver): NonNullable<GlobalView["resolvers"]> => ({
  written,
  servers: servers.map((server, index) => ({
    name: `dns${index + 1}`,
    address: /^([0-9.]+|\[[^\]]*\])$/.test(server) ? `${server}:${DNS_PORT}` : server,
  })),
  valid: time(valid ?? VALID),
});

export const carriedPools = (fleet: Fleet, { pools }: HaproxyOptions): Pool[] =>
  fleet.pools.filter(
    (pool) =>
      pool.listeners.length > 0 &&
      !(pool.kind === "services" && pool.protocol === "udp") &&
      (pools === null || pools.includes(pool.name)),
  );
