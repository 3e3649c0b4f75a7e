import { describe, expect, test } from "vitest";
import { audit } from "../../../src/targets/audit.js";
import { FEATURES } from "../../../src/targets/features.js";
import target from "../../../src/targets/haproxy/index.js";
import { fleetOf } from "../../fleet.js";
import { optionsOf } from "./program.js";

/** What the audit says of a topology: severity, feature, place, message; defaults left out. */
async function auditOf(topology: string): Promise<[string, string, string, string][]> {
  const fleet = await fleetOf(`version: 1\nname: t\nresolver: { servers: [10.0.0.53] }\n${topology}`);
  return audit(fleet, target, optionsOf(fleet), fleet.pools)
    .filter(({ rule }) => !/idleConnections|bodySize|timeouts.request/.test(rule))
    .map(({ severity, rule, at, message }) => [severity, rule.slice("haproxy/".length), `${at.line}`, message]);
}

const brokers = (keys: string, listeners = "{ mqtt: 1883 }"): string =>
  `brokers: { mqtt: { servers: [b-1], listeners: ${listeners}, ${keys} } }`;
const api = (keys: string): string => `apis: { app: { servers: [a-1], listeners: { http: 80 }, ${keys} } }`;

test("every feature of the language has an answer", () => {
  expect(Object.keys(target.supports).toSorted()).toEqual([...FEATURES].toSorted());
});

