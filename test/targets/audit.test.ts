import { describe, expect, it, test } from "vitest";
import { audit, carriedPools } from "../../src/targets/audit.js";
import { FEATURES, type Feature, type Use } from "../../src/targets/features.js";
import { nearly, no, since, yes } from "../../src/targets/support.js";
import type { Answer, TargetFacts } from "../../src/targets/target.js";
import { usesOf } from "../../src/targets/uses.js";
import { fleetOf } from "../fleet.js";

interface Options {
  readonly version: string;
}

/** A target that can do everything but what is given. */
const target = (answers: Partial<Record<Feature, Answer<Options>>>): TargetFacts<Options> => ({
  name: "some",
  title: "a target",
  versions: { "1.0": "1.0.0" },
  options: () => ({ version: "1.0" }),
  carries: (pool) => pool.kind !== "databases",
  supports: {
    ...(Object.fromEntries(FEATURES.map((feature) => [feature, yes()])) as Record<Feature, Answer<Options>>),
    ...answers,
  },
});

const read = (text: string) => fleetOf(`version: 1\nname: a\n${text}`);

const said = async (
  text: string,
  answers: Partial<Record<Feature, Answer<Options>>>,
  version = "1.0",
): Promise<string[]> => {
  const fleet = await read(text);
  return audit(fleet, target(answers), { version }, fleet.pools).map(
    ({ severity, source, rule, message, help, at }) =>
      `${at.line}:${at.column} ${severity} ${source} ${rule}: ${message} | ${help}`,
  );
};

describe("what a target answers", () => {
  const FIRST = "apis: { m: { servers: [a], listeners: { http: 1 }, balance: first } }";

  it("yes is silent", async () => {
    expect(await said(FIRST, {})).toEqual([]);
  });

  it("no is an error at the value, with the nearest", async () => {
    expect(await said(FIRST, { "balance.first": no("it knows no first", "balance: random") })).toEqual([
      "3:61 error audit some/balance.first: it knows no first | balance: random",
    ]);
  });

  it.each(["info", "warning", "error"] as const)("nearly, with %s, is that", async (severity) => {
    expect(await said(FIRST, { "balance.first": nearly("almost", severity, "look") })).toEqual([
      `3:61 ${severity} audit some/balance.first: almost | look`,
    ]);
  });

  it("since a version is an error below it, unless it says otherwise", async () => {
    const newer = { "balance.first": since("1.29.6", no("not yet", "a newer one")) };
    expect(await said(FIRST, newer, "1.29.5")).toEqual(["3:61 error audit some/balance.first: not yet | a newer one"]);
    expect(await said(FIRST, newer, "1.3")).toHaveLength(1); // by number, not by letter
    expect(await said(FIRST, newer, "1.29.6")).toEqual([]);
    expect(await said(FIRST, newer, "2.0")).toEqual([]);
    expect(await said(FIRST, { "balance.first": since("2.0", nearly("a bit", "warning")) })).toEqual([
      "3:61 warning audit some/balance.first: a bit | null",
    ]);
  });

  it("may depend on the place, and on the options", async () => {
    const text = "brokers: { m: { servers: [a], balance: first, listeners: { mqtt: 1, websocket: 2 } } }";
    const answer = (use: Use, { version }: Options) =>
      use.layer === "http" ? no(`not for ${use.pool!.name} at ${use.listener!.port} in ${version}`, "x") : yes();
    expect(await said(text, { "balance.first": answer }, "7.0")).toEqual([
      "3:40 error audit some/balance.first: not for m at 2 in 7.0 | x",
    ]);
  });

  it("is told once a place, and the worst of it", async () => {
    const text =
      "brokers: { m: { servers: [a], balance: first, listeners: { mqtt: 1, websocket: 2, wss: { port: 3, tls: passthrough } } } }";
    const answer = ({ listener }: Use) => (listener!.port === 2 ? no("never", "x") : nearly("almost"));
    expect(await said(text, { "balance.first": answer })).toEqual(["3:40 error audit some/balance.first: never | x"]);
  });

  it("is told at each place that asks", async () => {
    const text = "apis: { m: { servers: [{ host: a, backup: true }, b, { host: c, backup: true }] } }";
    expect(await said(text, { "servers.backup": no("none", "x") })).toEqual([
      "3:43 error audit some/servers.backup: none | x",
      "3:73 error audit some/servers.backup: none | x",
    ]);
  });

  it("is told of the pools that the target carries alone", async () => {
    const fleet = await read(
      "apis: { m: { servers: [a] }, n: { servers: [a] } }\ndatabases: { d: { software: mysql, primary: a } }",
    );
    const names = (asked: readonly string[] | null): string[] =>
      carriedPools(fleet, target({}), asked).map(({ name }) => name);
    expect(names(null)).toEqual(["m", "n"]);
    expect(names(["n", "d"])).toEqual(["n"]);
    expect(names([])).toEqual([]);
  });
});

