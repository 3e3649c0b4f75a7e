import type { ApiPool, Behind, BrokerPool, Certificate, Fleet, Listener, Pool, Route, Server } from "../fleet/fleet.js";
import { isIP } from "../support/ip.js";
import { isWritten, nodeAt, type Written } from "../support/node.js";
import type { Feature, Use } from "./features.js";

type Part = { readonly written: Written };
interface Scope {
  readonly pool?: Pool;
  readonly listener?: Listener;
  readonly route?: Route;
  readonly server?: Server;
}

/** Every place where these pools of a fleet run into a feature that is `wanted`, in no particular order. */
export function usesOf(
  fleet: Fleet,
  pools: readonly Pool[],
  wanted: (feature: Feature) => boolean = () => true,
): Use[] {
  const uses: Use[] = [];
  const add = (feature: Feature, part: Part, key: string, scope: Scope = {}, saidBy?: boolean): void => {
    if (!wanted(feature)) return;
    const { pool = null, listener = null, route = null, server = null } = scope;
    const said = saidBy ?? isSaid(part, key);
    uses.push({ feature, part, key, said, pool, listener, route, server, layer: layerOf(pool, listener), fleet });
  };
  ofFleet(fleet, pools, add);
  for (const pool of pools) ofPool(pool, add);
  return uses;
}

type Add = (feature: Feature, part: Part, key: string, scope?: Scope, said?: boolean) => void;

/** Written at the part itself, or at what it inherits from; a part that is a shorthand was said as a whole. */
const isSaid = (part: Part, key: string): boolean =>
  key === "" ||
  isWritten(part, key) ||
  (part.written.inherited !== undefined && nodeAt(part.written.inherited, key) !== undefined);

/** Which protocol the balancer speaks on a listener; MQTT over WebSocket that ends here is HTTP. */
function layerOf(pool: Pool | null, listener: Listener | null): Use["layer"] {
  if (!pool) return null;
  if (pool.kind === "apis") return "http";
  if (pool.kind === "services") return pool.protocol;
  const websocket = listener?.path !== null && listener?.path !== undefined;
  return websocket && listener?.tls?.mode !== "passthrough" ? "http" : "tcp";
}

function ofFleet(fleet: Fleet, pools: readonly Pool[], add: Add): void {
  const root = { written: fleet.written };
  if (fleet.resolver) add("resolver", fleet.resolver, "");
  else {
    const named = pools
      .flatMap((pool) => pool.servers.map((server) => ({ pool, server })))
      .find(({ server }) => /[a-z]/i.test(server.host) && !server.host.includes(":"));
    if (named) add("resolver", named.server, "", named);
  }
  add("reload.grace", root, "reload.grace");
  for (const [certificate, user] of certificatesUsed(pools)) {
    add("tls.certificate", certificate, certificate.bundle === null ? "key" : "bundle", user);
    if (certificate.clientCa !== null) add("tls.clientCa", certificate, "clientCa", user);
  }
}

/** Each with the first listener that ends TLS with it. */
function certificatesUsed(pools: readonly Pool[]): Map<Certificate, Scope> {
  const used = new Map<Certificate, Scope>();
  for (const pool of pools)
    for (const listener of pool.listeners)
      if (listener.tls?.mode === "terminate" && !used.has(listener.tls.certificate))
        used.set(listener.tls.certificate, { pool, listener });
  return used;
}

function ofPool(pool: Pool, add: Add): void {
  for (const listener of pool.listeners) ofListener(pool, listener, add);
  for (const server of pool.servers) ofServer(pool, server, add);
  ofHealth(pool, add);
  ofNumbers(pool, add);
  if (pool.kind === "brokers") ofBrokers(pool, add);
  if (pool.kind === "apis") ofApi(pool, add);
  if (pool.kind === "databases" && pool.replicas.length > 0) add("readFallback", pool, "readFallback", { pool });
  if (pool.kind === "services" && pool.protocol === "udp") add("protocol.udp", pool, "protocol", { pool });
}

/** The choice of a server is asked for once for each protocol that the pool's listeners speak. */
function ofListener(pool: Pool, listener: Listener, add: Add): void {
  const scope = { pool, listener };
  add(`balance.${pool.balance.algorithm}`, pool, "balance", scope);
  if (pool.affinity) add(`affinity.${pool.affinity.by.type}`, pool, "affinity", scope);
  if (listener.tls) add(`listeners.tls.${listener.tls.mode}`, listener, "tls", scope);
  if (listener.path !== null) add("listeners.websocket", listener, "path", scope);
  if (listener.redirectPort !== null) add("listeners.redirect", listener, "redirect", scope);
  if (listener.address !== null) add("listeners.address", listener, "address", scope);
  if (listener.allow) add("listeners.allow", listener, "allow", scope);
  if (listener.behind) ofBehind(listener, listener.behind, scope, add);
  if (pool.kind === "apis" && listener.tls) add("http2", listener, "tls", scope, false);
}

/** A header for all listeners asks nothing of those that speak no HTTP. */
function ofBehind(listener: Listener, behind: Behind, scope: Scope, add: Add): void {
  const own = nodeAt(listener.written.node, "behind") !== undefined;
  add(`behind.${behind.by.type}`, behind, "by", scope, own || behind.by.type === "proxy_protocol");
}

