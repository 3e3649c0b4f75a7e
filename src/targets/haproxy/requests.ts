import type { ApiPool, Headers, RateLimit, Retries, Route } from "../../fleet/fleet.js";
import { literal } from "../../syntax/haproxy/quote.js";
import { refusal, upgradeRule } from "./answers.js";
import { bodyRules } from "./limits.js";
import { keyExpression } from "./tables.js";
import { type Part, type Rule, rule, time } from "./words.js";

/** What a route does to its requests and answers, in the order in which it happens. `table`: where its rate is counted. */
export function requestRules(pool: ApiPool, route: Route, table: string | null): Rule[] {
  return [
    ...(route.rateLimit && table !== null ? rateRules(route.rateLimit, table) : []),
    ...(route.websocket ? [upgradeRule(route)] : bodyRules(pool)),
    ...(route.rewrite === null ? [] : [rewriteRule(route, route.rewrite)]),
    ...headerRules(route.headers),
    ...repeatRules(route.retries),
  ];
}

/**
 * At most `requests` in any `per`: what was refused is not counted, so that a client who goes on asking is served at
 * that rate. Requests without the key's header are not counted, as they have nobody to be counted for.
 */
function rateRules(limit: RateLimit, table: string): Rule[] {
  const key = keyExpression(limit.key);
  const wait = `${Math.ceil(limit.per / 1000)}`;
  const full = ["{", `${key},table_http_req_rate(${table})`, "ge", `${limit.requests}`, "}"];
  return [
    rule(limit, [...refusal(limit.status), "hdr", "Retry-After", wait, "if", ...full], rateTitle(limit)),
    rule(limit, ["http-request", "track-sc1", key, "table", table]),
  ];
}

/** What a limit says, for people. */
export function rateTitle({ requests, per, key }: RateLimit): string {
  const whose = "name" in key ? ` for one ${key.name}` : key.type === "client_ip" ? " from one address" : "";
  return `${requests} requests in ${time(per)}${whose}`;
}

/** The path is cut by its bytes: no regular expression has to hold it. */
function rewriteRule(route: Route, rewrite: string): Rule {
  const rest = route.match === "exact" ? "" : `%[path,bytes(${Buffer.byteLength(route.path)})]`;
  return rule(route, ["http-request", "set-path", literal(rewrite) + rest], `${route.path} becomes ${rewrite}`);
}

function headerRules({ request, response }: Headers): Rule[] {
  return [
    ...request.map(({ name, value, ...part }) => headerRule("http-request", part, name, value)),
    ...response.map(({ name, value, ...part }) => headerRule("http-response", part, name, value)),
  ];
}

/** An empty value is an expression: a word may not be empty. */
const headerRule = (when: string, part: Part, name: string, value: string | null): Rule =>
  value === null
    ? rule(part, [when, "del-header", name])
    : rule(part, [when, "set-header", name, value === "" ? "%[str()]" : literal(value)]);

const REPEATED = { connect: "conn-failure", timeout: "response-timeout", empty: "empty-response" } as const;

/** Words of `retry-on`: the list replaces HAProxy's own. */
export const retryWords = ({ when }: Retries): string[] =>
  when.map((cause) => (typeof cause === "number" ? `${cause}` : REPEATED[cause]));

/** RFC 9110, section 9.2. */
const METHODS = {
  safe: ["GET", "HEAD", "OPTIONS", "TRACE"],
  idempotent: ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"],
} as const;

/** A connection that was never made may be tried again by any request; what was sent, only by those that may be sent twice. */
function repeatRules(retries: Retries): Rule[] {
  const { attempts, when, methods } = retries;
  if (attempts < 2 || methods === "all" || when.every((cause) => cause === "connect")) return [];
  return [
    rule(
      retries,
      ["http-request", "disable-l7-retry", "unless", "{", "method", ...METHODS[methods], "}"],
      methods === "safe" ? "never twice: what may change something" : "never twice: POST",
    ),
  ];
}