describe("a default that nobody wrote", () => {
  const never = { "timeouts.send": no("never", "x") };

  it("is at most an info, told once for the whole fleet", async () => {
    expect(
      await said("apis: { m: { servers: [a] }, n: { servers: [a] } }\nservices: { s: { servers: [a:1] } }", never),
    ).toEqual(["3:12 info audit some/timeouts.send: never | x"]);
  });

  it("is told beside the places that say it", async () => {
    expect(await said("apis: { m: { servers: [a] }, n: { servers: [a], timeouts: { send: 5s } } }", never)).toEqual([
      "3:12 info audit some/timeouts.send: never | x",
      "3:67 error audit some/timeouts.send: never | x",
    ]);
  });

  it("that stands under `defaults` was said: there, once", async () => {
    expect(
      await said("defaults: { timeouts: { send: 5s } }\napis: { m: { servers: [a] }, n: { servers: [a] } }", never),
    ).toEqual(["3:31 error audit some/timeouts.send: never | x"]);
  });
});

test("files that are read as they are cannot be vouched for", async () => {
  const fleet = await read("targets: { nginx: { include: [/x.conf] } }");
  const findings = audit(fleet, { ...target({}), name: "nginx" }, { version: "1.0" }, []);
  expect(
    findings.map(({ severity, rule, message, at }) => `${at.line}:${at.column} ${severity} ${rule} ${message}`),
  ).toEqual(["3:30 info nginx/include lbctl cannot vouch for what these files say"]);
});

/** Kept by everything, said or not. */
const ALWAYS = [
  "reload.grace",
  "resolver",
  "timeouts.connect",
  "timeouts.send",
  "timeouts.read",
  "timeouts.idle",
  "timeouts.request",
  "timeouts.queue",
  "sessions.onDown.keep",
  "sessions.onDown.close",
];
const ALWAYS_OF_APIS = [
  "idleConnections",
  "retries.attempts",
  "retries.when",
  "retries.methods",
  "limits.bodySize",
  "health.check.http",
];
const api = (keys: string): string => `apis: { m: { servers: [10.0.0.1], ${keys} } }`;
const broker = (keys: string): string => `brokers: { m: { servers: [10.0.0.1], ${keys} } }`;

/** [what is written, the features it runs into beyond those of every pool]. */
const USES: readonly (readonly [string, readonly string[]])[] = [
  [api("listeners: { http: 1 }"), ["balance.round_robin"]],
  [api("balance: ip_hash"), []], // nobody listens
  [api("listeners: { http: 1 }, balance: ip_hash"), ["balance.ip_hash !"]],
  [
    api("listeners: { http: 1 }, affinity: { cookie: S, expire: 1h, size: 5 }"),
    ["balance.round_robin", "affinity.cookie !", "affinity.expire !", "affinity.size !"],
  ],
  [
    broker("listeners: { mqtt: 1 }, affinity: { by: client_id, length: 9 }"),
    ["balance.least_connections", "affinity.client_id !", "affinity.length !", "health.check.mqtt"],
  ],
  [
    api("listeners: { http: { port: 1, address: 10.0.0.5, allow: [10.0.0.0/8] } }"),
    ["balance.round_robin", "listeners.address !", "listeners.allow !"],
  ],
  [
    `tls: { t: { certificate: /c, key: /c.key, clientCa: /ca } }\n${api("listeners: { http: { port: 1, redirect: https }, https: { port: 2, tls: t } }")}`,
    [
      "tls.certificate !",
      "tls.clientCa !",
      "balance.round_robin",
      "balance.round_robin",
      "listeners.redirect !",
      "listeners.tls.terminate !",
      "http2",
    ],
  ],
  [
    broker("listeners: { websocket: 1, mqtts: { port: 2, tls: passthrough } }"),
    [
      "balance.least_connections",
      "balance.least_connections",
      "listeners.websocket",
      "listeners.tls.passthrough !",
      "health.check.mqtt",
    ],
  ],
  [
    api("listeners: { http: { port: 1, behind: { proxies: [10.0.0.0/8], by: proxy_protocol } } }"),
    ["balance.round_robin", "behind.proxy_protocol !"],
  ],
  [
    "apis: { m: { servers: [{ host: 10.0.0.1, name: x, weight: 0, maxConnections: 5, backup: true, state: drain, slowStart: 5s, proxyProtocol: v1, id: 3 }] } }",
    [
      "servers.name !",
      "servers.weight.zero !",
      "servers.maxConnections !",
      "servers.backup !",
      "servers.state.drain !",
      "servers.slowStart !",
      "servers.proxyProtocol !",
      "servers.id !",
    ],
  ],
  [
    "apis: { m: { servers: [{ host: 10.0.0.1, weight: 1, maxConnections: 0, backup: false, state: active, slowStart: 0s, proxyProtocol: none }] } }",
    [],
  ], // as if nothing were said
  [
    "apis: { m: { servers: [{ host: 10.0.0.1, weight: 2, state: maintenance }] } }",
    ["servers.weight !", "servers.state.maintenance !"],
  ],
  [api("proxyProtocol: v2"), ["servers.proxyProtocol !"]],
  [
    `regions: { eu: { addresses: [192.0.2.1] } }\napis: { m: { servers: [{ host: 10.0.0.1, region: eu }] } }`,
    ["servers.region !"],
  ],
  [
    api(
      "hostnames: [a.b], serverTls: true, circuitBreaker: {}, rateLimit: { requests: 1, per: 1s }, autoscale: { min: 1, max: 2, target: { cpu: 5 } }",
    ),
    ["hostnames !", "serverTls !", "circuitBreaker !", "rateLimit !", "autoscale !"],
  ],
  [api("headers: { request: { A: b }, response: { C: null } }"), ["headers.request !", "headers.response !"]],
  [
    "apis: { m: { servers: [10.0.0.1, 10.0.0.2], split: { groups: [{ name: x, weight: 1, servers: [10-0-0-1] }, { name: y, weight: 1, servers: [10-0-0-2] }] } } }",
    ["split !"],
  ],
  [
    api("limits: { connections: 5, queue: 6, connectionRate: { requests: 1, per: 1s } }, listeners: { http: 1 }"),
    ["balance.round_robin", "limits.connections !", "limits.queue !", "limits.connectionRate !"],
  ],
  [api("sessions: { max: 1h, onDrain: close }"), ["sessions.max !", "sessions.onDrain.close !"]],
  [
    api(
      "routes: [{ path: /, methods: [GET], rewrite: /x, websocket: true, balance: random, affinity: ip, rateLimit: { requests: 1, per: 1s }, headers: { request: { A: b } } }]",
    ),
    [
      "routes !",
      "routes.methods !",
      "routes.rewrite !",
      "routes.websocket !",
      "balance.random !",
      "affinity.ip !",
      "rateLimit !",
      "headers.request !",
    ],
  ],
  [
    `health: { p: { check: http, expect: { body: ok }, passive: {}, onFail: drain } }\n${api("health: p")}`,
    ["health.check.http !", "health.expect.body !", "health.passive !", "health.onFail.drain !"],
  ],
  [
    `health: { p: { checks: [{ check: tcp }, { check: redis }], require: 1 } }\n${api("health: p")}`,
    ["health.check.tcp !", "health.check.redis !", "health.checks !", "health.require !"],
  ],
  [`health: { p: { check: none } }\n${api("health: p")}`, []],
  [
    broker("software: mosquitto, access: { anonymous: true }, persistence: false, cluster: { mode: bridge }"),
    ["cluster.bridge !", "access !", "persistence !", "health.check.mqtt"],
  ],
  [
    "databases: { m: { software: mysql, primary: 10.0.0.1, replicas: [10.0.0.2], readFallback: none } }",
    ["readFallback !", "health.check.tcp"],
  ],
  ["databases: { m: { software: mysql, primary: 10.0.0.1 } }", ["health.check.tcp"]], // nothing to fall back from
  [
    "services: { m: { protocol: udp, servers: ['10.0.0.1:5'], listeners: { x: 5 } } }",
    ["balance.round_robin", "protocol.udp !", "health.check.tcp"],
  ],
];

