import type { ApiPool, Route, Server } from "../../fleet/fleet.js";
import { backendView, type Plan } from "./backend.js";
import { comesByHeader } from "./client.js";
import type { Context } from "./context.js";
import { openRules } from "./limits.js";
import { rateTitle, requestRules, retryWords } from "./requests.js";
import { type BackendView, emptyBackend, type Timer } from "./sections.js";
import { rateTable } from "./tables.js";
import { time } from "./words.js";

/** A backend that takes a route's requests, or with a split the share of one group. */
interface Share {
  readonly name: string;
  /** Share of the group; 1 of 1 without a split. */
  readonly weight: number;
}

/** Where a route leads. */
export interface Lead {
  /** The pool whose servers answer. */
  readonly pool: ApiPool;
  readonly shares: readonly Share[];
}

/** The backends of all API pools, and where each route leads. */
export interface ApiBackends {
  readonly leads: ReadonlyMap<Route, Lead>;
  /** By the pool whose routes they are for, in its order. */
  readonly backends: ReadonlyMap<ApiPool, readonly BackendView[]>;
}

/** A backend before it is made: routes with equal wishes share one. */
interface Draft {
  readonly pool: ApiPool;
  readonly route: Route;
  readonly owner: ApiPool;
  readonly group: NonNullable<ApiPool["split"]>["groups"][number] | null;
  readonly name: string;
}

export function apiBackends(context: Context, pools: readonly ApiPool[]): ApiBackends {
  const byName = new Map<string, ApiPool>();
  for (const pool of context.fleet.pools) if (pool.kind === "apis") byName.set(pool.name, pool);
  const drafts = new Map<ApiPool, Draft[]>();
  const leads = new Map<Route, Lead>();
  const wanted = pools.map((owner) => ({ owner, known: new Map<string, Lead>(), routes: byImportance(owner) }));
  for (const own of [true, false])
    for (const { owner, known, routes } of wanted)
      for (const route of routes) {
        const pool = byName.get(route.pool) ?? owner;
        if ((pool === owner) !== own) continue;
        const wishes = routes.length === 1 ? "" : `${pool.name} ${wishesOf(owner, route)}`;
        const lead = known.get(wishes) ?? draftLead(context, drafts, owner, pool, route);
        known.set(wishes, lead);
        leads.set(route, lead);
      }
  return { leads, backends: viewsOf(context, drafts) };
}

/** Routes that ask for nothing of their own first, then by path, the shortest first: the first backend gets the pool's name. */
function byImportance(owner: ApiPool): readonly Route[] {
  if (owner.routes.length === 1) return owner.routes;
  const isPlain = ({ timeouts, headers, affinity, rewrite, websocket, retries, rateLimit, balance }: Route): boolean =>
    !websocket &&
    rewrite === null &&
    affinity === owner.affinity &&
    balance === owner.balance &&
    retries === owner.retries &&
    rateLimit === owner.rateLimit &&
    JSON.stringify([timeouts, headers.request.length, headers.response.length]) ===
      JSON.stringify([owner.timeouts, owner.headers.request.length, owner.headers.response.length]);
  return owner.routes.toReversed().sort((a, b) => Number(isPlain(b)) - Number(isPlain(a)));
}

/** The first backend of a pool bears its name, further ones the route's behind it. */
function draftLead(context: Context, drafts: Map<ApiPool, Draft[]>, owner: ApiPool, pool: ApiPool, route: Route): Lead {
  const before = drafts.get(pool);
  const stem = before ? `${pool.name}.${slugOf(route)}` : pool.name;
  const added: Draft[] = (pool.split?.groups ?? [null]).map((group) => {
    const name = context.backends.take(group ? `${stem}.${group.name}` : stem);
    return { pool, route, owner, group, name };
  });
  if (before) before.push(...added);
  else drafts.set(pool, added);
  return { pool, shares: added.map(({ name, group }) => ({ name, weight: group?.weight ?? 1 })) };
}

