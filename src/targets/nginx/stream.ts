import type { BrokerPool, DatabasePool, Fleet, Listener, Pool, Server, ServicePool } from "../../fleet/fleet.js";
import { formatDuration } from "../../support/duration.js";
import { carriedPools, titleOf } from "./carried.js";
import { behindOf, flagsOf, listensOf, tlsOf } from "./doors.js";
import { type Layer, methodOf } from "./method.js";
import type { NginxOptions } from "./options.js";
import { type Lookup, type Member, passiveOf, upstreamOf } from "./upstreams.js";
import { has } from "./versions.js";
import type { ConnectionZone, StreamServer, StreamView, UpstreamView } from "./view.js";
import { time } from "./words.js";

type StreamPool = BrokerPool | DatabasePool | ServicePool;

/** Which servers of a pool a listener leads to, under which name of an upstream. */
interface Destination {
  readonly suffix: string;
  readonly what: string;
  readonly members: readonly Member[];
}

/** Everything that is TCP or UDP to nginx; null where there is none. */
export function streamOf(
  fleet: Fleet,
  options: NginxOptions,
  lookup: Lookup,
  resolver: string[] | null,
): StreamView | null {
  const upstreams = new Map<string, UpstreamView>();
  const connectionZones: ConnectionZone[] = [];
  const servers: StreamServer[] = [];
  for (const pool of carriedPools(fleet, options)) {
    if (pool.kind === "apis") continue;
    const listeners = pool.listeners.filter((listener) => isStream(pool, listener));
    if (listeners.length === 0) continue;
    for (const listener of listeners) {
      const { suffix, what, members } = destinationOf(pool, listener);
      const name = pool.name + suffix;
      const layer: Layer = pool.kind === "services" && pool.protocol === "udp" ? "udp" : "tcp";
      if (!upstreams.has(name)) {
        const method = methodOf(pool.balance, pool.affinity, layer, lookup.version);
        const comment = `${titleOf(pool)}${what}`;
        const parts = {
          written: pool.written,
          name,
          comment,
          layer,
          method,
          members,
          passive: passiveOf(pool),
          idle: null,
        };
        upstreams.set(name, upstreamOf(parts, lookup));
      }
      servers.push(streamServer(pool, listener, { name, members }, layer, lookup.version));
    }
    if (pool.limits.connections > 0) connectionZones.push(connectionZone(pool, "connections"));
  }
  if (servers.length === 0) return null;
  return {
    accessLog: options.logs.access,
    resolver,
    tls: servers.some(({ tls }) => tls !== null),
    connectionZones,
    upstreams: [...upstreams.values()],
    servers,
  };
}

/** Brokers' WebSocket listeners are HTTP to nginx unless their TLS passes through. */
export const isStream = (pool: Pool, { path, tls }: Listener): boolean =>
  pool.kind !== "apis" && (path === null || tls?.mode === "passthrough");

/** The zone's key is the same for every connection of the pool, so that all of them count together. */
export const connectionZone = ({ written, name }: Pool, suffix: string): ConnectionZone => ({
  written,
  key: name,
  zone: `${name}_${suffix}`,
});

/** Where a listener of a TCP or UDP pool leads, as `suffix` to the pool's name and a word for readers. */
function destinationOf(pool: StreamPool, listener: Listener): Destination {
  switch (pool.kind) {
    case "brokers":
      return brokerDestination(pool, listener);
    case "databases":
      return databaseDestination(pool, listener);
    case "services":
      return { suffix: "", what: "", members: pool.servers.map((server) => memberOf(server, server.port)) };
  }
}

const memberOf = (server: Server, port: number): Member => ({ server, port, backup: server.backup });

/** TLS that ends here goes to the plain port; what passes through goes to the servers' own TLS port. */
function brokerDestination(pool: BrokerPool, { kind, tls }: Listener): Destination {
  const secure = tls?.mode === "passthrough" ? (kind === "wss" ? "wss" : "mqtts") : null;
  return {
    suffix: secure ? `_${secure}` : "",
    what: secure ? `: TLS that passes through (${secure})` : ": plain MQTT",
    members: pool.servers.map((server) =>
      memberOf(server, secure ? (server.ports ?? pool.ports)[secure] : server.port),
    ),
  };
}

function databaseDestination(pool: DatabasePool, { kind }: Listener): Destination {
  if (kind !== "read") {
    return {
      suffix: "_write",
      what: ": writes",
      members: [{ server: pool.primary, port: pool.primary.port, backup: false }],
    };
  }
  const replicas = pool.replicas.map((server) => memberOf(server, server.port));
  const primary = { server: pool.primary, port: pool.primary.port, backup: replicas.length > 0 };
  const falls = pool.readFallback === "primary" || replicas.length === 0;
  return {
    suffix: "_read",
    what: falls && replicas.length > 0 ? ": reads, from the primary when no replica is left" : ": reads",
    members: falls ? [...replicas, primary] : replicas,
  };
}

function streamServer(
  pool: StreamPool,
  listener: Listener,
  { name, members }: { readonly name: string; readonly members: readonly Member[] },
  layer: Layer,
  version: string,
): StreamServer {
  const { timeouts, limits } = pool;
  // A client's datagrams reach the worker that has its session only where each worker has its own socket.
  const flags = layer === "udp" ? ["udp", "reuseport"] : flagsOf(listener);
  return {
    written: listener.written,
    comment: `${titleOf(pool)}: ${listener.kind}`,
    listens: listensOf(listener.address, listener.port, flags),
    tls: layer === "udp" ? null : tlsOf(listener),
    behind: layer === "udp" ? null : behindOf(listener.behind, "stream"),
    allow: listener.allow,
    connections: limits.connections > 0 ? { zone: `${pool.name}_connections`, count: limits.connections } : null,
    pass: name,
    proxyProtocol: layer === "udp" ? null : proxyProtocolOf(members, version),
    connectTimeout: time(timeouts.connect),
    idleTimeout: time(timeouts.idle),
    idleComment: pool.kind === "brokers" ? idleComment(pool) : null,
    tryTimeout: timeouts.request === null ? null : time(timeouts.request),
  };
}

// MQTT 3.1.1 and 5, section 3.1.2.10: a server gives a client up after 1.5 times its keep-alive of silence.
const GRACE = 1.5;

/** Where the idle time-out comes from, when it is the derived one. */
export const idleComment = ({ timeouts, keepalive }: BrokerPool): string | null =>
  timeouts.idle === GRACE * keepalive ? `${GRACE} x the ${formatDuration(keepalive)} keep-alive` : null;

/** nginx sends one version to all servers of a listener; what it cannot send is the audit's error. */
function proxyProtocolOf(members: readonly Member[], version: string): string | null {
  const [first, ...others] = new Set(members.map(({ server }) => server.proxyProtocol));
  if (first === undefined || first === "none" || others.length > 0) return null;
  return first === "v2" && has(version, "proxyProtocolV2") ? "v2" : "on";
}
