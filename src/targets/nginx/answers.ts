import type { Affinity, AffinityKey, Algorithm, ApiPool, Balance, Pool, Route } from "../../fleet/fleet.js";
import type { Use } from "../features.js";
import { nearly, no, type Support, since, yes } from "../support.js";
import { choiceOf } from "./destinations.js";
import { affinityUsed, canKeep, canPick, expressible, type Layer, methodOf, nearest, refusesBackup } from "./method.js";
import type { NginxOptions } from "./options.js";
import { isStream } from "./stream.js";
import { has, SINCE } from "./versions.js";

/** Where a pool or route says how servers are picked. */
const balanceAt = ({ route, pool }: Use): Balance => (route?.balance ?? pool?.balance)!;
const affinityAt = ({ route, pool }: Use): Affinity | null => (route ? route.affinity : (pool?.affinity ?? null));
const layerAt = ({ layer }: Use): Layer => layer ?? "tcp";

const NOT_IN_STREAM = "nginx sees no HTTP in TCP and UDP, so it has no such key there";

/** An algorithm that some place or version of nginx lacks: used, replaced by its `fallback`, or refused. */
export function balance(use: Use, { version }: NginxOptions): Support {
  const asked = balanceAt(use);
  const layer = layerAt(use);
  if (canPick(asked.algorithm, asked.key?.type ?? null, layer, version)) return ownUpstream(use, version);
  const fallback = expressible(asked, layer, version);
  const why = whyNot(asked, version);
  return fallback ? nearly(`${why}: ${fallback} instead, as \`fallback\` says`) : no(why, instead(asked));
}

function whyNot({ algorithm, key }: Balance, version: string): string {
  if (algorithm === "least_response_time")
    return `nginx ${version} cannot balance by response time, which came with ${SINCE.leastTime}`;
  if (algorithm === "first") return "nginx cannot fill one server after the other";
  if (key?.type === "client_id") return "nginx cannot read an MQTT client identifier";
  return NOT_IN_STREAM;
}

function instead(asked: Balance): string {
  const near: Algorithm = nearest(asked);
  if (asked.algorithm === "consistent_hash") return "hash `client_ip`, or say what to use with `fallback`";
  return `the nearest is ${near}: write it, or { algorithm: ${asked.algorithm}, fallback: ${near} }`;
}

/** What a client is known by. Hashing takes the balance's place in nginx; a cookie stands beside it. */
export function affinity(use: Use, { version }: NginxOptions): Support {
  const asked = affinityAt(use);
  if (!asked) return yes();
  const layer = layerAt(use);
  const used = affinityUsed(asked, layer, version);
  if (canKeep(asked.by, layer, version)) return kept(use, asked.by, version);
  const why = whyNotKept(asked.by, layer, version);
  if (used) return nearly(`${why}: affinity by ${nameOfKey(used)} instead, as \`fallback\` says`);
  return no(
    why,
    layer === "http" && asked.by.type === "cookie"
      ? "add `fallback: ip`, or a newer nginx"
      : "affinity: ip, or add `fallback: ip`",
  );
}

function kept(use: Use, key: AffinityKey, version: string): Support {
  if (key.type === "cookie") return ownUpstream(use, version);
  const what = key.type === "ip" ? "the client's address" : `the header ${key.type === "header" ? key.name : ""}`;
  return nearly(`nginx hashes ${what} for affinity, which takes the place of ${balanceAt(use).algorithm}`);
}

function whyNotKept(key: AffinityKey, layer: Layer, version: string): string {
  if (key.type === "client_id") return "nginx cannot read an MQTT client identifier";
  if (layer !== "http") return NOT_IN_STREAM;
  return `nginx ${version} sets no affinity cookie, which came with ${SINCE.sticky}`;
}

const nameOfKey = (key: AffinityKey): string =>
  key.type === "cookie" || key.type === "header" ? `${key.type} ${key.name}` : key.type;

/** A route that picks in its own way needs a second upstream, which knows nothing of the first. */
export function ownUpstream({ route, pool, fleet }: Use, version: string): Support {
  const target = fleet.pools.find(({ name }) => name === route?.pool);
  if (!route || pool?.kind !== "apis" || target?.kind !== "apis") return yes();
  if (!picksItsOwnWay(pool, route, target, version)) return yes();
  return nearly("the route has an upstream of its own in nginx, which counts failures and connections for itself");
}

function picksItsOwnWay(owner: ApiPool, route: Route, target: ApiPool, version: string): boolean {
  const { balance, affinity } = choiceOf(owner, route, target);
  return labelOf(balance, affinity, version) !== labelOf(target.balance, target.affinity, version);
}

const labelOf = (balance: Balance, affinity: Affinity | null, version: string): string =>
  methodOf(balance, affinity, "http", version).label;

/** Every way in which nginx picks among a pool's servers, over its listeners and routes. */
function methodsOf(pool: Pool, version: string): ReturnType<typeof methodOf>[] {
  const layers = new Set(
    pool.listeners.map((listener): Layer => {
      if (pool.kind === "apis") return "http";
      if (pool.kind === "services") return pool.protocol;
      return isStream(pool, listener) ? "tcp" : "http";
    }),
  );
  const places = pool.kind === "apis" ? pool.routes : [pool];
  return [...layers].flatMap((layer) =>
    places.map(({ balance, affinity }) => methodOf(balance, affinity, layer, version)),
  );
}

/** nginx -t: "balancing method does not support parameter "backup"". */
export function backups(pool: Pool | null, version: string): Support {
  const refusing = pool ? methodsOf(pool, version).find(refusesBackup) : undefined;
  if (!refusing) return yes();
  return no(
    `nginx's ${refusing.pick![0]} takes no backup servers`,
    "use least_connections or round_robin without affinity, or no backup",
  );
}

export function drained({ pool, layer, server }: Use): Support {
  if (pool && layer !== "udp" && pool.listeners.every((listener) => pool.kind === "apis" || !isStream(pool, listener)))
    return since(SINCE.drain, nearly(downMessage(server?.name, `before ${SINCE.drain}`), "warning"));
  return nearly(downMessage(server?.name, "in TCP and UDP"), "warning");
}

const downMessage = (name: string | undefined, where: string): string =>
  `nginx has no drain ${where}: ${name ?? "the server"} is written \`down\`, and its clients move at once`;

/** nginx sends the PROXY protocol from a listener, to all of its servers alike. */
export function proxyProtocol({ pool }: Use, { version }: NginxOptions): Support {
  if (!pool) return yes();
  if (pool.kind === "apis" || pool.listeners.some((listener) => !isStream(pool, listener)))
    return no(
      "nginx sends no PROXY protocol over HTTP and WebSocket",
      "servers there take the client's address from X-Forwarded-For",
    );
  if (pool.kind === "services" && pool.protocol === "udp")
    return no("nginx sends no PROXY protocol over UDP", "proxyProtocol: none");
  const versions = new Set(pool.servers.map((server) => server.proxyProtocol));
  if (versions.size > 1)
    return no(
      "nginx sends the PROXY protocol to all servers of a pool or to none",
      "write the same `proxyProtocol` at the pool",
    );
  if (versions.has("v2") && !has(version, "proxyProtocolV2"))
    return no(`nginx ${version} sends version 1 of the PROXY protocol alone`, "proxyProtocol: v1");
  return yes();
}
