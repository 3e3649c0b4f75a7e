import type { Node } from "../support/node.js";
import { affinityOf, balanceOf, rateKeyOf, retriesOf } from "./choice.js";
import { type Context, referenceAt, unknownName } from "./context.js";
import type { ApiPool, Autoscale, Headers, RateLimit, Route, Server, ServerTls } from "./fleet.js";
import { policyOf } from "./health.js";
import { buildListeners } from "./listeners.js";
import { at, type Part, shown } from "./part.js";
import { IDLE, kubernetesOf, limitsOf, type PoolPart, sessionsOf, timeoutsOf } from "./pools.js";
import { buildServers } from "./servers.js";
import { splitOf } from "./split.js";

const HTTP_PORT = 80;
const HTTPS_PORT = 443;
const IDLE_CONNECTIONS = { count: 32, timeout: 4000, serverTimeout: 5000 };
const BREAKER = { failures: 5, window: 30_000, open: 60_000, halfOpen: 1 };
const TOO_MANY_REQUESTS = 429;

export function buildApi(context: Context, { name, part }: PoolPart): ApiPool {
  const serverTls = serverTlsOf(part);
  const port = serverTls ? HTTPS_PORT : HTTP_PORT;
  const servers = buildServers(context, part.parts("servers") ?? [], {
    port,
    ports: null,
    proxyProtocol: (part.text("proxyProtocol") as Server["proxyProtocol"] | undefined) ?? "none",
  });
  const idle = part.part("idleConnections");
  const breaker = part.part("circuitBreaker");
  const headers = headersOf(part);
  const pool = {
    written: part.written,
    name,
    listeners: buildListeners(context, part, "apis"),
    servers,
    balance: balanceOf(context, part, "apis"),
    affinity: affinityOf(context, part, "apis", 64),
    health: policyOf(context, part, "apis"),
    timeouts: timeoutsOf({ pool: part, defaults: context.defaults }, IDLE.apis),
    sessions: sessionsOf(part, "apis"),
    limits: limitsOf(part),
    kubernetes: kubernetesOf(part),
    hostnames: part.texts("hostnames") ?? [],
    idleConnections: {
      written: (idle ?? part).written,
      count: idle?.number("count") ?? IDLE_CONNECTIONS.count,
      timeout: idle?.duration("timeout") ?? IDLE_CONNECTIONS.timeout,
      serverTimeout: idle?.duration("serverTimeout") ?? IDLE_CONNECTIONS.serverTimeout,
    },
    serverTls,
    retries: retriesOf([part, context.defaults], part),
    rateLimit: rateLimitOf(part),
    circuitBreaker: breaker
      ? {
          written: breaker.written,
          failures: breaker.number("failures") ?? BREAKER.failures,
          window: breaker.duration("window") ?? BREAKER.window,
          open: breaker.duration("open") ?? BREAKER.open,
          halfOpen: breaker.number("halfOpen") ?? BREAKER.halfOpen,
        }
      : null,
    split: splitOf(context, part, servers),
    headers,
    autoscale: autoscaleOf(context, part),
  };
  return { kind: "apis", ...pool, routes: routesOf(context, part, { ...pool, routes: [], kind: "apis" }) };
}

/** The longest path first, exact before prefix; a pool without `routes` takes every path. */
function routesOf(context: Context, part: Part, pool: ApiPool): Route[] {
  const routes = part.parts("routes")?.map((route) => routeOf(context, part, route, pool));
  if (!routes) return [implicitRoute(part, pool)];
  const taken = new Map<string, Route>();
  for (const route of routes) {
    const key = `${route.match} ${route.path}`;
    const first = taken.get(key);
    if (first)
      context.report.error(
        "duplicate-name",
        at(route, "path"),
        `a second route takes the ${route.match === "exact" ? "exact path" : "path"} ${shown(route, "path")}`,
        "keep one of the two",
        [{ message: "first used here", at: at(first, "path") }],
      );
    else taken.set(key, route);
  }
  return routes.sort(
    (a, b) => b.path.length - a.path.length || Number(b.match === "exact") - Number(a.match === "exact"),
  );
}

const implicitRoute = (part: Part, pool: ApiPool): Route => ({
  written: part.written,
  path: "/",
  match: "prefix",
  pool: pool.name,
  methods: null,
  rewrite: null,
  websocket: false,
  balance: pool.balance,
  affinity: pool.affinity,
  timeouts: pool.timeouts,
  retries: pool.retries,
  rateLimit: pool.rateLimit,
  headers: pool.headers,
});