/** A server is checked by the first backend that it stands in; the others follow it. */
function viewsOf(context: Context, drafts: ReadonlyMap<ApiPool, readonly Draft[]>): Map<ApiPool, BackendView[]> {
  const views = new Map<ApiPool, BackendView[]>();
  const tables = new Map<object, BackendView>();
  for (const [pool, all] of drafts) {
    const checkedBy = new Map<string, string>();
    const names = all.map(({ name }) => name);
    for (const draft of all) {
      const servers = serversOf(draft);
      const tracked = pool.health.checks.length > 0 && checkedBy.size > 0 ? checkedBy : null;
      const own = views.get(draft.owner) ?? [];
      views.set(draft.owner, own);
      const table = tableOf(context, draft, tables, own);
      own.push(backendView(context, planOf(draft, servers, names, tracked, table)));
      for (const { name } of servers) if (!checkedBy.has(name)) checkedBy.set(name, `${draft.name}/${name}`);
    }
  }
  return views;
}

/** Name of the table in which a route's rate is counted. A limit said once for a pool is one for all its routes. */
function tableOf(
  context: Context,
  { owner, route: { rateLimit } }: Draft,
  tables: Map<object, BackendView>,
  views: BackendView[],
): string | null {
  if (!rateLimit) return null;
  const known = tables.get(rateLimit);
  if (known) return known.name;
  const table = emptyBackend(context.backends.take(`${owner.name}.rate`), rateLimit.written, {
    title: rateTitle(rateLimit),
    table: rateTable(rateLimit.key, rateLimit.per, "http_req_rate", context.peers),
  });
  tables.set(rateLimit, table);
  views.push(table);
  return table.name;
}

const serversOf = ({ pool, group }: Draft): readonly Server[] =>
  group ? pool.servers.filter(({ name }) => group.servers.includes(name)) : pool.servers;

/**
 * What makes two routes need different backends, as text; where they were written does not count, but a rate limit of
 * its own does: it counts for itself.
 */
function wishesOf(owner: ApiPool, route: Route): string {
  const { balance, affinity, timeouts, retries, headers, websocket, rewrite, path, match, rateLimit } = route;
  const cut = rewrite === null ? "" : [path, match];
  const limit = rateLimit === owner.rateLimit ? "" : owner.routes.indexOf(route);
  const wishes = [balance, affinity, timeouts, retries, headers, websocket, rewrite, cut, limit];
  return JSON.stringify(wishes, (key, value) => (key === "written" ? undefined : value));
}

/** A path as a name: `/ws/` is `ws`, `/` is `root`. */
const slugOf = ({ path }: Route): string =>
  path
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 40) || "root";

function planOf(
  { pool, route, owner, group, name }: Draft,
  servers: readonly Server[],
  names: readonly string[],
  tracked: ReadonlyMap<string, string> | null,
  table: string | null,
): Plan {
  const { retries } = route;
  return {
    part: route,
    name,
    title: group ? `group ${group.name} of ${pool.name}` : "",
    pool,
    servers,
    mode: "http",
    speaks: "http",
    balance: route.balance,
    affinity: route.affinity,
    timeouts: route.timeouts,
    port: null,
    asked: { wrapped: false, path: "/", passthrough: false, serverTls: pool.serverTls !== null },
    serverTls: pool.serverTls,
    tracked,
    fallback: null,
    moved: owner.listeners.some(comesByHeader),
    secure: owner.listeners.every(({ tls, redirectPort }) => tls !== null || redirectPort !== null),
    timers: routeTimers(owner, route),
    rules: [...openRules(pool, "http", name, names), ...requestRules(owner, route, table)],
    retries: retries.attempts - 1,
    retryOn: retries.attempts > 1 ? retryWords(retries) : [],
    words: idleWords(pool),
  };
}

/** An open WebSocket is a tunnel; until then the pool's own time-out counts. */
function routeTimers(owner: ApiPool, { timeouts, websocket }: Route): Timer[] {
  if (!websocket) return [{ name: "server", time: time(timeouts.read), why: "" }];
  return [
    { name: "server", time: time(owner.timeouts.read), why: "" },
    { name: "tunnel", time: time(timeouts.read), why: "" },
  ];
}

/** HAProxy closes half of the idle connections each delay: at half the time, few are older than it. */
function idleWords({ idleConnections: { count, timeout } }: ApiPool): string[] {
  if (count === 0) return ["pool-max-conn", "0"];
  return ["pool-max-conn", `${count}`, "pool-purge-delay", time(Math.max(1, Math.floor(timeout / 2)))];
}
