import { describe, expect, test } from "vitest";
import { lint } from "../../src/lint/lint.js";
import { rules } from "../../src/lint/rules.generated.js";
import { fleetOf } from "../fleet.js";

/** What one rule says of a topology: `severity «text at the place» message`. */
async function saysOf(id: string, body: string): Promise<string[]> {
  const fleet = await fleetOf(`version: 1\nname: test\n${body}`);
  const rule = rules.filter((one) => one.id === id);
  expect(rule).toHaveLength(1);
  return lint(fleet, rule).map(({ severity, message, at }) => {
    const end = at.endLine === at.line ? at.endColumn - 1 : undefined;
    return `${severity} «${fleet.source.line(at.line).slice(at.column - 1, end)}» ${message}`;
  });
}

/** The severities alone: how many findings there are, and how bad. */
const severitiesOf = async (id: string, body: string): Promise<string[]> =>
  (await saysOf(id, body)).map((line) => line.split(" ")[0]!);

type Row = readonly [reason: string, body: string, severities: readonly string[]];

/** Each row: why, the topology, and the severities that the rule reports. */
const table = (id: string, rows: readonly Row[]) =>
  describe(id, () => {
    test.each(rows)("%s", async (_reason, body, severities) => {
      expect(await severitiesOf(id, body)).toEqual(severities);
    });
  });

const brokers = (keys: string): string => `brokers:\n  mqtt: { ${keys} }`;
const api = (keys: string, more = ""): string => `apis:\n  api: { listeners: { http: 80 }, ${keys} }\n${more}`;
const two = "servers: [app-1, app-2]";

table("mqtt-idle-below-keepalive", [
  ["the protocol's grace exactly", brokers("keepalive: 40s, timeouts: { idle: 60s }, servers: [b]"), []],
  ["a millisecond less", brokers("keepalive: 40s, timeouts: { idle: 59999ms }, servers: [b]"), ["error"]],
  ["the default follows the keep-alive", brokers("keepalive: 5m, servers: [b]"), []],
  ["the default keep-alive is 60s", brokers("timeouts: { idle: 89s }, servers: [b]"), ["error"]],
  [
    "one line of `defaults` that two pools inherit is reported once",
    "defaults: { timeouts: { idle: 10s } }\nbrokers: { one: { servers: [a] }, two: { servers: [b] } }",
    ["error"],
  ],
  [
    "other pools have no keep-alive",
    'services: { ldap: { timeouts: { idle: 1s }, servers: ["a:389"], listeners: { ldap: 389 } } }',
    [],
  ],
]);

test("an idle time-out from `defaults` is reported where it stands", async () => {
  const said = await saysOf(
    "mqtt-idle-below-keepalive",
    `defaults: { timeouts: { idle: 10s } }\n${brokers("servers: [b]")}`,
  );
  expect(said).toEqual(["error «10s» idle time-out of 10s cuts clients whose keep-alive is 60s"]);
});

const bridged = (keys: string): string => brokers(`cluster: { mode: bridge }, servers: [b-1, b-2], ${keys}`);
table("brokers-share-no-state", [
  ["one server has nobody to share with", brokers("cluster: { mode: none }, servers: [b-1]"), []],
  ["several, and `none`", brokers("cluster: { mode: none }, servers: [b-1, b-2]"), ["error"]],
  [
    "of two only one takes clients at a time",
    brokers("cluster: { mode: none }, servers: [{ host: b-1 }, { host: b-2, backup: true }]"),
    [],
  ],
  ["nothing said of brokers that may be a cluster", brokers("servers: [b-1, b-2]"), []],
  ["bridged, and nobody minds", bridged("keepalive: 60s"), []],
  ["sessions, known by address only", bridged("clients: { persistent: true }, affinity: ip"), ["warning"]],
  ["sessions, known by identifier", bridged("clients: { persistent: true }, affinity: client_id"), []],
  ["retained messages", bridged("clients: { retained: true }"), ["warning"]],
  ["retained messages are copied all the same", bridged("clients: { retained: true }, affinity: client_id"), ["info"]],
  ["both: one finding", bridged("clients: { persistent: true, retained: true }"), ["warning"]],
  ["a cluster of their own", brokers("cluster: { mode: native }, clients: { persistent: true }, servers: [a, b]"), []],
]);

