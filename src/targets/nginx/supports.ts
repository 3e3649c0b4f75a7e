import type { Feature, Use } from "../features.js";
import { nearly, no, type Support, since, yes } from "../support.js";
import type { Answer } from "../target.js";
import { affinity, backups, balance, drained, ownUpstream, proxyProtocol } from "./answers.js";
import {
  activeCheck,
  certificate,
  circuitBreaker,
  connectionRate,
  connections,
  headers,
  passive,
  rateLimit,
  retriesWhen,
  serverTls,
} from "./answersHttp.js";
import type { NginxOptions } from "./options.js";
import { has, SINCE } from "./versions.js";
import { isName } from "./words.js";

const NO_TABLE = nearly("nginx keeps no table of clients: it hashes");

/** What nginx answers to each feature of the language. Nothing to do for it is a yes. */
export const supports: Readonly<Record<Feature, Answer<NginxOptions>>> = {
  "balance.round_robin": balance,
  "balance.least_connections": balance,
  "balance.least_response_time": balance,
  "balance.random": balance,
  "balance.power_of_two": balance,
  "balance.ip_hash": balance,
  "balance.consistent_hash": balance,
  "balance.first": balance,
  "affinity.ip": affinity,
  "affinity.client_id": affinity,
  "affinity.cookie": affinity,
  "affinity.header": affinity,
  "affinity.expire": ({ pool }, { version }) =>
    pool?.affinity?.by.type === "cookie" && has(version, "sticky") ? yes() : NO_TABLE,
  "affinity.size": NO_TABLE,
  "affinity.length": NO_TABLE,

  "health.check.tcp": activeCheck,
  "health.check.http": activeCheck,
  "health.check.mqtt": activeCheck,
  "health.check.postgres": activeCheck,
  "health.check.mysql": activeCheck,
  "health.check.redis": activeCheck,
  "health.checks": activeCheck,
  "health.require": activeCheck,
  "health.expect.body": activeCheck,
  "health.passive": passive,
  "health.onFail.drain": nearly(
    "nginx leaves a failing server out for new connections alone, whatever its checks would say",
  ),

  "timeouts.connect": yes(),
  "timeouts.send": inHttp("TCP has one time-out for silence in nginx: `idle`"),
  "timeouts.read": inHttp("TCP has one time-out for silence in nginx: `idle`"),
  "timeouts.idle": ({ pool, said }) =>
    pool?.kind === "apis" && said ? nearly("HTTP has `send` and `read` in nginx, no `idle`") : yes(),
  "timeouts.request": yes(),
  "timeouts.queue": ({ said, pool }) =>
    said || pool?.servers.some(({ maxConnections }) => maxConnections > 0)
      ? nearly("nginx has no queue: when all servers are full, a request is refused at once")
      : yes(),
  "sessions.max": nearly("nginx ends no session for its age"),
  "sessions.onDown.close": nearly("nginx leaves connections to a server that fails to their time-outs"),
  "sessions.onDown.keep": yes(),
  "sessions.onDrain.close": nearly(
    "nginx ends a drained server's connections `reload.grace` after the reload that drains it",
  ),

  "limits.connections": connections,
  "limits.connectionRate": connectionRate,
  "limits.queue": nearly("nginx has no queue: what exceeds is refused at once"),
  "limits.bodySize": yes(),

  "listeners.tls.terminate": ({ layer }) =>
    layer === "udp" ? no("nginx ends no DTLS", "pass it through, or use TCP") : yes(),
  "listeners.tls.passthrough": yes(),
  "listeners.redirect": yes(),
  "listeners.address": yes(),
  "listeners.allow": yes(),
  "servers.host": yes(),
  "listeners.websocket": yes(),
  "behind.proxy_protocol": behindProxyProtocol,
  "behind.header": ({ layer }) =>
    layer === "http"
      ? yes()
      : no("TCP has no headers: the client's address is the proxy's here", "write by: proxy_protocol"),

  "servers.weight": yes(),
  "servers.weight.zero": drained,
  "servers.maxConnections": yes(),
  "servers.backup": ({ pool }, { version }) => backups(pool, version),
  "servers.state.drain": drained,
  "servers.state.maintenance": yes(),
  "servers.slowStart": no(
    "nginx has no slow start",
    "round_robin, which does not rush to a server that comes back, or HAProxy",
  ),
  "servers.proxyProtocol": proxyProtocol,
  "servers.id": nearly("nginx knows servers by their address: the number is not written"),
  "servers.name": yes(),
  "servers.region": yes(),

  hostnames: yes(),
  routes: yes(),
  "routes.methods": yes(),
  "routes.rewrite": yes(),
  "routes.websocket": (use, { version }) => ownUpstream(use, version),
  idleConnections: yes(),
  serverTls,
  "retries.attempts": yes(),
  "retries.when": retriesWhen,
  "retries.methods": ({ pool, route }) =>
    (route?.retries ?? (pool?.kind === "apis" ? pool.retries : null))?.methods === "safe"
      ? nearly("nginx repeats what is idempotent, PUT and DELETE too")
      : yes(),
  rateLimit,
  circuitBreaker,
  split: yes(),
  "headers.request": (use) => headers(use, "request"),
  "headers.response": (use) => headers(use, "response"),
  autoscale: nearly("nginx starts no servers: those of the list are used"),
  readFallback: ({ pool }, { version }) =>
    pool?.kind === "databases" && pool.readFallback === "primary" ? backups(pool, version) : yes(),

  "protocol.udp": yes(),
  "tls.certificate": certificate,
  "tls.clientCa": yes(),
  resolver,
  "reload.grace": yes(),
  http2: since(
    SINCE.http2,
    nearly(`HTTP/2 is written from version "${SINCE.http2}" on: below, newer ones would warn of it`),
  ),
  "cluster.bridge": yes(),
  access: yes(),
  persistence: yes(),
};

function inHttp(otherwise: string): Answer<NginxOptions> {
  return ({ pool, said }) => (pool?.kind === "apis" || !said ? yes() : nearly(otherwise));
}

/** One port has one beginning of its connections: the PROXY protocol holds for all that share it. */
function behindProxyProtocol({ layer, listener, pool, fleet }: Use): Support {
  if (layer === "udp") return no("nginx reads no PROXY protocol over UDP", "leave `behind` out there");
  if (pool?.kind !== "apis" || !listener) return yes();
  const other = fleet.pools.find(
    ({ kind, listeners }) =>
      kind === "apis" &&
      listeners.some(
        ({ port, address, behind }) =>
          port === listener.port && address === listener.address && behind?.by.type !== "proxy_protocol",
      ),
  );
  if (!other) return yes();
  return no(
    `${other.name} shares port ${listener.port} and expects no PROXY protocol there`,
    `write the same \`behind\` at ${other.name}, or another port`,
  );
}

/** Below 1.27.3, and without `resolver`, a name is looked up when nginx starts or is reloaded, and never again. */
function resolver({ fleet, server }: Use, { version }: NginxOptions): Support {
  if (!server && !fleet.pools.some(({ servers }) => servers.some(({ host }) => isName(host)))) return yes();
  const which = server ? server.host : "names of servers";
  const verb = server ? "is" : "are";
  if (!fleet.resolver) {
    return nearly(
      `${which} ${verb} looked up when nginx starts, never again`,
      "warning",
      `write \`resolver\`, which nginx follows from version ${SINCE.resolve} on, or addresses`,
    );
  }
  const below = nearly(
    `nginx ${version} looks names up when it starts, never again`,
    "warning",
    `version: "${SINCE.resolve}" or newer, or addresses`,
  );
  return since(SINCE.resolve, below);
}
