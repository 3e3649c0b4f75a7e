import type { ApiPool } from "../../fleet/fleet.js";
import { text } from "./answers.js";
import { certificateOf, listenerBinds } from "./bind.js";
import { clientRules, connectionRules } from "./client.js";
import type { Context } from "./context.js";
import { type Door, doorsOf } from "./doors.js";
import {
  type Answers,
  allowRules,
  clientCertificateRules,
  type Leads,
  redirectRules,
  routeRules,
  splitRules,
} from "./entrance.js";
import { connectionRateRules, connectionTable } from "./limits.js";
import { apiBackends } from "./routes.js";
import { type BackendView, emptyBackend, type FrontendView, type Group } from "./sections.js";
import { rule } from "./words.js";

/** All API pools: pools with one address and port share a frontend and are told apart by host name. */
export function apiGroups(context: Context, pools: readonly ApiPool[]): Group[] {
  if (pools.length === 0) return [];
  const { leads, backends } = apiBackends(context, pools);
  const tables = new Map(pools.map((pool) => [pool, connectionTable(context, pool)]));
  const answers = { notFound: context.backends.take("not-found"), wrongMethod: context.backends.take("wrong-method") };
  const doors = doorsOf(pools);
  const frontends = doors.map((door) => frontendView(context, door, leads, tables, answers));
  const used = usesWrongMethod(pools);
  return [
    { title: "APIs", frontends, backends: answerBackends(context, answers, used) },
    ...pools.map((pool) => groupOf(pool, backends.get(pool) ?? [], tables.get(pool) ?? null)),
  ];
}

const groupOf = (pool: ApiPool, backends: readonly BackendView[], table: BackendView | null): Group => ({
  title: `${pool.name}: API`,
  frontends: [],
  backends: table ? [...backends, table] : backends,
});

function frontendView(
  context: Context,
  { entrances: door, rules: hosts }: Door,
  leads: Leads,
  tables: ReadonlyMap<ApiPool, BackendView | null>,
  answers: Answers,
): FrontendView {
  const { listener } = door[0]!;
  const alone = door.length === 1;
  const certificates = door.map((entrance) => certificateOf(entrance.listener)).filter((found) => found !== null);
  const mixed = certificates.some(({ clientCa }) => clientCa === null);
  const rated = door.find(({ pool }) => tables.get(pool))?.pool;
  const routes = door.flatMap((entrance) => routeRules(entrance, leads, answers, entrance === door.at(-1)));
  const place = listener.address === null ? "" : `_${listener.address}`;
  return {
    written: listener.written,
    name: context.frontends.take(`${certificates.length > 0 ? "https" : "http"}${place}_${listener.port}`),
    mode: "http",
    log: "httplog",
    binds: listenerBinds(listener, certificates, "h2,http/1.1"),
    timers: [],
    rules: [
      ...connectionRules(listener, listener.behind, alone ? listener.allow : null),
      ...(rated ? connectionRateRules(rated, listener, tables.get(rated) ?? null) : []),
      ...hosts,
      ...(routes.length > 0 ? clientRules(listener, listener.behind, alone ? listener.allow : null) : []),
      ...(alone ? [] : door.flatMap(allowRules)),
      ...door.flatMap((entrance) => clientCertificateRules(entrance, mixed)),
      ...door.flatMap(redirectRules),
      ...door.flatMap((entrance) => splitRules(entrance, leads)),
    ],
    routes,
    fallback: answers.notFound,
  };
}

const usesWrongMethod = (pools: readonly ApiPool[]): boolean =>
  pools.some(({ routes }) => routes.some(({ methods }) => methods !== null));

function answerBackends({ fleet }: Context, { notFound, wrongMethod }: Answers, used: boolean): BackendView[] {
  const answer = (name: string, status: string, body: string): BackendView =>
    emptyBackend(name, fleet.written, {
      mode: "http",
      rules: [rule(fleet, ["http-request", "return", "status", status, ...text(body)])],
    });
  const views = [answer(notFound, "404", "not found\n")];
  return used ? [...views, answer(wrongMethod, "405", "this path has other methods\n")] : views;
}
