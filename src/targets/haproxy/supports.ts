import type { Certificate, Fleet, Listener } from "../../fleet/fleet.js";
import { formatDuration } from "../../support/duration.js";
import { isName } from "../../syntax/haproxy/quote.js";
import type { Feature, Use } from "../features.js";
import { nearly, no, type Support, yes } from "../support.js";
import type { Answer } from "../target.js";
import { canHash, canKnow, type Speaks } from "./balance.js";
import { certificateOf } from "./bind.js";
import { askable } from "./checks.js";
import type { HaproxyOptions } from "./options.js";
import { isHostName, LONGEST_TIMER } from "./words.js";

type Answers = Readonly<Record<Feature, Answer<HaproxyOptions>>>;

const YES = yes();

/** What HAProxy 2.6 and later can say of the language; measured in test/targets/haproxy. */
export const supports: Answers = {
  "balance.round_robin": YES,
  "balance.least_connections": YES,
  "balance.least_response_time": (use) =>
    balanceOf(use).fallback !== null
      ? nearly(`HAProxy does not balance by response time: ${balanceOf(use).fallback} instead`)
      : no("HAProxy does not balance by response time", "the nearest is balance: least_connections"),
  "balance.random": YES,
  "balance.power_of_two": YES,
  "balance.ip_hash": YES,
  "balance.consistent_hash": hashing,
  "balance.first": YES,
  "affinity.ip": YES,
  "affinity.client_id": knowing,
  "affinity.cookie": knowing,
  "affinity.header": knowing,
  "affinity.expire": YES,
  "affinity.size": YES,
  "affinity.length": YES,
  "health.check.tcp": YES,
  "health.check.http": YES,
  "health.check.mqtt": YES,
  "health.check.postgres": YES,
  "health.check.mysql": YES,
  "health.check.redis": YES,
  "health.checks": ({ pool }) =>
    pool && askable(pool.health.checks).length < pool.health.checks.length
      ? no(
          "one check of HAProxy cannot hold http (or mysql) and other kinds",
          "use one kind, or let the http check answer for the rest",
        )
      : YES,
  "health.require": no("HAProxy takes a server out when any of its checks fails", "leave `require` out: all must pass"),
  "health.expect.body": YES,
  "health.passive": broken(
    "passive failures are counted in a row, without `window`; a server is back after its checks pass, not after `out`",
  ),
  "health.onFail.drain": nearly(
    "a server whose checks fail gets no client at all, also none that it knows; its open sessions stay",
  ),
  "timeouts.connect": timer("connect"),
  "timeouts.send": (use) =>
    use.layer === "http" && timeoutsOf(use).send !== timeoutsOf(use).read
      ? nearly("HAProxy has one time-out towards a server: `read` holds for sending as well")
      : YES,
  "timeouts.read": timer("read"),
  "timeouts.idle": timer("idle"),
  "timeouts.request": (use) =>
    use.layer === "http" && timeoutsOf(use).request !== null && retriesOf(use) > 1
      ? nearly("HAProxy does not limit the time of all tries together: `attempts` and the other time-outs do")
      : YES,
  "timeouts.queue": timer("queue"),
  "sessions.max": nearly(
    "HAProxy ends no session for its age: only silence, a server that goes down, or a reload does",
  ),
  "sessions.onDown.close": YES,
  "sessions.onDown.keep": YES,
  "sessions.onDrain.close": ({ fleet }) =>
    nearly(
      `sessions of a drained server end with the old process, ${formatDuration(fleet.reload.grace)} after the reload (\`reload.grace\`)`,
    ),
  "limits.connections": ({ layer }) =>
    layer === "http" ? nearly("requests that are being served are counted, idle connections of clients are not") : YES,
  "limits.connectionRate": connectionRate,
  "limits.queue": YES,
  "limits.bodySize": nearly("a body is measured by its Content-Length: one that comes in chunks has no limit"),
  "listeners.tls.terminate": YES,
  "listeners.tls.passthrough": YES,
  "listeners.redirect": YES,
  "listeners.address": YES,
  "listeners.allow": YES,
  "servers.host": YES,
  "listeners.websocket": YES,
  "behind.proxy_protocol": YES,
  "behind.header": ({ layer }) =>
    layer === "http"
      ? YES
      : no("TCP has no headers: the client's address is the proxy's here", "write by: proxy_protocol"),
  "servers.weight": YES,
  "servers.weight.zero": YES,
  "servers.maxConnections": YES,
  "servers.backup": YES,
  "servers.state.drain": YES,
  "servers.state.maintenance": YES,
  "servers.slowStart": ({ pool }) =>
    pool?.health.checks.length === 0
      ? nearly(
          "a slow start follows a check that passes: without checks it never begins",
          "warning",
          "name a `health` policy",
        )
      : YES,
  "servers.proxyProtocol": YES,
  "servers.id": YES,
  "servers.name": ({ server }) =>
    server && !isName(server.name)
      ? no("HAProxy's names are made of letters, digits, `-`, `_`, `.` and `:`", "give it such a name")
      : YES,
  "servers.region": YES,
  hostnames: YES,
  routes: YES,
  "routes.methods": YES,
  "routes.rewrite": YES,
  "routes.websocket": YES,
  idleConnections: nearly("HAProxy closes half of the idle connections at a time: a few live longer than `timeout`"),
  serverTls: YES,
  "retries.attempts": YES,
  "retries.when": retryWhen,
  "retries.methods": (use) =>
    (use.route ?? apiOf(use))?.retries.methods === "all"
      ? nearly("a request is repeated only while the whole of it is in the buffer: one whose body comes later is not")
      : YES,
  rateLimit: (use) => {
    const burst = (use.route ?? apiOf(use))?.rateLimit?.burst ?? 0;
    const window = "requests are counted over a sliding window";
    return nearly(burst > 0 ? `${window}: there is no \`burst\` beyond it` : window);
  },
  circuitBreaker: broken(
    "failures are counted in a row, without `window`; a server is back after its checks pass, not after `open`",
  ),
  split: YES,
  "headers.request": YES,
  "headers.response": YES,
  autoscale: nearly("the servers of this file are fixed: whatever starts more must write it anew"),
  readFallback: YES,
  "protocol.udp": no("HAProxy does not balance UDP", "nginx does"),
  "tls.certificate": certificate,
  "tls.clientCa": clientCa,
  resolver: (use) =>
    use.fleet.resolver
      ? YES
      : nearly(
          `${firstName(use)} is looked up when HAProxy starts, never again`,
          "warning",
          "write resolver: { servers: [ADDRESS] }",
        ),
  "reload.grace": YES,
  http2: YES,
  "cluster.bridge": YES,
  access: YES,
  persistence: YES,
};

