import type { Fleet, Listener, Pool, Route, Server } from "../fleet/fleet.js";
import type { Written } from "../support/node.js";

/**
 * Everything a topology can ask of a target, as the key's path without names, with the value behind it where targets
 * differ by value. A new one compiles only when every target has answered.
 */
export const FEATURES = [
  "balance.round_robin",
  "balance.least_connections",
  "balance.least_response_time",
  "balance.random",
  "balance.power_of_two",
  "balance.ip_hash",
  "balance.consistent_hash",
  "balance.first",
  "affinity.ip",
  "affinity.client_id",
  "affinity.cookie",
  "affinity.header",
  "affinity.expire",
  "affinity.size",
  "affinity.length",
  "health.check.tcp",
  "health.check.http",
  "health.check.mqtt",
  "health.check.postgres",
  "health.check.mysql",
  "health.check.redis",
  "health.checks",
  "health.require",
  "health.expect.body",
  "health.passive",
  "health.onFail.drain",
  "timeouts.connect",
  "timeouts.send",
  "timeouts.read",
  "timeouts.idle",
  "timeouts.request",
  "timeouts.queue",
  "sessions.max",
  "sessions.onDown.close",
  "sessions.onDown.keep",
  "sessions.onDrain.close",
  "limits.connections",
  "limits.connectionRate",
  "limits.queue",
  "limits.bodySize",
  "listeners.tls.terminate",
  "listeners.tls.passthrough",
  "listeners.redirect",
  "listeners.address",
  "listeners.allow",
  "listeners.websocket",
  "behind.proxy_protocol",
  "behind.header",
  "servers.host",
  "servers.weight",
  "servers.weight.zero",
  "servers.maxConnections",
  "servers.backup",
  "servers.state.drain",
  "servers.state.maintenance",
  "servers.slowStart",
  "servers.proxyProtocol",
  "servers.id",
  "servers.name",
  "servers.region",
  "hostnames",
  "routes",
  "routes.methods",
  "routes.rewrite",
  "routes.websocket",
  "idleConnections",
  "serverTls",
  "retries.attempts",
  "retries.when",
  "retries.methods",
  "rateLimit",
  "circuitBreaker",
  "split",
  "headers.request",
  "headers.response",
  "autoscale",
  "readFallback",
  "protocol.udp",
  "tls.certificate",
  "tls.clientCa",
  "resolver",
  "reload.grace",
  "http2",
  "cluster.bridge",
  "access",
  "persistence",
] as const;
export type Feature = (typeof FEATURES)[number];

/** One place where a fleet runs into a feature. */
export interface Use {
  readonly feature: Feature;
  /** The part that asks, and the key within it; the finding stands there. */
  readonly part: { readonly written: Written };
  readonly key: string;
  /** Whether the topology itself says so; a default is at most an info. */
  readonly said: boolean;
  readonly pool: Pool | null;
  readonly listener: Listener | null;
  readonly route: Route | null;
  readonly server: Server | null;
  /** Which protocol the balancer speaks there. */
  readonly layer: "http" | "tcp" | "udp" | null;
  readonly fleet: Fleet;
}