const bridges = (list: string): string =>
  brokers(`cluster: { mode: bridge, bridges: [${list}] }, servers: ["b-{1..4}"]`);
table("mqtt-bridge-loop", [
  ["the star that is the default", brokers('cluster: { mode: bridge }, servers: ["b-{1..9}"]'), []],
  ["a chain", bridges("{ from: b-2, to: b-1 }, { from: b-3, to: b-2 }, { from: b-4, to: b-3 }"), []],
  ["a pair bridged from both sides", bridges("{ from: b-2, to: b-1 }, { from: b-1, to: b-2 }"), ["error"]],
  ["the same bridge twice", bridges("{ from: b-2, to: b-1 }, { from: b-2, to: b-1 }"), ["error"]],
  [
    "two ways to one broker, though no way round: measured, everything arrives twice",
    bridges(
      "{ from: b-1, to: b-2, direction: out }, { from: b-2, to: b-3, direction: out }, { from: b-1, to: b-3, direction: out }",
    ),
    ["error"],
  ],
  [
    "two bridges that share no topic carry no message round",
    bridges('{ from: b-1, to: b-2, topics: ["a/#"] }, { from: b-2, to: b-1, topics: ["b/#"] }'),
    [],
  ],
  [
    "a wildcard meets them both",
    bridges('{ from: b-1, to: b-2, topics: ["a/#"] }, { from: b-2, to: b-1, topics: ["+/x"] }'),
    ["error"],
  ],
  [
    "two rings, one finding each",
    bridges("{ from: b-2, to: b-1 }, { from: b-1, to: b-2 }, { from: b-4, to: b-3 }, { from: b-3, to: b-4 }"),
    ["error", "error"],
  ],
]);

test("a ring is spelled out, shortest way first", async () => {
  const [said] = await saysOf(
    "mqtt-bridge-loop",
    bridges("{ from: b-2, to: b-1 }, { from: b-3, to: b-2 }, { from: b-4, to: b-3 }, { from: b-1, to: b-3 }"),
  );
  expect(said).toContain("closes the ring b-1 - b-3 - b-2 - b-1:");
});

const listening = (listener: string): string => brokers(`servers: [b], listeners: { ${listener} }`);
const tls = "tls: { public: { bundle: /etc/ssl/public.pem } }\n";
table("mqtt-without-tls", [
  ["every address", listening("mqtt: 1883"), ["warning"]],
  ["a public address", listening("mqtt: { port: 1883, address: 8.8.8.8 }"), ["warning"]],
  ["a public IPv6 address", listening('mqtt: { port: 1883, address: "2001:db8::5" }'), ["warning"]],
  ["loopback", listening("mqtt: { port: 1883, address: 127.0.0.1 }"), []],
  ["a private network", listening("mqtt: { port: 1883, address: 192.168.1.5 }"), []],
  ["a unique local address", listening('mqtt: { port: 1883, address: "fd00::5" }'), []],
  ["TLS ended here", tls + listening("mqtts: { port: 8883, tls: public }"), []],
  ["TLS passed through", listening("mqtts: { port: 8883, tls: passthrough }"), []],
  ["both plain ones", listening("mqtt: 1883, websocket: 9001"), ["warning", "warning"]],
]);

