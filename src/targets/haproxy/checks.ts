import type { HealthCheck, Pool, Server, StatusRange } from "../../fleet/fleet.js";
import { literal } from "../../syntax/haproxy/quote.js";
import * as mqtt from "./mqtt.js";
import { type Part, type Rule, rule, time } from "./words.js";

/** Where a backend's servers are asked. */
export interface Asked {
  /** `websocket`: MQTT is wrapped; its handshake is asked instead. */
  readonly wrapped: boolean;
  /** Path of that handshake. */
  readonly path: string;
  /** Whether the servers themselves speak TLS that this balancer does not end. */
  readonly passthrough: boolean;
  /** Whether the balancer speaks TLS to them. */
  readonly serverTls: boolean;
}

/** How a backend finds out which of its servers live. */
export interface Checking {
  /** Lines of the backend. */
  readonly rules: readonly Rule[];
  /** Words of `default-server`; empty: nothing is checked. */
  readonly words: readonly string[];
  /** Milliseconds; 0: nothing is checked. */
  readonly timeout: number;
  /** Whether each server is asked at its own MQTT over TLS port, though traffic goes elsewhere. */
  readonly atMqtts: boolean;
}

const NOTHING: Checking = { rules: [], words: [], timeout: 0, atMqtts: false };

/** The checks of a pool's policy as one backend asks them. */
export function checking(pool: Pool, servers: readonly Server[], asked: Asked): Checking {
  const { health } = pool;
  const checks = askable(health.checks);
  if (checks.length === 0) return NOTHING;
  const words = ["check", "inter", time(health.interval), "rise", `${health.rise}`, "fall", `${health.fall}`];
  const subjects = withoutUnwrapped(checks.map((check) => subjectOf(pool, servers, asked, check)));
  const [first] = subjects;
  const single = subjects.length === 1;
  if (single) words.push(...connectionWords(first!, asked));
  else if (subjects.some(({ tls }) => tls) && !asked.serverTls) words.push("verify", "none");
  return {
    rules: single ? singleRules(first!) : chainRules(subjects),
    words,
    timeout: health.timeout,
    atMqtts: single && first!.atMqtts,
  };
}

/** Behind a WebSocket listener, what is asked beside the handshake is HTTP, or is asked in the pool's plain backend. */
const withoutUnwrapped = (subjects: readonly Subject[]): readonly Subject[] =>
  subjects.some(({ handshake }) => handshake !== null)
    ? subjects.filter(({ check, handshake }) => handshake !== null || check.kind === "http")
    : subjects;

/** Which of a policy's checks one ruleset of HAProxy can hold: all, where they are of one family; else the first. */
export function askable(checks: readonly HealthCheck[]): readonly HealthCheck[] {
  if (checks.length < 2) return checks;
  const http = checks.filter(({ kind }) => kind === "http").length;
  const bytes = checks.filter(({ kind }) => kind !== "http" && kind !== "mysql").length;
  return http === checks.length || bytes === checks.length ? checks : checks.slice(0, 1);
}

interface Subject {
  readonly part: Part;
  readonly check: HealthCheck;
  readonly port: number | null;
  readonly tls: boolean;
  readonly host: string;
  readonly atMqtts: boolean;
  /** Path of the WebSocket handshake that stands for MQTT; null: MQTT itself. */
  readonly handshake: string | null;
}

function subjectOf(pool: Pool, servers: readonly Server[], asked: Asked, check: HealthCheck): Subject {
  const elsewhere = check.port !== null;
  const mqttOverTls = check.kind === "mqtt" && check.tls && !elsewhere && !asked.passthrough && !asked.serverTls;
  const wrapped = check.kind === "mqtt" && asked.wrapped && !elsewhere && (asked.passthrough || !check.tls);
  return {
    part: check,
    check,
    port: check.port,
    atMqtts: mqttOverTls,
    tls: check.tls || (asked.passthrough && !elsewhere && check.kind !== "tcp"),
    host: hostOf(pool, servers, check),
    handshake: wrapped ? asked.path : null,
  };
}

/** The Host header: as said, else the pool's first name, else the server's own: where servers differ, their names. */
function hostOf(pool: Pool, servers: readonly Server[], check: HealthCheck): string {
  const said = check.kind === "http" ? check.host : null;
  const first = said ?? (pool.kind === "apis" ? pool.hostnames.find((name) => !name.startsWith("*.")) : undefined);
  if (first !== undefined) return literal(first);
  const hosts = new Set(servers.map(({ host }) => host));
  return hosts.size === 1 ? literal([...hosts][0]!) : "%[srv_name]";
}

