import type { ApiPool, BrokerPool, Fleet, Listener } from "../../fleet/fleet.js";
import { asksOf } from "./asked.js";
import { carriedPools, titleOf } from "./carried.js";
import { Destinations } from "./destinations.js";
import { behindOf, flagsOf, listensOf, protocolsFrom, tlsOf } from "./doors.js";
import { Trust } from "./headers.js";
import { decoded, exactLocation, locationsOf, type Place } from "./locations.js";
import type { NginxOptions } from "./options.js";
import { differences, settingsOf, USUAL } from "./settings.js";
import { connectionZone, isStream } from "./stream.js";
import { tablesOf } from "./tables.js";
import type { Lookup } from "./upstreams.js";
import { has } from "./versions.js";
import type { ConnectionZone, Door, HttpServer, HttpView, LocationView, TlsView } from "./view.js";
import { webSocketServer } from "./websockets.js";

/** One listener of an API pool. */
interface Entry {
  readonly pool: ApiPool;
  readonly listener: Listener;
}

/** Everything that is HTTP to nginx. There is always something: the balancer's own health. */
export function httpOf(fleet: Fleet, options: NginxOptions, lookup: Lookup, resolver: string[] | null): HttpView {
  const destinations = new Destinations(fleet, lookup);
  const trust = new Trust();
  const servers: HttpServer[] = [];
  const connectionZones: ConnectionZone[] = [];
  for (const group of sharedListeners(fleet, options)) {
    const first = group[0]!;
    if (first.pool.kind === "apis") servers.push(...apiServers(group as Entry[], fleet, lookup, trust, destinations));
    else servers.push(webSocketServer(first.pool as BrokerPool, first.listener, trust, destinations));
  }
  for (const pool of carriedPools(fleet, options)) {
    const http = pool.kind === "apis" || pool.listeners.some((listener) => !isStream(pool, listener));
    if (http && pool.limits.connections > 0) connectionZones.push(connectionZone(pool, "requests"));
  }
  const upstreams = [...destinations.upstreams.values()];
  return {
    accessLog: options.logs.access,
    resolver,
    tls: servers.some(({ tls }) => tls !== null),
    tables: tablesOf(servers, destinations),
    dollar: servers.some(usesDollar),
    serverTls: servers.some(({ base, locations }) =>
      [base, ...locations.map(({ settings }) => settings)].some((settings) => settings?.serverTls),
    ),
    usual: USUAL,
    cookies: [...destinations.cookies.values()],
    behinds: trust.list,
    rates: [...destinations.rates.values()],
    connectionZones,
    splits: [...destinations.splits.values()],
    upstreams,
    servers,
    health: {
      listens: listensOf(options.health.address === "*" ? null : options.health.address, options.health.port, []),
      path: decoded(options.health.path),
    },
    include: options.include,
  };
}

/** Listeners of one address and port belong together: API pools share one by host name. In order of their first. */
function sharedListeners(fleet: Fleet, options: NginxOptions): { pool: ApiPool | BrokerPool; listener: Listener }[][] {
  const groups = new Map<string, { pool: ApiPool | BrokerPool; listener: Listener }[]>();
  for (const pool of carriedPools(fleet, options)) {
    if (pool.kind !== "apis" && pool.kind !== "brokers") continue;
    for (const listener of pool.listeners) {
      if (isStream(pool, listener)) continue;
      const key =
        pool.kind === "apis" ? `${listener.address ?? "*"} ${listener.port}` : `${pool.name} ${listener.kind}`;
      const group = groups.get(key);
      if (group) group.push({ pool, listener });
      else groups.set(key, [{ pool, listener }]);
    }
  }
  return [...groups.values()];
}

