import type { BrokerPool, DatabasePool, Listener, Pool, Server, ServicePool } from "../../fleet/fleet.js";
import { formatDuration } from "../../support/duration.js";
import { pattern } from "../../syntax/haproxy/quote.js";
import { text, upgradeRule } from "./answers.js";
import { backendView, type Plan } from "./backend.js";
import { CLIENT_ID, CLIENT_ID_VARIABLE, type Speaks } from "./balance.js";
import { certificateOf, listenerBinds } from "./bind.js";
import { clientRules, comesByHeader, connectionRules } from "./client.js";
import type { Context } from "./context.js";
import { connectionRateRules, connectionTable, openRules } from "./limits.js";
import type { FrontendView, Group, Timer } from "./sections.js";
import { type Rule, rule, time } from "./words.js";

type TcpPool = BrokerPool | DatabasePool | ServicePool;

/** What a listener's connections are given to. */
interface Way {
  readonly name: string;
  readonly listener: Listener;
  readonly listeners: readonly Listener[];
  readonly suffix: string;
  readonly port: Plan["port"];
  readonly servers: readonly Server[];
  readonly fallback: string | null;
}

const KINDS = { brokers: "MQTT brokers", databases: "databases", services: "service" } as const;

/** A pool of brokers, databases or a service: a frontend for each listener, a backend for each way to its servers. */
export function tcpGroup(context: Context, pool: TcpPool): Group {
  const ways = waysOf(context, pool);
  const names = ways.map(({ name }) => name);
  const table = connectionTable(context, pool);
  const frontends = ways.flatMap((way) =>
    way.listeners.map((listener) =>
      frontendView(context, pool, way, listener, connectionRateRules(pool, listener, table)),
    ),
  );
  const backends = ways.map((way) => backendView(context, planOf(pool, way, names)));
  return { title: `${pool.name}: ${KINDS[pool.kind]}`, frontends, backends: table ? [...backends, table] : backends };
}

/** The ways that the listeners need, each once, in the listeners' order. */
function waysOf(context: Context, pool: TcpPool): Way[] {
  const bySuffix = new Map<string, Listener[]>();
  for (const listener of pool.listeners) {
    const suffix = suffixOf(pool, listener);
    const same = bySuffix.get(suffix);
    if (same) same.push(listener);
    else bySuffix.set(suffix, [listener]);
  }
  return [...bySuffix].map(([suffix, listeners]) => ({
    name: context.backends.take(suffix === "" ? pool.name : `${pool.name}.${suffix}`),
    listener: listeners[0]!,
    listeners,
    suffix,
    port: pool.kind === "brokers" ? portOf(listeners[0]!) : null,
    ...serversOf(pool, suffix),
  }));
}

/** Plain MQTT goes to the pool's own backend, with TLS ended here or without. */
function suffixOf(pool: TcpPool, { kind, tls }: Listener): string {
  if (pool.kind === "databases") return kind;
  if (pool.kind === "services") return "";
  if (tls?.mode === "passthrough") return kind;
  return kind === "websocket" || kind === "wss" ? "websocket" : "";
}

function portOf({ kind, tls }: Listener): "mqtt" | "websocket" | "mqtts" | "wss" {
  if (tls?.mode === "passthrough") return kind === "wss" ? "wss" : "mqtts";
  return kind === "websocket" || kind === "wss" ? "websocket" : "mqtt";
}

function serversOf(pool: TcpPool, suffix: string): { servers: readonly Server[]; fallback: string | null } {
  if (pool.kind !== "databases") return { servers: pool.servers, fallback: null };
  if (suffix === "write" || pool.replicas.length === 0) return { servers: [pool.primary], fallback: null };
  if (pool.readFallback === "none") return { servers: pool.replicas, fallback: null };
  return { servers: [...pool.replicas, pool.primary], fallback: pool.primary.name };
}

const isWrapped = (way: Way): boolean => way.port === "websocket";
const passes = ({ listener }: Way): boolean => listener.tls?.mode === "passthrough";

function speaksOf(pool: TcpPool, way: Way): Speaks {
  if (isWrapped(way)) return "http";
  return pool.kind === "brokers" && !passes(way) ? "mqtt" : "tcp";
}