const apiOf = ({ pool }: Use) => (pool?.kind === "apis" ? pool : null);
const balanceOf = ({ route, pool }: Use) => (route ?? pool!).balance;
const timeoutsOf = ({ route, pool }: Use) => (route ?? pool!).timeouts;
const retriesOf = (use: Use): number => (use.route ?? apiOf(use))?.retries.attempts ?? 1;
const firstName = ({ server, pool }: Use): string =>
  (server ?? pool?.servers.find(({ host }) => isHostName(host)))?.host ?? "a server's name";

function speaksAt({ layer, pool, listener }: Use): Speaks {
  if (layer === "http") return "http";
  return pool?.kind === "brokers" && listener?.tls?.mode !== "passthrough" ? "mqtt" : "tcp";
}

function hashing(use: Use): Support {
  const { key, fallback } = balanceOf(use);
  if (key === null || canHash(key, speaksAt(use))) return YES;
  const why = `HAProxy cannot read ${key.type === "client_id" ? "a client identifier" : `a ${key.type}`} here`;
  return fallback !== null ? nearly(`${why}: ${fallback} instead`) : no(why, "write a `fallback`, or key: client_ip");
}

function knowing(use: Use): Support {
  const affinity = (use.route ?? use.pool!).affinity;
  const speaks = speaksAt(use);
  if (!affinity || canKnow(affinity.by, speaks)) return YES;
  const what = affinity.by.type === "client_id" ? "a client identifier" : `a ${affinity.by.type}`;
  const why = `HAProxy cannot read ${what} on ${use.listener ? `the listener \`${use.listener.kind}\`` : "this route"}`;
  const { fallback } = affinity;
  return fallback && canKnow(fallback, speaks)
    ? nearly(
        `${why}: clients come back by ${fallback.type === "ip" ? "their address" : `the ${fallback.type}`} instead`,
      )
    : no(why, "write a `fallback`, such as affinity: { by: client_id, fallback: ip }");
}

function timer(name: "connect" | "read" | "idle" | "queue"): (use: Use) => Support {
  return (use) =>
    timeoutsOf(use)[name] > LONGEST_TIMER ? nearly("HAProxy's longest time-out is 24 days: that is written") : YES;
}

/** Failures of live traffic need checks that bring a server back. */
function broken(message: string): (use: Use) => Support {
  return ({ pool }) =>
    pool?.health.checks.length === 0
      ? no("only a check brings a server back, and nothing is checked", "name a `health` policy with a check")
      : nearly(message);
}

/** Statuses after which HAProxy can try again (manual, "retry-on"). */
const RETRIED = new Set([401, 403, 404, 408, 425, 500, 501, 502, 503, 504]);

function retryWhen(use: Use): Support {
  const when = (use.route ?? apiOf(use))?.retries.when ?? [];
  const unknown = when.filter((cause) => typeof cause === "number" && !RETRIED.has(cause));
  return unknown.length > 0
    ? no(`HAProxy does not try again after ${unknown.join(", ")}`, `it does after ${[...RETRIED].join(", ")}`)
    : YES;
}

function connectionRate({ pool, listener, fleet }: Use): Support {
  if (pool?.limits.connectionRate?.key.type === "header")
    return no("a connection has no header: it is counted before it sends anything", "write key: client_ip");
  const shared = listener && pool?.kind === "apis" ? listenersAt(listener, fleet) : [];
  return shared.length > 1
    ? nearly(`all connections to port ${listener!.port} are counted together: several pools share it`)
    : YES;
}

/** All listeners at this one's address and port, in the fleet's order, itself included. */
const listenersAt = ({ address, port }: Listener, { pools }: Fleet): Listener[] =>
  pools.flatMap(({ listeners }) => listeners.filter((other) => other.port === port && other.address === address));

/** HAProxy finds a key in the certificate's file, or beside it as `FILE.key`. */
function certificate(use: Use): Support {
  const found = use.listener && certificateOf(use.listener);
  if (!found) return YES;
  if (found.bundle === null && found.key !== `${found.certificate}.key`)
    return no(
      "HAProxy finds a key only in the certificate's file, or beside it with `.key` behind its name",
      found.certificate === null ? "write `bundle`" : `write \`bundle\`, or call the key ${found.certificate}.key`,
    );
  return found.minVersion === "1.2" && sharedCertificates(use).some(({ minVersion }) => minVersion === "1.3")
    ? nearly("another pool at this address wants TLS 1.3: it holds for all of them", "warning")
    : YES;
}

/** The first pool at an address has its CA; the finding stands at those that want another. */
function clientCa(use: Use): Support {
  const own = use.listener && certificateOf(use.listener);
  const first = sharedCertificates(use).find((each) => each.clientCa !== null);
  return own && first && first.clientCa !== own.clientCa
    ? no("one address of HAProxy knows one CA of clients", "put both CAs into one file, or use another port")
    : YES;
}

/** The certificates at a listener's address and port, in the fleet's order, its own included. */
const sharedCertificates = ({ listener, fleet }: Use): Certificate[] =>
  listener
    ? listenersAt(listener, fleet)
        .map(certificateOf)
        .filter((found) => found !== null)
    : [];