function ofServer(pool: Pool, server: Server, add: Add): void {
  const scope = { pool, server };
  if (isIP(server.host) !== 0) add("servers.host", server, "host", scope, false);
  if (server.weight === 0) add("servers.weight.zero", server, "weight", scope);
  else if (server.weight !== 1) add("servers.weight", server, "weight", scope);
  if (server.maxConnections > 0) add("servers.maxConnections", server, "maxConnections", scope);
  if (server.backup) add("servers.backup", server, "backup", scope);
  if (server.state !== "active") add(`servers.state.${server.state}`, server, "state", scope);
  if (server.slowStart > 0) add("servers.slowStart", server, "slowStart", scope);
  if (server.proxyProtocol !== "none")
    add("servers.proxyProtocol", isWritten(server, "proxyProtocol") ? server : pool, "proxyProtocol", scope);
  if (server.id !== null) add("servers.id", server, "id", scope);
  if (isWritten(server, "name")) add("servers.name", server, "name", scope);
  if (server.region !== null) add("servers.region", server, "region", scope);
}

function ofHealth(pool: Pool, add: Add): void {
  const { health } = pool;
  const named = health.name !== null;
  const policy: Part = named ? health : pool;
  const key = (name: string): string => (named ? name : "health");
  for (const check of health.checks) {
    const several = named && isWritten(health, "checks");
    add(`health.check.${check.kind}`, several ? check : policy, several ? "check" : key("check"), { pool }, named);
    if (check.kind === "http" && check.expect.body !== null)
      add("health.expect.body", several ? check : policy, "expect.body", { pool });
  }
  if (health.checks.length > 1) add("health.checks", policy, "checks", { pool });
  if (health.checks.length > 1 && health.require < health.checks.length)
    add("health.require", policy, "require", { pool });
  if (health.passive.named) add("health.passive", policy, "passive", { pool });
  if (health.onFail === "drain") add("health.onFail.drain", policy, "onFail", { pool });
}

function ofNumbers(pool: Pool, add: Add): void {
  for (const name of ["connect", "send", "read", "idle", "request", "queue"] as const)
    add(`timeouts.${name}`, pool, `timeouts.${name}`, { pool });
  if (pool.sessions.max !== null) add("sessions.max", pool, "sessions.max", { pool });
  add(`sessions.onDown.${pool.sessions.onDown}`, pool, "sessions.onDown", { pool });
  if (pool.sessions.onDrain === "close") add("sessions.onDrain.close", pool, "sessions.onDrain", { pool });
  if (pool.limits.connections > 0) add("limits.connections", pool, "limits.connections", { pool });
  for (const listener of pool.limits.connectionRate ? pool.listeners : [])
    add("limits.connectionRate", pool, "limits.connectionRate", { pool, listener });
  if (pool.limits.queue > 0) add("limits.queue", pool, "limits.queue", { pool });
  if (pool.kind === "apis") add("limits.bodySize", pool, "limits.bodySize", { pool });
  for (const name of ["expire", "size", "length"] as const) {
    if (pool.affinity && isWritten(pool.affinity, name)) add(`affinity.${name}`, pool.affinity, name, { pool });
  }
}

function ofBrokers(pool: BrokerPool, add: Add): void {
  if (pool.cluster?.mode === "bridge") add("cluster.bridge", pool, "cluster", { pool });
  if (pool.access) add("access", pool, "access", { pool });
  if (pool.persistence !== null) add("persistence", pool, "persistence", { pool });
}

function ofApi(pool: ApiPool, add: Add): void {
  const scope = { pool };
  if (pool.hostnames.length > 0) add("hostnames", pool, "hostnames", scope);
  add("idleConnections", pool, "idleConnections", scope);
  if (pool.serverTls) add("serverTls", pool, "serverTls", scope);
  ofRetries(pool, add, scope);
  if (pool.rateLimit) add("rateLimit", pool, "rateLimit", scope);
  if (pool.circuitBreaker) add("circuitBreaker", pool, "circuitBreaker", scope);
  if (pool.split) add("split", pool, "split", scope);
  if (pool.headers.request.length > 0) add("headers.request", pool, "headers.request", scope);
  if (pool.headers.response.length > 0) add("headers.response", pool, "headers.response", scope);
  if (pool.autoscale) add("autoscale", pool, "autoscale", scope);
  if (isWritten(pool, "routes")) add("routes", pool, "routes", scope);
  for (const route of pool.routes) if (route.written.node !== pool.written.node) ofRoute(pool, route, add);
}

/** Only what the route itself says: the rest was the pool's. */
function ofRoute(pool: ApiPool, route: Route, add: Add): void {
  const scope = { pool, route };
  const says = (key: string): boolean => isWritten(route, key);
  if (route.methods) add("routes.methods", route, "methods", scope);
  if (route.rewrite !== null) add("routes.rewrite", route, "rewrite", scope);
  if (route.websocket) add("routes.websocket", route, "websocket", scope);
  if (says("balance")) add(`balance.${route.balance.algorithm}`, route, "balance", scope);
  if (says("affinity") && route.affinity) add(`affinity.${route.affinity.by.type}`, route, "affinity", scope);
  if (says("rateLimit")) add("rateLimit", route, "rateLimit", scope);
  if (says("retries")) ofRetries(route, add, scope);
  for (const name of ["connect", "send", "read", "idle", "request", "queue"] as const)
    if (says(`timeouts.${name}`)) add(`timeouts.${name}`, route, `timeouts.${name}`, scope);
  for (const way of ["request", "response"] as const)
    if (says(`headers.${way}`)) add(`headers.${way}`, route, `headers.${way}`, scope);
}

function ofRetries(part: ApiPool | Route, add: Add, scope: Scope): void {
  for (const name of ["attempts", "when", "methods"] as const) add(`retries.${name}`, part, `retries.${name}`, scope);
}
