import type { ApiPool, Listener, Route } from "../../fleet/fleet.js";
import { argument, pattern } from "../../syntax/haproxy/quote.js";
import { certificateOf } from "./bind.js";
import type { Lead } from "./routes.js";
import { acl, type Rule, rule } from "./words.js";

/** A pool at one of its listeners. */
export interface Entrance {
  readonly pool: ApiPool;
  readonly listener: Listener;
  /** Words of a condition that a request is for this pool; none where every request is, or what is left. */
  readonly when: readonly string[];
}

/** Where each route leads. */
export type Leads = ReadonlyMap<Route, Lead>;

/** Backends that answer those whom no pool takes. */
export interface Answers {
  readonly notFound: string;
  readonly wrongMethod: string;
}

/** `if` and the words, or nothing where there is no condition. */
const onlyIf = (...words: readonly string[]): readonly string[] => (words.length > 0 ? ["if", ...words] : []);

/** Where pools with different friends share an address. */
export function allowRules({ pool, listener, when }: Entrance): Rule[] {
  if (!listener.allow) return [];
  const name = `allowed-${pool.name}`;
  return [
    ...acl(listener, name, ["src"], listener.allow),
    rule(listener, ["http-request", "deny", "if", ...when, `!${name}`]),
  ];
}

/** Where only some pools of an address want client certificates, the others' clients come without. */
export function clientCertificateRules({ listener, when }: Entrance, mixed: boolean): Rule[] {
  const certificate = certificateOf(listener);
  if (!mixed || !certificate || certificate.clientCa === null) return [];
  return [rule(certificate, ["http-request", "deny", "if", ...when, "!{", "ssl_c_used", "}"])];
}

const ACME = "/.well-known/acme-challenge/";
const isAcme = ({ path }: Route): boolean => path.startsWith(ACME.slice(0, -1));

/** Where everything is redirected, only the proofs of a certificate's owner are answered. */
const routesAt = ({ pool, listener }: Entrance): readonly Route[] =>
  listener.redirectPort === null ? pool.routes : pool.routes.filter(isAcme);

/** RFC 9110, section 15.4: 308 keeps the method, which 301 may turn into GET. */
export function redirectRules({ pool, listener, when: own }: Entrance): Rule[] {
  if (listener.redirectPort === null) return [];
  const port = listener.redirectPort === 443 ? "" : `:${listener.redirectPort}`;
  const location = `https://%[req.hdr(Host),host_only]${port}%[pathq]`;
  const named = ["{", "req.hdr(Host)", "-m", "found", "}"];
  const when = [...own, ...(pool.hostnames.length > 0 ? [] : named)];
  if (pool.routes.some(isAcme)) when.push("!{", "path_beg", ACME, "}");
  const redirect = ["http-request", "redirect", "location", location, "code"];
  return [
    rule(listener, [...redirect, "301", "if", ...when, "{", "method", "GET", "HEAD", "}"]),
    rule(listener, [...redirect, "308", "if", ...when]),
  ];
}

/** The pools with a split that this pool's routes lead to, each with the variable that holds a request's lot. */
function lotsOf(entrance: Entrance, leads: Leads): ReadonlyMap<ApiPool, string> {
  const lots = new Map<ApiPool, string>();
  for (const route of routesAt(entrance)) {
    const target = leads.get(route)!.pool;
    if (target.split && !lots.has(target)) lots.set(target, `txn.lot${lots.size === 0 ? "" : lots.size + 1}`);
  }
  return lots;
}

/** A client keeps its lot: it hangs on its cookie, else on its address. */
export function splitRules(entrance: Entrance, leads: Leads): Rule[] {
  const { when } = entrance;
  return [...lotsOf(entrance, leads)].flatMap(([{ split }, lot]) => {
    const total = split!.groups.reduce((sum, { weight }) => sum + weight, 0);
    const draw = (from: string): string[] => ["http-request", `set-var(${lot})`, `${from},xxh32,mod(${total})`];
    const rules = [
      rule(split!, [...draw("src"), ...onlyIf(...when)], `a client draws one lot of ${total}, each time the same`),
    ];
    if (split!.key.type === "cookie") {
      const cookie = `req.cook(${argument(split!.key.name)})`;
      rules.push(rule(split!, [...draw(cookie), "if", ...when, "{", cookie, "-m", "found", "}"]));
    }
    return rules;
  });
}

/** The routes of a pool, the longest path first; what none of them takes is nobody's, also where other pools follow. */
export function routeRules(entrance: Entrance, leads: Leads, answers: Answers, last: boolean): Rule[] {
  const { pool, when: own } = entrance;
  const routes = routesAt(entrance);
  const lots = lotsOf(entrance, leads);
  const rules = routes.flatMap((route) => {
    const when = [...own, ...pathWords(route)];
    const lead = leads.get(route)!;
    const uses = useRules(route, lead, [...when, ...methodWords(route)], lots.get(lead.pool) ?? "");
    if (route.methods !== null) uses.push(rule(route, ["use_backend", answers.wrongMethod, ...onlyIf(...when)]));
    return uses;
  });
  const open = routes.some(({ match, path }) => match === "prefix" && path === "/");
  if (own.length > 0 && !open && !last) rules.push(rule(pool, ["use_backend", answers.notFound, "if", ...own]));
  return rules;
}

/** Groups share the lots in their order; the last takes the rest. */
function useRules(route: Route, { shares }: Lead, when: readonly string[], lot: string): Rule[] {
  let below = 0;
  return shares.map(({ name, weight }, index) => {
    below += weight;
    const drawn = index < shares.length - 1 ? ["{", `var(${lot})`, "-m", "int", "lt", `${below}`, "}"] : [];
    return rule(route, ["use_backend", name, ...onlyIf(...when, ...drawn)]);
  });
}

function pathWords({ path, match }: Route): string[] {
  if (match === "exact") return ["{", "path", pattern(path), "}"];
  return path === "/" ? [] : ["{", "path_beg", pattern(path), "}"];
}

const methodWords = ({ methods }: Route): string[] =>
  methods === null ? [] : ["{", "method", ...methods.map(pattern), "}"];