table("mqtt-client-id-cut", [
  [
    "as long as the longest",
    brokers("clients: { idLength: 23 }, affinity: { by: client_id, length: 23 }, servers: [a, b]"),
    [],
  ],
  [
    "one less",
    brokers("clients: { idLength: 23 }, affinity: { by: client_id, length: 22 }, servers: [a, b]"),
    ["warning"],
  ],
  [
    "identifiers have 64 characters unless said",
    brokers("affinity: { by: client_id, length: 32 }, servers: [a, b]"),
    ["warning"],
  ],
  ["an address is not cut", brokers("affinity: { by: ip, length: 8 }, servers: [a, b]"), []],
]);

const mosquitto = "software: mosquitto, access: { anonymous: true }, persistence: true";
table("proxy-protocol-on-one-side", [
  ["mosquitto, at one server", brokers(`${mosquitto}, servers: [{ host: b, proxyProtocol: v2 }]`), ["error"]],
  [
    "mosquitto, at the pool of three: written once",
    brokers(`${mosquitto}, cluster: { mode: bridge }, proxyProtocol: v1, servers: ["b-{1..3}"]`),
    ["error"],
  ],
  ["emqx reads it", brokers("software: emqx, proxyProtocol: v2, servers: [a, b]"), []],
  ["PostgreSQL does not", "databases: { main: { software: postgres, primary: db, proxyProtocol: v1 } }", ["error"]],
  [
    "MariaDB is called mysql too, and can",
    "databases: { main: { software: mysql, primary: db, proxyProtocol: v1 } }",
    [],
  ],
  [
    "v1 and v2 are both understood",
    api("servers: [{ host: a, proxyProtocol: v1 }, { host: b, proxyProtocol: v2 }]"),
    [],
  ],
  ["one of two", api("servers: [{ host: a, proxyProtocol: v1 }, { host: b }]"), ["warning"]],
  [
    "two APIs on one listener that disagree",
    "apis:\n  a: { hostnames: [a.test], listeners: { http: { port: 80, behind: { proxies: [10.0.0.0/8], by: proxy_protocol } } }, servers: [x] }\n  b: { hostnames: [b.test], listeners: { http: 80 }, servers: [y] }",
    ["error"],
  ],
  [
    "two APIs on one listener that agree",
    "behind: { proxies: [10.0.0.0/8], by: proxy_protocol }\napis:\n  a: { hostnames: [a.test], listeners: { http: 80 }, servers: [x] }\n  b: { hostnames: [b.test], listeners: { http: 80 }, servers: [y] }",
    [],
  ],
]);

const passive = (failures: number): string => `health: { p: { passive: { failures: ${failures} } } }\n`;
table("one-failure-ejects-server", [
  ["the default is three", api(two), []],
  ["two failures", passive(2) + api(`health: p, ${two}`), []],
  ["one", passive(1) + api(`health: p, ${two}`), ["warning"]],
  ["one server is never left out (nginx, measured)", passive(1) + api("health: p, servers: [app-1]"), []],
  [
    "one beside a server in maintenance counts as two (nginx, measured)",
    passive(1) + api("health: p, servers: [{ host: a }, { host: b, state: maintenance }]"),
    ["warning"],
  ],
  [
    "a policy of two pools is reported once",
    `${passive(1)}apis:\n  a: { health: p, ${two} }\n  b: { health: p, ${two} }`,
    ["warning"],
  ],
  ["a policy that no pool uses", passive(1) + api(two), []],
  ["a circuit breaker of one failure", api(`circuitBreaker: { failures: 1 }, ${two}`), ["warning"]],
  [
    "a circuit breaker wins over the policy",
    passive(1) + api(`health: p, circuitBreaker: { failures: 4 }, ${two}`),
    [],
  ],
  [
    "where it empties the pool, all-servers-ejected says so",
    passive(1) + api(`health: p, retries: { attempts: 2, when: [502] }, ${two}`),
    [],
  ],
]);

const ejecting = (retries: string, servers = two): string =>
  passive(1) + api(`health: p, retries: { ${retries} }, ${servers}`);
