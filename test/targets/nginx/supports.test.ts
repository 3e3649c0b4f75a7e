import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FEATURES } from "../../../src/targets/features.js";
import nginx from "../../../src/targets/nginx/index.js";
import { audited, objections } from "./rendered.js";

const API = (more: string, rest = "") =>
  `apis:\n  web: { listeners: { http: 8080 }, servers: ["10.0.0.{1..2}:80"], ${more} }\n${rest}`;
const TCP = (more: string, rest = "") =>
  `services:\n  db: { protocol: tcp, listeners: { main: 6000 }, servers: ["10.0.0.{1..2}:80"], ${more} }\n${rest}`;
const MQTT = (more: string, rest = "") =>
  `brokers:\n  mqtt: { listeners: { mqtt: 1883 }, servers: ["10.0.0.{1..2}"], ${more} }\n${rest}`;
const AT = (version: string) => `targets: { nginx: { version: "${version}" } }\n`;

describe("what nginx cannot say", () => {
  it("answers every feature of the language", () => {
    expect(Object.keys(nginx.supports).sort()).toEqual([...FEATURES].sort());
  });

  const REFUSED: [string, string, string][] = [
    [
      "response times before 1.31",
      API("balance: least_response_time"),
      "balance.least_response_time 4: nginx 1.22.1 cannot balance by response time, which came with 1.31.0",
    ],
    ["first", API("balance: first"), "balance.first 4: nginx cannot fill one server after the other"],
    [
      "client identifiers as a hash key",
      MQTT("balance: { algorithm: consistent_hash, key: client_id }"),
      "balance.consistent_hash 4: nginx cannot read an MQTT client identifier",
    ],
    [
      "client identifiers",
      MQTT("affinity: client_id"),
      "affinity.client_id 4: nginx cannot read an MQTT client identifier",
    ],
    [
      "affinity cookies before 1.29.6",
      API("affinity: { cookie: SRV }"),
      "affinity.cookie 4: nginx 1.22.1 sets no affinity cookie, which came with 1.29.6",
    ],
    [
      "slow start",
      API("servers: [{ host: 10.0.0.1, slowStart: 30s }]").replace('servers: ["10.0.0.{1..2}:80"], ', ""),
      "servers.slowStart 4: nginx has no slow start",
    ],
    [
      "backup servers beside hashing",
      TCP("affinity: ip, servers: [10.0.0.1:80, { host: 10.0.0.2, port: 80, backup: true }]").replace(
        'servers: ["10.0.0.{1..2}:80"], ',
        "",
      ),
      "servers.backup 4: nginx's hash takes no backup servers",
    ],
    [
      "the primary behind hashed replicas",
      "databases:\n  d: { software: mysql, primary: 10.0.0.1, replicas: [10.0.0.2], listeners: { read: 3306 }, readFallback: primary, affinity: ip }\n",
      "readFallback 4: nginx's hash takes no backup servers",
    ],
    [
      "connection rates in TCP",
      TCP("limits: { connectionRate: { requests: 9, per: 1s } }"),
      "limits.connectionRate 4: nginx limits no connections by rate (listener main)",
    ],
    [
      "connection rates in HTTP",
      API("limits: { connectionRate: { requests: 9, per: 1s } }"),
      "limits.connectionRate 4: nginx limits requests, and connections in TCP not at all",
    ],
    [
      "the PROXY protocol over HTTP",
      API("proxyProtocol: v1"),
      "servers.proxyProtocol 4: nginx sends no PROXY protocol over HTTP and WebSocket",
    ],
    [
      "version 2 of it before 1.31.4",
      TCP("proxyProtocol: v2"),
      "servers.proxyProtocol 4: nginx 1.22.1 sends version 1 of the PROXY protocol alone",
    ],
    [
      "statuses that it has no word for",
      API("retries: { attempts: 2, when: [501, 502] }"),
      "retries.when 4: nginx cannot try again after a status 501",
    ],
    [
      "rates below one a minute",
      API("rateLimit: { requests: 5, per: 1h }"),
      "rateLimit 4: nginx counts requests a second or a minute, so one a minute is the least",
    ],
    [
      "names of several servers in TLS",
      API("serverTls: true"),
      "serverTls 4: nginx checks all servers of a pool against one name, and these have none in common",
    ],
    [
      "its own headers",
      API("headers: { response: { Server: x } }"),
      "headers.response 4: nginx writes its own Server header",
    ],
    [
      "headers that become too long for a word",
      API(`headers: { request: { X-Price: "${"$".repeat(600)}" } }`),
      "headers.request 4: nginx cannot hold the value of X-Price: it is longer than 4000 bytes",
    ],
    [
      "DTLS",
      'services:\n  u: { protocol: udp, listeners: { a: { port: 6000, tls: t } }, servers: ["10.0.0.1:80"] }\ntls: { t: { bundle: /t.pem } }\n',
      "listeners.tls.terminate 4: nginx ends no DTLS",
    ],
  ];
  it.each(REFUSED)("refuses %s", async (_, topology, finding) => {
    expect(await objections(topology)).toEqual([`error ${finding}`]);
  });

  const TAKEN: [string, string][] = [
    ["what `fallback` names", API("balance: { algorithm: first, fallback: round_robin }")],
    ["affinity's fallback", MQTT("affinity: { by: client_id, fallback: ip }")],
    ["least_time from 1.31 on", API("balance: least_response_time", AT("1.31"))],
    ["cookies from 1.29.6 on", API("affinity: { cookie: SRV }", AT("1.29"))],
    ["PROXY protocol 2 from 1.31.4 on", TCP("proxyProtocol: v2", AT("1.31"))],
    ["one name for all servers", API("serverTls: { sni: inner.test }")],
    [
      "the name that all servers share",
      API(
        "serverTls: true, servers: [inner.test:443, inner.test:444]",
        `resolver: { servers: [127.0.0.1] }\n${AT("1.28")}`,
      ).replace('servers: ["10.0.0.{1..2}:80"], ', ""),
    ],
  ];
  it.each(TAKEN)("takes %s", async (_, topology) => {
    expect(await objections(topology)).toEqual([]);
  });

  it("warns that a drained server's clients move at once, until 1.29.6 in HTTP and always in TCP", async () => {
    const servers =
      "servers: [10.0.0.1:80, { host: 10.0.0.2, port: 80, state: drain }, { host: 10.0.0.3, port: 80, weight: 0 }]";
    const of = (pool: typeof API, rest: string) => pool(servers, rest).replace('servers: ["10.0.0.{1..2}:80"], ', "");
    expect(await objections(of(API, ""))).toEqual([
      "warning servers.state.drain 4: nginx has no drain before 1.29.6: 10-0-0-2 is written `down`, and its clients move at once",
      "warning servers.weight.zero 4: nginx has no drain before 1.29.6: 10-0-0-3 is written `down`, and its clients move at once",
    ]);
    expect(await objections(of(API, AT("1.29")))).toEqual([]);
    expect((await objections(of(TCP, AT("1.31")))).map((line) => line.slice(0, 40))).toEqual([
      "warning servers.state.drain 4: nginx has",
      "warning servers.weight.zero 4: nginx has",
    ]);
  });

  it("warns once that names are looked up once", async () => {
    const topology = 'services:\n  db: { protocol: tcp, listeners: { x: 6000 }, servers: ["db-{1..3}:1"] }\n';
    const resolver = "resolver: { servers: [127.0.0.11] }\n";
    expect(await objections(topology)).toEqual([
      "warning resolver 4: db-1 is looked up when nginx starts, never again",
    ]);
    expect(await objections(topology + resolver)).toEqual([
      "warning resolver 5: nginx 1.22.1 looks names up when it starts, never again",
    ]);
    expect(await objections(topology + resolver + AT("1.28"))).toEqual([]);
    expect(await objections(TCP("") + resolver)).toEqual([]); // no names
  });

  it("tells by infos what is only nearly so", async () => {
    const lines = await audited(
      API(
        "affinity: ip, health: h, rateLimit: { requests: 100, per: 7s, burst: 5 }, circuitBreaker: {}, retries: { methods: safe }, limits: { connections: 5, queue: 9 }, sessions: { max: 2h }",
        "health: { h: { check: http, passive: { window: 20s, out: 40s } } }\n",
      ),
    );
    const features = lines.filter((line) => / 4:| 5:/.test(line)).map((line) => line.split(" ")[1]);
    expect(lines.every((line) => line.startsWith("info"))).toBe(true);
    expect(new Set(features)).toEqual(
      new Set([
        "affinity.ip",
        "health.check.http",
        "health.passive",
        "rateLimit",
        "circuitBreaker",
        "retries.when",
        "retries.methods",
        "limits.connections",
        "limits.queue",
        "sessions.max",
      ]),
    );
    expect(lines).toContain("info rateLimit 4: nginx takes whole numbers a second or a minute: 857 a minute");
    expect(lines).toContain(
      "info health.passive 5: nginx has one time for both: failures within 40s, then out for 40s",
    );
  });

  it("has nothing against the example but what it says itself", async () => {
    const example = readFileSync(join(import.meta.dirname, "../../../examples/routemq/topology.yaml"), "utf8");
    const found = await objections(example);
    expect(found.map((line) => line.replace(/ \d+:.*/, ""))).toEqual(["warning resolver"]);
  });
});