/** What is asked, and the worst that the audit says of it; null: nothing. */
const ASKED: [what: string, topology: string, answer: [severity: string, feature: string] | null][] = [
  ["client identifiers on plain MQTT", brokers("affinity: client_id"), null],
  [
    "client identifiers inside WebSocket",
    brokers("affinity: client_id", "{ websocket: 9001 }"),
    ["error", "affinity.client_id"],
  ],
  [
    "... with a fallback",
    brokers("affinity: { by: client_id, fallback: ip }", "{ websocket: 9001 }"),
    ["info", "affinity.client_id"],
  ],
  [
    "client identifiers inside TLS that passes through",
    brokers("affinity: client_id", "{ mqtts: { port: 8883, tls: passthrough } }"),
    ["error", "affinity.client_id"],
  ],
  [
    "a hash of client identifiers inside WebSocket",
    brokers("balance: { algorithm: consistent_hash, key: client_id }", "{ websocket: 9001 }"),
    ["error", "balance.consistent_hash"],
  ],
  ["balance by response time", api("balance: least_response_time"), ["error", "balance.least_response_time"]],
  [
    "... with a fallback",
    api("balance: { algorithm: least_response_time, fallback: random }"),
    ["info", "balance.least_response_time"],
  ],
  ["UDP", 'services: { s: { protocol: udp, servers: ["a:53"], listeners: { dns: 53 } } }', ["error", "protocol.udp"]],
  ["a retry after 503", api("retries: { when: [503] }"), null],
  ["a retry after 429", api("retries: { when: [429] }"), ["error", "retries.when"]],
  ["repeating what was written", api("retries: { methods: all }"), ["info", "retries.methods"]],
  [
    "a key beside its certificate",
    `tls: { t: { certificate: /a.pem, key: /a.pem.key } }\n${api("").replace("{ http: 80 }", "{ https: { port: 443, tls: t } }")}`,
    null,
  ],
  [
    "a bundle",
    `tls: { t: { bundle: /a.pem } }\n${api("").replace("{ http: 80 }", "{ https: { port: 443, tls: t } }")}`,
    null,
  ],
  [
    "a key elsewhere",
    `tls: { t: { certificate: /a.pem, key: /a.key } }\n${api("").replace("{ http: 80 }", "{ https: { port: 443, tls: t } }")}`,
    ["error", "tls.certificate"],
  ],
  [
    "two CAs of clients at one address",
    `tls: { t: { bundle: /a.pem, clientCa: /a }, u: { bundle: /b.pem, clientCa: /b } }
apis: { a: { hostnames: [a.test], servers: [a], listeners: { https: { port: 443, tls: t } } }, b: { hostnames: [b.test], servers: [a], listeners: { https: { port: 443, tls: u } } } }`,
    ["error", "tls.clientCa"],
  ],
  [
    "TLS 1.2 beside TLS 1.3",
    `tls: { t: { bundle: /a.pem }, u: { bundle: /b.pem, minVersion: "1.3" } }
apis: { a: { hostnames: [a.test], servers: [a], listeners: { https: { port: 443, tls: t } } }, b: { hostnames: [b.test], servers: [a], listeners: { https: { port: 443, tls: u } } } }`,
    ["warning", "tls.certificate"],
  ],
  [
    "a header that names clients of plain MQTT",
    brokers("", "{ mqtt: { port: 1883, behind: { proxies: [10.0.0.1], by: 'header:X' } } }"),
    ["error", "behind.header"],
  ],
  [
    "one check of two",
    `health: { h: { checks: [{ check: tcp }, { check: redis }], require: 1 } }\n${brokers("health: h")}`,
    ["error", "health.require"],
  ],
  [
    "checks of two kinds",
    `health: { h: { checks: [{ check: tcp }, { check: http, port: 81 }] } }\n${brokers("health: h")}`,
    ["error", "health.checks"],
  ],
  [
    "checks of one kind",
    `health: { h: { checks: [{ check: tcp, port: 81 }, { check: mqtt }] } }\n${brokers("health: h")}`,
    null,
  ],
  [
    "failures in live traffic",
    `health: { h: { check: tcp, passive: {} } }\n${brokers("health: h")}`,
    ["info", "health.passive"],
  ],
  [
    "... without a check",
    `health: { h: { check: none, passive: {} } }\n${brokers("health: h")}`,
    ["error", "health.passive"],
  ],
  ["a circuit breaker", api("circuitBreaker: {}"), ["info", "circuitBreaker"]],
  [
    "a slow start that never begins",
    `health: { h: { check: none } }\n${brokers("health: h").replace("[b-1]", "[{ host: b-1, slowStart: 9s }]")}`,
    ["warning", "servers.slowStart"],
  ],
  [
    "draining on failure",
    `health: { h: { check: tcp, onFail: drain } }\n${brokers("health: h")}`,
    ["info", "health.onFail.drain"],
  ],
  ["the age of sessions", brokers("sessions: { max: 1h }"), ["info", "sessions.max"]],
  ["sessions of a drained server", brokers("sessions: { onDrain: close }"), ["info", "sessions.onDrain.close"]],
  ["sending and reading", api("timeouts: { send: 9s }"), ["info", "timeouts.send"]],
  ["a month of silence", brokers("timeouts: { idle: 30d }"), ["info", "timeouts.idle"]],
  ["a rate with a burst", api("rateLimit: { requests: 9, per: 1s, burst: 9 }"), ["info", "rateLimit"]],
  [
    "connections counted by a header",
    api("limits: { connectionRate: { requests: 9, per: 1s, key: 'header:X' } }"),
    ["error", "limits.connectionRate"],
  ],
  [
    "connections of one of two pools at an address",
    `apis:
  a: { hostnames: [a.test], servers: [a], listeners: { http: 80 }, limits: { connectionRate: { requests: 9, per: 1s } } }
  b: { hostnames: [b.test], servers: [a], listeners: { http: 80 } }`,
    ["info", "limits.connectionRate"],
  ],
  ["open requests", api("limits: { connections: 9 }"), ["info", "limits.connections"]],
  ["open connections", brokers("limits: { connections: 9 }"), null],
];

describe("what HAProxy cannot say of a topology", () => {
  test.each(ASKED)("%s", async (_what, topology, answer) => {
    const said = await auditOf(topology);
    expect(said.map(([severity, feature]) => [severity, feature])).toEqual(answer === null ? [] : [answer]);
  });

  test("a name that is looked up once is said once, as a warning, where no resolver is named", async () => {
    const fleet = await fleetOf(
      "version: 1\nname: t\nbrokers: { mqtt: { servers: [b-1, b-2], listeners: { mqtt: 1883 } } }\n",
    );
    const said = audit(fleet, target, optionsOf(fleet), fleet.pools);
    expect(said.map(({ severity, rule, message }) => [severity, rule, message])).toEqual([
      ["warning", "haproxy/resolver", "b-1 is looked up when HAProxy starts, never again"],
    ]);
  });
});