table("all-servers-ejected", [
  ["as many tries as servers", ejecting("attempts: 2, when: [connect, 502]"), ["warning"]],
  ["one try less than servers", ejecting("attempts: 2, when: [502]", 'servers: ["a-{1..3}"]'), []],
  ["after a refused connection only", ejecting("attempts: 2, when: [connect]"), []],
  [
    "a backup takes over",
    ejecting("attempts: 3, when: [502]", "servers: [{ host: a }, { host: b }, { host: c, backup: true }]"),
    [],
  ],
  [
    "a backup in maintenance does not",
    ejecting(
      "attempts: 3, when: [502]",
      "servers: [{ host: a }, { host: b }, { host: c, backup: true, state: maintenance }]",
    ),
    ["warning"],
  ],
  ["three failures", passive(3) + api(`health: p, retries: { attempts: 5, when: [502] }, ${two}`), []],
  ["one server is never left out", ejecting("attempts: 3, when: [502]", "servers: [a]"), []],
  [
    "the tries of one route are enough",
    passive(1) +
      api(`health: p, ${two}, routes: [{ path: / }, { path: /x/, retries: { attempts: 2, when: [empty] } }]`),
    ["warning"],
  ],
  [
    "another pool's route that these servers answer",
    `${passive(1)}apis:\n  a: { health: p, ${two} }\n  b: { servers: [c, d], routes: [{ path: /a/, pool: a, retries: { attempts: 2, when: [503] } }] }`,
    ["warning"],
  ],
]);

table("server-never-checked", [
  ["no policy: the pool's own check", api(two), []],
  ["none", `health: { p: { check: none } }\n${api(`health: p, ${two}`)}`, ["warning"]],
  ["none by default", `defaults: { health: p }\nhealth: { p: { check: none } }\n${api(two)}`, ["warning"]],
  [
    "no check can see UDP",
    'health: { p: { check: none } }\nservices: { dns: { protocol: udp, health: p, servers: ["a:53"], listeners: { dns: 53 } } }',
    [],
  ],
  ["a policy that nobody uses", `health: { p: { check: none } }\n${api(two)}`, []],
]);

const database = (keys: string, health = ""): string => `${health}databases:\n  main: { primary: db-1, ${keys} }`;
table("check-sees-only-tcp", [
  ["an API", `health: { p: { check: tcp } }\n${api(`health: p, ${two}`)}`, ["warning"]],
  [
    "a database with a user",
    database("software: postgres, health: p", "health: { p: { check: postgres, user: u } }\n"),
    [],
  ],
  [
    "a database asked for its port",
    database("software: postgres, health: p", "health: { p: { check: tcp } }\n"),
    ["warning"],
  ],
  ["a database without a policy: nobody chose it", database("software: mysql"), ["info"]],
  [
    "another service may have no better one",
    'health: { p: { check: tcp } }\nservices: { ldap: { health: p, servers: ["a:389"], listeners: { l: 389 } } }',
    [],
  ],
  ["both must pass", `health: { p: { checks: [{ check: tcp }, { check: http }] } }\n${api(`health: p, ${two}`)}`, []],
  [
    "one of both is enough, and TCP may be it",
    `health: { p: { checks: [{ check: tcp }, { check: http }], require: 1 } }\n${api(`health: p, ${two}`)}`,
    ["warning"],
  ],
  [
    "one policy of two pools is reported once",
    `health: { p: { check: tcp } }\napis:\n  a: { health: p, ${two} }\n  b: { health: p, ${two} }`,
    ["warning"],
  ],
]);

const times = (interval: string, timeout: string): string =>
  `health: { p: { check: http, interval: ${interval}, timeout: ${timeout} } }\n${api(`health: p, ${two}`)}`;
