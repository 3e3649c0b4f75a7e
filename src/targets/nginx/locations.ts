import type { ApiPool, Listener, Route } from "../../fleet/fleet.js";
import { literal } from "../../syntax/nginx/quote.js";
import type { Destinations } from "./destinations.js";
import { differences, settingsOf } from "./settings.js";
import type { LocationView, Settings } from "./view.js";

/** What every location of one listener shares. */
export interface Place {
  readonly pool: ApiPool;
  readonly listener: Listener;
  readonly base: Settings;
  readonly trust: number | null;
  readonly destinations: Destinations;
}

/**
 * The routes of a pool as locations, the longest first, and a 404 where none takes the rest. No regular expressions: nginx
 * then takes an exact path first and the longest prefix otherwise, as the language says.
 */
export function locationsOf(place: Place): LocationView[] {
  const { routes } = place.pool;
  const locations = routes.map((route) => locationOf(place, route, matchOf(route), route.path, null));
  const withoutSlash = bareTwins(routes).map((path) =>
    exactLocation(place, path, `otherwise nginx redirects it to ${path}/`),
  );
  const rest = routes.some(({ path, match }) => path === "/" && match === "prefix");
  return [...locations, ...withoutSlash, ...(rest ? [] : [notFound(place.pool, ["/"], null)])];
}

/** `/api` for a route `/api/`: nginx answers it with a redirect of its own unless a location takes it. */
function bareTwins(routes: readonly Route[]): string[] {
  const taken = new Set(routes.map(({ path }) => path));
  return routes
    .filter(({ path, match }) => match === "prefix" && path.length > 1 && path.endsWith("/"))
    .map(({ path }) => path.slice(0, -1))
    .filter((path) => path.length > 0 && !taken.has(path));
}

/** A location for one exact path that answers as the route that takes the path does, or 404 where none does. */
export function exactLocation(place: Place, path: string, comment: string | null): LocationView {
  const route = routeFor(place.pool.routes, path);
  const match = ["=", decoded(path)];
  return route ? locationOf(place, route, match, path, comment) : notFound(place.pool, match, comment);
}

/** The route that takes a path: routes stand longest first, exact before prefix. */
const routeFor = (routes: readonly Route[], path: string): Route | undefined =>
  routes.find((route) => (route.match === "exact" ? path === route.path : path.startsWith(route.path)));

/** nginx compares the decoded path. */
const matchOf = ({ path, match }: Route): string[] => (match === "exact" ? ["=", decoded(path)] : [decoded(path)]);

export function decoded(path: string): string {
  try {
    const plain = decodeURIComponent(path);
    return /[\0-\x1f\x7f]/.test(plain) ? path : plain;
  } catch {
    return path; // a lone % that no client can send either
  }
}

const notFound = ({ written }: ApiPool, match: readonly string[], comment: string | null): LocationView => ({
  written,
  match,
  comment: comment ?? "no route takes it",
  status: 404,
  methods: null,
  websocket: false,
  settings: null,
  rewrite: null,
  pass: "",
});

function locationOf(
  place: Place,
  route: Route,
  match: readonly string[],
  path: string,
  comment: string | null,
): LocationView {
  const { pool, base, trust, destinations } = place;
  const exact = match.length > 1;
  const rewritten =
    route.rewrite === null ? null : exact ? route.rewrite + path.slice(route.path.length) : route.rewrite;
  const { scheme, upstream, variable } = destinations.of(pool, route);
  return {
    written: route.written,
    match,
    comment,
    status: null,
    methods: route.methods && { pattern: `^(${route.methods.join("|")})$`, allow: route.methods.join(", ") },
    websocket: route.websocket,
    settings: differences(settingsOf(pool, route, trust, destinations), base),
    rewrite: rewritten !== null && variable ? rewriteOf(route, rewritten, exact) : null,
    pass: `${scheme}://${upstream}${variable || rewritten === null ? "" : escaped(rewritten)}`,
  };
}

/** Behind a variable `proxy_pass` replaces no path: `rewrite` does, on the decoded path, which nginx encodes again. */
const rewriteOf = ({ path }: Pick<Route, "path">, to: string, exact: boolean): { pattern: string; to: string } => {
  const plain = literal(decoded(to).includes("?") ? to : decoded(to));
  if (exact) return { pattern: "^", to: plain };
  return { pattern: `(?s)^${decoded(path).replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}(.*)$`, to: `${plain}$1` };
};

/** A path as it may stand in a request line, and in a directive that fills in variables. */
const escaped = (path: string): string => path.replace(/[^\x21-\x7e]|[$"<>\\^`{|}]/gu, encodeURIComponent);