function planOf(pool: TcpPool, way: Way, names: readonly string[]): Plan {
  const mode = isWrapped(way) ? "http" : "tcp";
  return {
    part: pool,
    name: way.name,
    title: way.fallback === null ? "" : `reads go to ${way.fallback} when every replica is down`,
    pool,
    servers: way.servers,
    mode,
    speaks: speaksOf(pool, way),
    balance: pool.balance,
    affinity: pool.affinity,
    timeouts: pool.timeouts,
    port: way.port,
    asked: {
      wrapped: way.port === "websocket" || way.port === "wss",
      path: way.listener.path ?? "/",
      passthrough: passes(way) && pool.kind === "brokers",
      serverTls: false,
    },
    serverTls: null,
    tracked: null,
    fallback: way.fallback,
    moved: way.listeners.some(comesByHeader),
    secure: false,
    timers: [idleTimer(pool, mode === "http" ? "tunnel" : "server")],
    rules: openRules(pool, mode, way.name, names),
    retries: null,
    retryOn: [],
    words: [],
  };
}

/** MQTT 3.1.1 and 5, section 3.1.2.10: a broker itself waits 1.5 times the keep-alive. */
const SILENCE = 1.5;

function idleTimer(pool: Pool, name: "client" | "server" | "tunnel"): Timer {
  const { idle } = pool.timeouts;
  const derived = pool.kind === "brokers" && idle === SILENCE * pool.keepalive;
  const why = derived ? `${SILENCE} x the ${formatDuration(pool.keepalive)} keep-alive` : "";
  return { name, time: time(idle), why };
}

function frontendView(
  context: Context,
  pool: TcpPool,
  way: Way,
  listener: Listener,
  rateRules: readonly Rule[],
): FrontendView {
  const http = isWrapped(way);
  const certificate = certificateOf(listener);
  const alpn = http ? "http/1.1" : "";
  const behind = http || !comesByHeader(listener) ? listener.behind : null; // TCP has no headers
  const rules = [...connectionRules(listener, behind, listener.allow), ...rateRules];
  return {
    written: listener.written,
    name: context.frontends.take(`${pool.name}.${listener.kind}`),
    mode: http ? "http" : "tcp",
    log: http ? "httplog" : "tcplog",
    binds: listenerBinds(listener, certificate ? [certificate] : [], alpn),
    timers: http ? [] : [idleTimer(pool, "client")],
    rules: [...rules, ...(http ? handshakeRules(listener) : contentRules(pool, listener))],
    routes: [],
    fallback: way.name,
  };
}

/** How long a client may take for its first packet. */
const FIRST_PACKET = 10_000;

/** Nothing but MQTT (or TLS, where it passes through) reaches a broker; what is not complete yet is waited for. */
function contentRules(pool: TcpPool, listener: Listener): Rule[] {
  if (pool.kind !== "brokers") return [];
  const passthrough = listener.tls?.mode === "passthrough";
  const wait = time(Math.min(FIRST_PACKET, pool.timeouts.idle));
  const wanted = passthrough ? ["req.ssl_hello_type", "1"] : ["req.payload(0,0),mqtt_is_valid"];
  const what = passthrough ? "a TLS greeting" : "an MQTT CONNECT";
  const rules = [
    rule(listener, ["tcp-request", "inspect-delay", wait], `${what} within ${wait}, or nothing`),
    rule(listener, ["tcp-request", "content", "reject", "unless", "{", ...wanted, "}"]),
  ];
  if (!passthrough && pool.balance.key?.type === "client_id")
    rules.push(rule(pool.balance, ["tcp-request", "content", `set-var(${CLIENT_ID_VARIABLE})`, CLIENT_ID]));
  return rules;
}

/** A plain GET on a WebSocket port would end as an error of the broker. */
function handshakeRules(listener: Listener): Rule[] {
  const elsewhere = ["unless", "{", "path", pattern(listener.path ?? "/"), "}"];
  return [
    ...clientRules(listener, listener.behind, listener.allow),
    rule(listener, ["http-request", "return", "status", "404", ...text("not found\n"), ...elsewhere]),
    upgradeRule(listener),
  ];
}