table("check-slower-than-interval", [
  ["equal", times("4s", "4s"), []],
  ["a millisecond longer", times("4s", "4001ms"), ["warning"]],
  [
    "an interval below the default time-out",
    `health: { p: { interval: 1s } }\n${api(`health: p, ${two}`)}`,
    ["warning"],
  ],
  ["a policy that nobody uses is wrong all the same", `health: { p: { interval: 1s } }\n${api(two)}`, ["warning"]],
  ["what never checks is never late", `health: { p: { check: none, interval: 1s } }\n${api(`health: p, ${two}`)}`, []],
]);

const socket = (keys: string): string => api(`${two}, routes: [{ path: /ws/, websocket: true${keys} }]`);
table("websocket-cut-when-idle", [
  ["an hour unless said", socket(""), []],
  ["the minute of nginx's default", socket(", timeouts: { read: 60s }"), ["warning"]],
  ["more than a minute", socket(", timeouts: { read: 61s }"), []],
  [
    "the pool's time-out is not the WebSocket's",
    api(`${two}, timeouts: { read: 5s }, routes: [{ path: /ws/, websocket: true }]`),
    [],
  ],
  ["a plain route may be short", api(`${two}, routes: [{ path: /, timeouts: { read: 5s } }]`), []],
]);

const idle = (keys: string): string => api(`idleConnections: { ${keys} }, ${two}`);
table("backend-closes-first", [
  ["the defaults", api(two), []],
  ["at the same moment", idle("timeout: 7s, serverTimeout: 7s"), ["warning"]],
  ["a millisecond before", idle("timeout: 6999ms, serverTimeout: 7s"), []],
  ["servers that keep them less than our default", idle("serverTimeout: 3s"), ["warning"]],
  ["nothing is kept", idle("count: 0, timeout: 9s, serverTimeout: 7s"), []],
]);

const header = 'behind: { proxies: [10.0.0.0/8], by: "header:X-Forwarded-For" }';
const blind = (keys: string, by = header): string =>
  `${by}\nservices:\n  ldap: { listeners: { l: 389 }, servers: ["a:389", "b:389"], ${keys} }`;
table("address-of-the-proxy-hashed", [
  ["ip_hash", blind("balance: ip_hash"), ["error"]],
  ["consistent hashing of the address", blind("balance: consistent_hash"), ["error"]],
  ["affinity", blind("affinity: ip"), ["error"]],
  ["a connection rate", blind("limits: { connectionRate: { requests: 5, per: 1s } }"), ["error"]],
  ["a rate for all", blind("limits: { connectionRate: { requests: 5, per: 1s, key: global } }"), []],
  [
    "several of them: one finding",
    blind("balance: ip_hash, limits: { connectionRate: { requests: 5, per: 1s } }"),
    ["error"],
  ],
  ["nothing asks for the address", blind("balance: least_connections"), []],
  ["the PROXY protocol tells it", blind("affinity: ip", "behind: { proxies: [10.0.0.0/8], by: proxy_protocol }"), []],
  ["HTTP can read the header", `${header}\n${api(`affinity: ip, ${two}`)}`, []],
  [
    "MQTT over WebSocket is HTTP",
    `${header}\n${brokers("servers: [a, b], affinity: ip, listeners: { websocket: 9001 }")}`,
    [],
  ],
  [
    "not where TLS passes through",
    `${header}\n${brokers("servers: [a, b], affinity: ip, listeners: { wss: { port: 9002, tls: passthrough } }")}`,
    ["error"],
  ],
  [
    "a fallback by address",
    `${header}\n${brokers("servers: [a, b], affinity: { by: client_id, fallback: ip }, listeners: { mqtt: { port: 1883, address: 10.0.0.1 } }")}`,
    ["error"],
  ],
]);

table("sessions-outlive-dead-server", [
  ["brokers close by default", brokers("servers: [a, b]"), []],
  ["brokers told to keep", brokers("servers: [a, b], sessions: { onDown: keep }"), ["warning"]],
  ["APIs keep by default: their requests are short", api(`sessions: { onDown: keep }, ${two}`), []],
  [
    "UDP has no connections",
    'services: { dns: { protocol: udp, sessions: { onDown: keep }, servers: ["a:53"], listeners: { dns: 53 } } }',
    [],
  ],
]);