test.each(USES)("%s runs into %j", async (text, expected) => {
  const fleet = await read(text);
  const found = usesOf(fleet, fleet.pools).map(({ feature, said: isSaid }) => `${feature}${isSaid ? " !" : ""}`);
  const usual = new Set([...ALWAYS, "servers.host", ...(text.includes("apis") ? ALWAYS_OF_APIS : [])]);
  expect(found.filter((feature) => !usual.has(feature)).toSorted()).toEqual([...expected].toSorted());
});

test("names that are looked up ask for a resolver, once, at it, else at the first server that has one", async () => {
  const places = async (text: string): Promise<string[]> => {
    const fleet = await read(text);
    const answer = { resolver: nearly("once", "warning") };
    return audit(fleet, target(answer), { version: "1.0" }, fleet.pools).map(
      ({ at, severity }) => `${at.line}:${at.column} ${severity}`,
    );
  };
  expect(await places("apis: { m: { servers: [10.0.0.1, a.example, b.example] } }")).toEqual(["3:34 warning"]);
  expect(await places("apis: { m: { servers: ['[fd00::a]', 10.0.0.1] } }")).toEqual([]);
  expect(await places("apis: { m: { servers: [a.example] } }\nresolver: { servers: [127.0.0.1] }")).toEqual([
    "4:11 warning",
  ]);
});

test("every feature of the language is run into by some topology", async () => {
  const covered = new Set<string>();
  const more = [
    "behind: { proxies: [10.0.0.0/8], by: 'header:X' }\napis: { m: { servers: [a], listeners: { http: 1 } } }",
    ...["least_connections", "least_response_time", "power_of_two", "consistent_hash", "first"].map((name) =>
      api(`listeners: { http: 1 }, balance: ${name}`),
    ),
    api("listeners: { http: 1 }, affinity: { header: X }"),
    ...["postgres", "mysql"].map((name) => `health: { p: { check: ${name}, user: u } }\n${api("health: p")}`),
  ];
  for (const text of [...USES.map(([given]) => given), ...more]) {
    const fleet = await read(text);
    for (const { feature } of usesOf(fleet, fleet.pools)) covered.add(feature);
  }
  expect(FEATURES.filter((feature) => !covered.has(feature))).toEqual([]);
});