function routeOf(context: Context, poolPart: Part, part: Part, pool: ApiPool): Route {
  const target = part.text("pool") ?? pool.name;
  if (!context.apis.has(target))
    unknownName(context, "apis", "API pool", referenceAt(part, "pool", target), context.apis);
  const websocket = part.flag("websocket") ?? false;
  const route = withInherited(part, poolPart);
  return {
    written: route.written,
    path: part.text("path")!,
    match: (part.text("match") as Route["match"] | undefined) ?? "prefix",
    pool: target,
    methods: part.texts("methods") ?? null,
    rewrite: part.text("rewrite") ?? null,
    websocket,
    balance: part.has("balance") ? balanceOf(context, part, "apis") : pool.balance,
    affinity: part.has("affinity") ? affinityOf(context, part, "apis", 64) : pool.affinity,
    timeouts: timeoutsOf({ route: part, pool: poolPart, defaults: context.defaults }, IDLE.apis, websocket),
    retries: part.has("retries") ? retriesOf([part], part) : pool.retries,
    rateLimit: part.has("rateLimit") ? rateLimitOf(part) : pool.rateLimit,
    headers: mergedHeaders(headersOf(part), pool.headers),
  };
}

/** A route takes from its pool, and, time-out by time-out, from `defaults` behind it. */
function withInherited(part: Part, pool: Part): { written: Part["written"] } {
  const { node, inherited } = pool.written;
  return { written: { ...part.written, inherited: inherited ? behindEachOther(node, inherited) : node } };
}

/** One map whose keys are answered by the first that has them. */
function behindEachOther(first: Node, second: Node): Node {
  if (first.kind !== "map" || second.kind !== "map") return first;
  const entries = new Map(second.entries);
  for (const [key, entry] of first.entries) {
    const other = second.entries.get(key);
    const merged = key === "timeouts" && other ? behindEachOther(entry.value, other.value) : entry.value;
    entries.set(key, { key: entry.key, value: merged });
  }
  return { ...first, entries };
}

function rateLimitOf(part: Part): RateLimit | null {
  const said = part.part("rateLimit");
  if (!said) return null;
  return {
    written: said.written,
    requests: said.number("requests")!,
    per: said.duration("per")!,
    burst: said.number("burst") ?? 0,
    key: rateKeyOf(said.text("key")),
    status: said.number("status") ?? TOO_MANY_REQUESTS,
  };
}

function headersOf(part: Part): Headers {
  const said = part.part("headers");
  const list = (key: string): Headers["request"] =>
    (said?.part(key)?.entries() ?? []).map(([name, value]) => ({
      written: value.written,
      name,
      value: typeof value.scalar === "string" ? value.scalar : null,
    }));
  return { request: list("request"), response: list("response") };
}

/** Key by key: what a route says of a header wins over its pool. */
function mergedHeaders(own: Headers, pool: Headers): Headers {
  const merge = (mine: Headers["request"], theirs: Headers["request"]): Headers["request"] => {
    const names = new Set(mine.map(({ name }) => name.toLowerCase()));
    return [...theirs.filter(({ name }) => !names.has(name.toLowerCase())), ...mine];
  };
  return { request: merge(own.request, pool.request), response: merge(own.response, pool.response) };
}

function serverTlsOf(part: Part): ServerTls | null {
  const said = part.part("serverTls");
  if (!said || said.scalar === false) return null;
  return {
    written: said.written,
    verify: said.flag("verify") ?? true,
    ca: said.text("ca") ?? null,
    sni: said.text("sni") ?? null,
  };
}

function autoscaleOf({ report }: Context, part: Part): Autoscale | null {
  const said = part.part("autoscale");
  if (!said) return null;
  const [min, max] = [said.number("min")!, said.number("max")!];
  if (min > max)
    report.error(
      "wrong-value",
      at(said, "min"),
      `at least ${shown(said, "min")} and at most ${shown(said, "max")} servers cannot both be`,
      "`min` is not above `max`",
    );
  const [metric, value] = said.part("target")!.entries()[0]!;
  return {
    written: said.written,
    min,
    max,
    target: { metric: metric as Autoscale["target"]["metric"], value: Number(value.scalar) },
    cooldown: said.duration("cooldown") ?? null,
  };
}