const retrying = (retries: string, more = ""): string =>
  api(`retries: { ${retries} }, timeouts: { read: 1s }, ${two}${more}`);
table("writes-sent-twice", [
  ["all, after no answer", retrying("when: [empty], methods: all"), ["warning"]],
  ["all, after a status", retrying("when: [connect, 503], methods: all"), ["warning"]],
  ["all, after a refused connection: nothing was sent", retrying("when: [connect], methods: all"), []],
  ["one try is no retry", retrying("attempts: 1, when: [empty], methods: all"), []],
  ["idempotent", retrying("when: [empty], methods: idempotent"), []],
  [
    "every route has its own",
    retrying("when: [empty], methods: all", ", routes: [{ path: /, retries: { attempts: 1 } }]"),
    [],
  ],
  [
    "a route that takes no writes",
    retrying("when: [empty], methods: all", ", routes: [{ path: /, methods: [GET, HEAD] }]"),
    [],
  ],
  [
    "routes that inherit it: one finding",
    retrying("when: [empty], methods: all", ", routes: [{ path: /a }, { path: /b }]"),
    ["warning"],
  ],
]);

const timed = (timeouts: string, retries: string): string =>
  api(`timeouts: { ${timeouts} }, retries: { ${retries} }, ${two}`);
table("retries-multiply-time", [
  ["3 x (1s + 4s) + 4s = 19s", timed("connect: 1s, read: 4s, request: 19s", "attempts: 3, when: [timeout]"), []],
  ["a millisecond less", timed("connect: 1s, read: 4s, request: 18999ms", "attempts: 3, when: [timeout]"), ["warning"]],
  [
    "without `timeout` a silent server is asked once: 3 x 1s + 4s",
    timed("connect: 1s, read: 4s, request: 7s", "attempts: 3, when: [connect, 503]"),
    [],
  ],
  [
    "a millisecond less than that",
    timed("connect: 1s, read: 4s, request: 6999ms", "attempts: 3, when: [connect, 503]"),
    ["warning"],
  ],
  ["the defaults fit", api(two), []],
  ["a long answer, and nobody asked for retries: good to know", api(`timeouts: { read: 5m }, ${two}`), ["info"]],
  ["a long answer, and `request` said", api(`timeouts: { read: 5m, request: 1m }, ${two}`), ["warning"]],
  ["WebSockets have no request time-out", socket(", timeouts: { read: 2h }"), []],
  [
    "a route that makes it too long",
    api(`${two}, retries: { attempts: 2 }, routes: [{ path: /, timeouts: { read: 3m } }]`),
    ["warning"],
  ],
]);

const service = (name: string, listener: string): string =>
  `  ${name}: { listeners: { tcp: ${listener} }, servers: ["${name}-1:7000"] }\n`;