function apiServers(
  group: readonly Entry[],
  fleet: Fleet,
  lookup: Lookup,
  trust: Trust,
  destinations: Destinations,
): HttpServer[] {
  // nginx takes a port's flags and its lowest TLS version from one place: what any listener of it says holds for all.
  const flags = [...new Set(group.flatMap(({ listener }) => flagsOf(listener)))];
  const tls13 = group.some(
    ({ listener }) => listener.tls?.mode === "terminate" && listener.tls.certificate.minVersion === "1.3",
  );
  const doors = group.map(({ listener }) => doorOf(listener, flags, tls13));
  const everyName = group.findIndex(({ pool }) => pool.hostnames.length === 0);
  const servers = group.map(({ pool, listener }, index) => {
    const door = index === everyName ? withDefault(doors[index]!) : doors[index]!;
    return apiServer(pool, listener, door, fleet, lookup, trust, destinations);
  });
  return everyName < 0 ? [unknownNames(group[0]!, doors[0]!), ...servers] : servers;
}

function doorOf(listener: Listener, flags: readonly string[], tls13: boolean): Door {
  const tls = tlsOf(listener);
  return {
    listens: listensOf(listener.address, listener.port, flags),
    tls: tls && tls13 ? { ...tls, protocols: protocolsFrom("1.3") } : tls,
    behind: behindOf(listener.behind, "http"),
    allow: listener.allow,
  };
}

const withDefault = (door: Door): Door => ({
  ...door,
  listens: door.listens.map(([socket, ...flags]) => [socket!, "default_server", ...flags]),
});

/** Who asks for a name that no pool has gets a 404, under the first pool's certificate: clients without SNI begin here. */
function unknownNames({ listener }: Entry, door: Door): HttpServer {
  const tls: TlsView | null = door.tls && { ...door.tls, clientCa: null };
  return {
    ...withDefault(door),
    written: listener.written,
    comment: `port ${listener.port}: host names that no pool has`,
    tls,
    behind: null,
    allow: null,
    names: [],
    http2: false,
    unknown: true,
    base: null,
    locations: [],
    to: null,
  };
}

function apiServer(
  pool: ApiPool,
  listener: Listener,
  door: Door,
  fleet: Fleet,
  { version }: Lookup,
  trust: Trust,
  destinations: Destinations,
): HttpServer {
  const number = trust.numberOf(listener);
  const own = {
    timeouts: pool.timeouts,
    retries: pool.retries,
    headers: pool.headers,
    rateLimit: pool.rateLimit,
    websocket: false,
    pool: pool.name,
  };
  const base = settingsOf(pool, own, number, destinations);
  const printed = differences(base, USUAL);
  const place: Place = { pool, listener, base, trust: number, destinations };
  const shared = {
    ...door,
    written: listener.written,
    comment: `${titleOf(pool)}: ${listener.kind}`,
    names: pool.hostnames,
    http2: door.tls !== null && has(version, "http2"),
    unknown: false,
  };
  if (listener.redirectPort === null) return { ...shared, base: printed, locations: locationsOf(place), to: null };
  const locations = unredirected(place, fleet);
  const port = listener.redirectPort === 443 ? "" : `:${listener.redirectPort}`;
  return {
    ...shared,
    base: locations.some(({ pass }) => pass) ? printed : null,
    locations,
    to: `https://$host${port}$request_uri`,
  };
}

const CHALLENGE = "/.well-known/acme-challenge/";

/** What is answered in the clear although all else is redirected: certificate challenges, and what regions' checks ask for. */
function unredirected(place: Place, fleet: Fleet): LocationView[] {
  const { pool, listener } = place;
  const challenges = locationsOf({
    ...place,
    pool: { ...pool, routes: pool.routes.filter(({ path }) => takesChallenges(path)) },
  });
  const taken = new Set(challenges.map(({ match }) => match.join(" ")));
  const asked = asksOf(fleet, pool, listener).map((path) =>
    exactLocation(place, path, "asked by a region's health check"),
  );
  return [
    ...challenges.filter(({ status }) => status === null),
    ...asked.filter(({ match }) => !taken.has(match.join(" "))),
  ];
}

const takesChallenges = (path: string): boolean =>
  path !== "/" && (path.startsWith(CHALLENGE) || CHALLENGE.startsWith(path));

const usesDollar = ({ base, locations }: HttpServer): boolean =>
  [base, ...locations.map(({ settings }) => settings)].some((settings) =>
    [...(settings?.setHeaders ?? []), ...(settings?.addHeaders ?? [])].some(({ value }) => value.includes("${")),
  ) || locations.some(({ rewrite }) => rewrite?.to.includes("${"));
