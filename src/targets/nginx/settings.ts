import type { ApiPool, Pool, Retries, Route } from "../../fleet/fleet.js";
import { type Destinations, serverTlsOf } from "./destinations.js";
import { addedHeaders, hiddenHeaders, requestHeaders, USUAL_HEADERS } from "./headers.js";
import type { HeaderLine, ServerTlsView, Settings } from "./view.js";
import { size, time } from "./words.js";

/** Status codes that have a word in `proxy_next_upstream`. */
export const RETRIED_STATUSES: readonly number[] = [403, 404, 429, 500, 502, 503, 504];

/** What a pool may say for all of its routes, and a route for itself. */
export type Sayings = Pick<Route, "timeouts" | "retries" | "headers" | "rateLimit" | "websocket" | "pool">;

/** What a pool says for all of its routes, or a route for itself. `trust` numbers the believed forwarded headers. */
export function settingsOf(pool: ApiPool, route: Sayings, trust: number | null, destinations: Destinations): Settings {
  const { timeouts, retries, headers, websocket } = route;
  const next = nextOf(retries);
  return {
    rate: destinations.rateOf(pool, route.rateLimit),
    connections: connectionsOf(pool),
    bodySize: size(pool.limits.bodySize),
    connectTimeout: time(timeouts.connect),
    sendTimeout: time(timeouts.send),
    readTimeout: time(timeouts.read),
    readComment: null,
    next,
    tries: next[0] === "off" ? null : retries.attempts,
    tryTimeout: time(timeouts.request ?? 0),
    setHeaders: requestHeaders(headers, trust, websocket),
    hideHeaders: hiddenHeaders(headers),
    addHeaders: addedHeaders(headers),
    serverTls: serverTlsOf(destinations.poolOf(route.pool)),
  };
}

const MEGABYTE = 1024 * 1024;

/** What is written once for all servers of `http`; they say what differs. */
export const USUAL: Settings = {
  rate: null,
  connections: null,
  bodySize: size(MEGABYTE),
  connectTimeout: null,
  sendTimeout: null,
  readTimeout: null,
  readComment: null,
  next: null,
  tries: null,
  tryTimeout: null,
  setHeaders: USUAL_HEADERS,
  hideHeaders: [],
  addHeaders: [],
  serverTls: null,
};

/** nginx counts requests in progress; a connection that was a WebSocket is one for all of its life. */
export const connectionsOf = ({ name, limits }: Pool): Settings["connections"] =>
  limits.connections > 0 ? { zone: `${name}_requests`, count: limits.connections } : null;

/** When a request goes on to another server. nginx's `error` is a refused connection and an empty answer alike. */
function nextOf({ attempts, when, methods }: Retries): string[] {
  const conditions = new Set<string>();
  for (const condition of when) {
    if (condition === "connect" || condition === "empty") conditions.add("error");
    else if (condition === "timeout") conditions.add("timeout");
    else if (RETRIED_STATUSES.includes(condition)) conditions.add(`http_${condition}`);
  }
  if (attempts < 2 || conditions.size === 0) return ["off"];
  return methods === "all" ? [...conditions, "non_idempotent"] : [...conditions];
}

/** What `own` says differently from `base`, which it inherits; null where it says nothing of its own. */
export function differences(own: Settings, base: Settings): Settings | null {
  const settings: Settings = {
    rate: sameTexts(own.rate?.words ?? null, base.rate?.words ?? null) ? null : own.rate,
    connections: own.connections?.zone === base.connections?.zone ? null : own.connections,
    bodySize: own.bodySize === base.bodySize ? null : own.bodySize,
    connectTimeout: own.connectTimeout === base.connectTimeout ? null : own.connectTimeout,
    sendTimeout: own.sendTimeout === base.sendTimeout ? null : own.sendTimeout,
    readTimeout: own.readTimeout === base.readTimeout ? null : own.readTimeout,
    readComment: own.readComment,
    next: sameTexts(own.next, base.next) ? null : own.next,
    tries: own.tries === base.tries ? null : own.tries,
    tryTimeout: own.tryTimeout === base.tryTimeout ? null : own.tryTimeout,
    setHeaders: sameLines(own.setHeaders, base.setHeaders) ? null : own.setHeaders,
    hideHeaders: sameTexts(own.hideHeaders, base.hideHeaders) ? null : own.hideHeaders,
    addHeaders: sameLines(own.addHeaders, base.addHeaders) ? null : own.addHeaders,
    serverTls: sameTls(own.serverTls, base.serverTls) ? null : own.serverTls,
  };
  return Object.values(settings).some((value) => value !== null) ? settings : null;
}

const sameTls = (a: ServerTlsView | null, b: ServerTlsView | null): boolean =>
  a?.name === b?.name && a?.verify === b?.verify && a?.ca === b?.ca;

function sameTexts(a: readonly string[] | null, b: readonly string[] | null): boolean {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((text, index) => text === b[index]));
}

function sameLines(a: readonly HeaderLine[] | null, b: readonly HeaderLine[] | null): boolean {
  if (a === b) return true;
  if (a === null || b === null || a.length !== b.length) return false;
  return a.every(({ name, value }, index) => name === b[index]!.name && value === b[index]!.value);
}