table("port-shared", [
  ["two services", `services:\n${service("a", "9000")}${service("b", "9000")}`, ["error"]],
  ["two ports", `services:\n${service("a", "9000")}${service("b", "9001")}`, []],
  [
    "two addresses",
    `services:\n${service("a", "{ port: 9000, address: 10.0.0.1 }")}${service("b", "{ port: 9000, address: 10.0.0.2 }")}`,
    [],
  ],
  [
    "one of them everywhere: the other's address wins there (measured)",
    `services:\n${service("a", "9000")}${service("b", "{ port: 9000, address: 10.0.0.2 }")}`,
    [],
  ],
  [
    "HTTP everywhere and TCP on one address: nginx does not start (measured)",
    `${api(two)}services:\n${service("a", "{ port: 80, address: 10.0.0.2 }")}`,
    ["error"],
  ],
  [
    "IPv4 everywhere and IPv6",
    `${api("servers: [a]").replace("http: 80", "http: { port: 80, address: 0.0.0.0 }")}services:\n${service("a", '{ port: 80, address: "fd00::1" }')}`,
    [],
  ],
  [
    "TCP and UDP are two worlds",
    `services:\n${service("a", "53")}  b: { protocol: udp, listeners: { udp: 53 }, servers: ["b-1:53"] }`,
    [],
  ],
  [
    "APIs share by host name",
    "apis:\n  a: { hostnames: [a.test], listeners: { http: 80 }, servers: [x] }\n  b: { hostnames: [b.test], listeners: { http: 80 }, servers: [y] }",
    [],
  ],
  [
    "but not http with https",
    `${tls}apis:\n  a: { listeners: { http: 443 }, servers: [x] }\n  b: { listeners: { https: { port: 443, tls: public } }, servers: [y] }`,
    ["error"],
  ],
  [
    "two listeners of one pool",
    "databases: { main: { software: mysql, primary: db, listeners: { write: 3306, read: 3306 } } }",
    ["error"],
  ],
  [
    "three on one port: each later one",
    `services:\n${service("a", "9000")}${service("b", "9000")}${service("c", "9000")}`,
    ["error", "error"],
  ],
]);

table("server-listed-twice", [
  ["by two names", api("servers: [{ name: a, host: x, port: 81 }, { name: b, host: x, port: 81 }]"), ["warning"]],
  ["in two ranges", api('servers: ["x-{1..3}:81", "x-{3..4}:81"]'), ["warning"]],
  ["in upper case", api("servers: [{ name: a, host: x }, { name: b, host: X }]"), ["warning"]],
  ["on another port", api('servers: ["x:81", "x:82"]'), []],
  ["the port that is usual", api('servers: [x, "x:80"]'), ["warning"]],
  [
    "a primary that takes reads too",
    "databases: { main: { software: mysql, primary: { name: p, host: db }, replicas: [{ name: r, host: db }] } }",
    [],
  ],
  ["in two pools", "apis:\n  a: { servers: [x] }\n  b: { servers: [x] }", []],
]);

const split = "split: { groups: [{ name: old, weight: 9, servers: [a] }, { name: new, weight: 1, servers: [b] }] }";
table("pool-without-servers", [
  ["none", api("servers: []"), ["error"]],
  ["no key", "apis: { api: { listeners: { http: 80 } } }", ["error"]],
  ["all of weight 0", api("servers: [{ host: a, weight: 0 }, { host: b, weight: 0 }]"), ["error"]],
  ["all backups", api("servers: [{ host: a, backup: true }, { host: b, backup: true }]"), ["error"]],
  ["all in maintenance", api("servers: [{ host: a, state: maintenance }]"), ["error"]],
  ["all draining: nobody new is let in", api("servers: [{ host: a, state: drain }]"), ["error"]],
  ["one is left", api("servers: [{ host: a, weight: 0 }, { host: b }]"), []],
  ["a group of an A/B split", api(`servers: [{ host: a }, { host: b, state: maintenance }], ${split}`), ["error"]],
  [
    "both groups, for one reason: one finding",
    api(`servers: [{ host: a, weight: 0 }, { host: b, weight: 0 }], ${split}`),
    ["error"],
  ],
  [
    "a primary in maintenance",
    "databases: { main: { software: mysql, primary: { host: db, state: maintenance } } }",
    ["error"],
  ],
  [
    "reads without a replica, and the primary takes them",
    "databases: { main: { software: mysql, primary: db, listeners: { read: 3307 } } }",
    [],
  ],
  [
    "reads without a replica, and nobody does",
    "databases: { main: { software: mysql, primary: db, listeners: { read: 3307 }, readFallback: none } }",
    ["error"],
  ],
]);