function connectionWords({ port, tls }: Subject, asked: Asked): string[] {
  const words = port === null ? [] : ["port", `${port}`];
  if (asked.serverTls) return port !== null && tls ? [...words, "check-ssl"] : words;
  return tls ? [...words, "check-ssl", "verify", "none"] : words; // whether it lives is asked, not who it is
}

function singleRules(subject: Subject): Rule[] {
  const { part, check, handshake } = subject;
  if (handshake !== null || check.kind === "http") return [rule(part, ["option", "httpchk"]), ...httpRules(subject)];
  switch (check.kind) {
    case "tcp":
      return [];
    case "redis":
      return [rule(part, ["option", "redis-check"])];
    case "postgres":
      return [rule(part, ["option", "pgsql-check", "user", check.user])];
    case "mysql":
      return [rule(part, ["option", "mysql-check", "user", check.user])];
    case "mqtt":
      return [rule(part, ["option", "tcp-check"]), ...byteRules(subject)];
  }
}

/** One after the other in one ruleset: all must pass. */
function chainRules(subjects: readonly Subject[]): Rule[] {
  const http = subjects.every(({ check, handshake }) => check.kind === "http" || handshake !== null);
  const family = http ? "http-check" : "tcp-check";
  return [
    rule(subjects[0]!.part, ["option", http ? "httpchk" : "tcp-check"], "one after the other: all must pass"),
    ...subjects.flatMap((subject) => [
      rule(subject.part, [family, "connect", ...placeOf(subject)]),
      ...(http ? httpRules(subject) : byteRules(subject)),
    ]),
  ];
}

const placeOf = ({ port, tls }: Subject): string[] =>
  port === null && !tls ? ["default"] : [...(port === null ? [] : ["port", `${port}`]), ...(tls ? ["ssl"] : [])];

function httpRules({ part, check, handshake, host }: Subject): Rule[] {
  const send = ["http-check", "send", "meth", "GET", "uri"];
  if (handshake !== null)
    return [
      rule(part, [...send, handshake, "ver", "HTTP/1.1", "hdr", "Host", host, ...HANDSHAKE], "a real handshake"),
      rule(part, ["http-check", "expect", "status", "101"]),
    ];
  if (check.kind !== "http") return [];
  const rules = [
    rule(part, [...send, check.path, "ver", "HTTP/1.1", "hdr", "Host", host]),
    rule(part, ["http-check", "expect", "status", check.expect.status.map(statusWord).join(",")]),
  ];
  if (check.expect.body !== null) rules.push(rule(part, ["http-check", "expect", "string", check.expect.body]));
  return rules;
}

/** RFC 6455, section 1.3: the headers of a client's handshake, with its example key. */
const HANDSHAKE = [
  ...["hdr", "Connection", "Upgrade", "hdr", "Upgrade", "websocket"],
  ...["hdr", "Sec-WebSocket-Version", "13", "hdr", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ...["hdr", "Sec-WebSocket-Protocol", "mqtt"],
];

const statusWord = ({ from, to }: StatusRange): string => (from === to ? `${from}` : `${from}-${to}`);

function byteRules({ part, check }: Subject): Rule[] {
  const tcp = (...words: string[]): Rule => rule(part, ["tcp-check", ...words]);
  switch (check.kind) {
    case "mqtt":
      return [
        ...mqtt
          .connect(check.username, check.password)
          .map((sent, index) =>
            rule(
              part,
              "hex" in sent ? ["tcp-check", "send-binary", sent.hex] : ["tcp-check", "send", sent.text],
              index === 0 ? "CONNECT (MQTT 3.1.1, clean session, no client identifier), CONNACK, DISCONNECT" : "",
            ),
          ),
        tcp("expect", ...mqtt.connack(check.accept)),
        tcp("send-binary", mqtt.DISCONNECT),
      ];
    case "redis":
      return [tcp("send", "PING\r\n"), tcp("expect", "string", "+PONG")];
    case "postgres":
      return [tcp("send-binary", postgresStartup(check.user)), tcp("expect", "rbinary", "^52")];
    default:
      return [];
  }
}

/** StartupMessage (PostgreSQL, "Message Formats"): its length, protocol 3.0, `user` and its name; `R` is the answer. */
function postgresStartup(user: string): string {
  const fields = Buffer.from(`user\0${user}\0\0`, "utf8").toString("hex");
  return `${(fields.length / 2 + 8).toString(16).padStart(8, "0")}00030000${fields}`;
}
