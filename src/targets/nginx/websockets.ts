import type { BrokerPool, Listener } from "../../fleet/fleet.js";
import { titleOf } from "./carried.js";
import type { Destinations } from "./destinations.js";
import { behindOf, flagsOf, listensOf, tlsOf } from "./doors.js";
import { requestHeaders, type Trust } from "./headers.js";
import { decoded } from "./locations.js";
import { connectionsOf, differences, USUAL } from "./settings.js";
import { idleComment } from "./stream.js";
import type { HttpServer, LocationView, Settings } from "./view.js";
import { size, time } from "./words.js";

const NO_HEADERS = { request: [], response: [] };
const TOO_MANY_REQUESTS = 429;

/** A broker pool's listener for MQTT over WebSocket: one path, for handshakes alone. */
export function webSocketServer(
  pool: BrokerPool,
  listener: Listener,
  trust: Trust,
  destinations: Destinations,
): HttpServer {
  const location = handshakes(pool, listener, destinations);
  return {
    written: listener.written,
    comment: `${titleOf(pool)}: ${listener.kind}`,
    listens: listensOf(listener.address, listener.port, flagsOf(listener)),
    tls: tlsOf(listener),
    behind: behindOf(listener.behind, "http"),
    allow: listener.allow,
    names: [],
    http2: false, // a WebSocket begins with an HTTP/1.1 handshake here
    unknown: false,
    to: null,
    base: differences(settingsOf(pool, trust.numberOf(listener), destinations), USUAL),
    locations: listener.path === "/" ? [location] : [location, { ...location, ...NOT_FOUND }],
  };
}

/** One silence for both directions: nginx looks at what it reads alone once the connection is a WebSocket. */
const settingsOf = (pool: BrokerPool, trust: number | null, destinations: Destinations): Settings => ({
  rate: rateOf(pool, destinations),
  connections: connectionsOf(pool),
  bodySize: size(pool.limits.bodySize),
  connectTimeout: time(pool.timeouts.connect),
  sendTimeout: time(pool.timeouts.idle),
  readTimeout: time(pool.timeouts.idle),
  readComment: idleComment(pool),
  next: ["error", "timeout"],
  tries: null,
  tryTimeout: time(pool.timeouts.request ?? 0),
  setHeaders: requestHeaders(NO_HEADERS, trust, true),
  hideHeaders: [],
  addHeaders: [],
  serverTls: null,
});

/** The rate of handshakes is the rate of connections; as many as a period may bring can come at once. */
function rateOf({ name, limits }: BrokerPool, destinations: Destinations): Settings["rate"] {
  if (!limits.connectionRate) return null;
  destinations.rate(`${name}_rate`, limits.connectionRate);
  const words = [`zone=${name}_rate`, `burst=${limits.connectionRate.requests}`, "nodelay"];
  return { words, status: TOO_MANY_REQUESTS };
}

function handshakes(pool: BrokerPool, listener: Listener, destinations: Destinations): LocationView {
  return {
    written: listener.written,
    match: listener.path === "/" ? ["/"] : ["=", decoded(listener.path ?? "/mqtt")],
    comment: null,
    status: null,
    methods: null,
    websocket: true,
    settings: null,
    rewrite: null,
    pass: `http://${destinations.webSockets(pool)}`,
  };
}

const NOT_FOUND = {
  match: ["/"],
  comment: "nothing else is served here",
  status: 404,
  websocket: false,
  pass: "",
} satisfies Partial<LocationView>;