test("a pool without servers says what its servers are", async () => {
  const states = ["weight: 0", "backup: true", "state: drain", "state: maintenance", "backup: true"];
  const servers = states.map((state, index) => `{ host: app-${index}, ${state} }`).join(", ");
  expect(await saysOf("pool-without-servers", api(`servers: [${servers}]`))).toEqual([
    'error «servers» pool "api" takes no clients (1 in maintenance, 1 draining, 1 of weight 0, 2 backup)',
  ]);
});

const limited = (limit: string, more = ""): string => api(`rateLimit: { ${limit} }, ${two}${more}`);
table("rate-limit-without-burst", [
  ["left out", limited("requests: 10, per: 1s"), ["warning"]],
  ["zero", limited("requests: 10, per: 1s, burst: 0"), ["warning"]],
  ["one", limited("requests: 10, per: 1s, burst: 1"), []],
  [
    "routes that inherit it: one finding",
    limited("requests: 10, per: 1s", ", routes: [{ path: /a }, { path: /b }]"),
    ["warning"],
  ],
  ["a route's own", api(`${two}, routes: [{ path: /a, rateLimit: { requests: 1, per: 1m } }]`), ["warning"]],
]);

test.each([
  ["requests: 10, per: 1s", "within 100ms"],
  ["requests: 1, per: 1m", "within 60s"],
  ["requests: 10000, per: 1m", "within 6ms"],
  ["requests: 5000, per: 1s", "within a millisecond"],
])("a rate limit of { %s } refuses the second request %s", async (limit, distance) => {
  const [said] = await saysOf("rate-limit-without-burst", limited(limit));
  expect(said).toContain(`a second request ${distance} is refused with 429`);
});

const reading = (keys: string): string =>
  `databases: { main: { software: mysql, primary: db, listeners: { write: 3306, read: 3307 }, ${keys} } }`;
table("read-without-fallback", [
  ["the primary, unless said", reading("replicas: [r-1]"), []],
  ["one replica", reading("replicas: [r-1], readFallback: none"), ["warning"]],
  ["several: one may fail", reading("replicas: [r-1, r-2], readFallback: none"), ["info"]],
  [
    "one of two in maintenance",
    reading("replicas: [{ host: r-1 }, { host: r-2, state: maintenance }], readFallback: none"),
    ["warning"],
  ],
  ["no replica: pool-without-servers says it", reading("readFallback: none"), []],
  [
    "nobody reads here",
    "databases: { main: { software: mysql, primary: db, replicas: [r], listeners: { write: 3306 }, readFallback: none } }",
    [],
  ],
]);

describe("files that nothing is to be said of", () => {
  test.each([
    ["the shortest API", "apis:\n  api: { listeners: { http: 80 }, servers: [app-1, app-2] }"],
    ["one mosquitto", `brokers:\n  mqtt: { ${mosquitto}, servers: [mosquitto-1] }`],
    [
      "one mosquitto, listening inside",
      `brokers:\n  mqtt: { ${mosquitto}, listeners: { mqtt: { port: 1883, address: 127.0.0.1 } }, servers: [m] }`,
    ],
    [
      "three mosquittos, bridged",
      `brokers:\n  mqtt: { ${mosquitto}, cluster: { mode: bridge }, servers: ["m-{1..3}"] }`,
    ],
  ])("%s", async (_name, body) => {
    expect(lint(await fleetOf(`version: 1\nname: test\n${body}`), rules)).toEqual([]);
  });
});

test("findings come in file order, whatever the order of the rules", async () => {
  const fleet = await fleetOf(
    `version: 1\nname: test\n${api(`rateLimit: { requests: 1, per: 1s }, idleConnections: { timeout: 9s }, ${two}`)}`,
  );
  const forward = lint(fleet, rules);
  expect(forward.map(({ rule }) => rule)).toEqual(["rate-limit-without-burst", "backend-closes-first"]);
  expect(lint(fleet, [...rules].reverse())).toEqual(forward);
});
