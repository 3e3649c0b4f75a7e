import { describe, expect, it, test } from "vitest";
import type { ApiPool, BrokerPool, DatabasePool, Fleet, Pool, ServicePool } from "../../src/fleet/fleet.js";
import { fleetOf } from "../fleet.js";

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

const read = (text: string): Promise<Fleet> => fleetOf(`version: 1\nname: a\n${text}`);
const poolOf = async <P extends Pool>(text: string): Promise<P> => (await read(text)).pools[0] as P;
const broker = (keys = ""): Promise<BrokerPool> => poolOf(`brokers: { m: { servers: [a]${keys && `, ${keys}`} } }`);
const api = (keys = ""): Promise<ApiPool> => poolOf(`apis: { m: { servers: [a]${keys && `, ${keys}`} } }`);
const database = (keys = ""): Promise<DatabasePool> =>
  poolOf(`databases: { m: { software: mysql, primary: a${keys && `, ${keys}`} } }`);
const service = (keys = ""): Promise<ServicePool> =>
  poolOf(`services: { m: { servers: [a:1]${keys && `, ${keys}`} } }`);
const POOLS = [broker, api, database, service];

/** What a part says, without where it was written. */
const bare = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== "written");
  return Object.fromEntries(kept.map(([key, inner]) => [key, bare(inner)]));
};

/** [key, what brokers, apis, databases and services have without it]. */
const EVERY_POOL: readonly (readonly [keyof Pool, readonly [unknown, unknown, unknown, unknown]])[] = [
  [
    "balance",
    ["least_connections", "round_robin", "least_connections", "round_robin"].map((algorithm) => ({
      algorithm,
      key: null,
      fallback: null,
    })) as never,
  ],
  ["affinity", [null, null, null, null]],
  ["listeners", [[], [], [], []]],
  ["kubernetes", [null, null, null, null]],
  ["limits", Array(4).fill({ connections: 0, connectionRate: null, queue: 0, bodySize: 1024 * 1024 }) as never],
  [
    "sessions",
    [
      { typical: 20 * MINUTE, max: null, onDown: "close", onDrain: "keep" },
      { typical: 10 * SECOND, max: null, onDown: "keep", onDrain: "keep" },
      { typical: 10 * MINUTE, max: null, onDown: "close", onDrain: "keep" },
      { typical: 10 * MINUTE, max: null, onDown: "close", onDrain: "keep" },
    ],
  ],
  [
    "timeouts",
    [1.5 * MINUTE, 10 * MINUTE, 10 * MINUTE, 10 * MINUTE].map((idle) => ({
      connect: 5 * SECOND,
      send: MINUTE,
      read: MINUTE,
      idle,
      request: 2 * MINUTE,
      queue: 5 * SECOND,
    })) as never,
  ],
];

test.each(EVERY_POOL)("%s has its default in each kind of pool", async (key, expected) => {
  const found = await Promise.all(POOLS.map(async (pool) => bare((await pool())[key])));
  expect(found).toEqual(expected);
});

const NUMBERS = { interval: 5 * SECOND, timeout: 2 * SECOND, rise: 2, fall: 3 };
const PASSIVE = { named: false, failures: 3, window: 10 * SECOND, out: 10 * SECOND };
const HTTP = { kind: "http", path: "/", host: null, expect: { status: [{ from: 200, to: 299 }], body: null } };
const MQTT = { kind: "mqtt", username: null, password: null, accept: [0] };

describe("health", () => {
  it.each([
    ["brokers", broker, MQTT],
    ["apis", api, HTTP],
    ["databases, which need a user otherwise,", database, { kind: "tcp" }],
    ["services", service, { kind: "tcp" }],
  ])("of %s is their own kind of check where they name none", async (_kind, pool, check) => {
    expect(bare((await pool()).health)).toEqual({
      name: null,
      checks: [{ port: null, tls: false, ...check }],
      require: 1,
      ...NUMBERS,
      passive: PASSIVE,
      onFail: "mark_down",
    });
  });

  const policy = async (keys: string, section = "apis"): Promise<unknown> => {
    const pool = section === "databases" ? "software: mysql, primary: a" : "servers: [a:1]";
    const { pools } = await read(`health: { p: { ${keys} } }\n${section}: { m: { ${pool}, health: p } }`);
    return bare(pools[0]!.health);
  };

  it("of a policy without a check is the pool's own kind", async () => {
    expect(await policy("path: /x")).toMatchObject({ name: "p", checks: [{ ...HTTP, path: "/x" }] });
    expect(await policy("accept: [0, 5]", "brokers")).toMatchObject({ checks: [{ ...MQTT, accept: [0, 5] }] });
  });

  it.each([
    ["check: none", []],
    ["check: tcp, port: 99, tls: true", [{ kind: "tcp", port: 99, tls: true }]],
    ["check: redis", [{ kind: "redis", port: null, tls: false }]],
    [
      "check: http, path: /x?y=1, host: h.example.com, expect: { status: 204, body: ok }",
      [
        {
          kind: "http",
          port: null,
          tls: false,
          path: "/x?y=1",
          host: "h.example.com",
          expect: { status: [{ from: 204, to: 204 }], body: "ok" },
        },
      ],
    ],
    [
      "check: mqtt, username: u, password: p, accept: [4]",
      [{ kind: "mqtt", port: null, tls: false, username: "u", password: "p", accept: [4] }],
    ],
    ["check: postgres, user: u", [{ kind: "postgres", port: null, tls: false, user: "u" }]],
    ["check: mysql, user: u", [{ kind: "mysql", port: null, tls: false, user: "u" }]],
    [
      "checks: [{ check: tcp }, { check: http, port: 81 }]",
      [
        { kind: "tcp", port: null, tls: false },
        { ...HTTP, port: 81, tls: false },
      ],
    ],
  ])("{ %s } asks so", async (keys, checks) => {
    expect(await policy(keys)).toMatchObject({ checks, require: Math.max(1, checks.length) });
  });

  it("keeps every number that is written", async () => {
    const keys =
      "interval: 7s, timeout: 500ms, rise: 4, fall: 5, onFail: drain, checks: [{ check: tcp }, { check: http }], require: 1, passive: { failures: 9, window: 1m, out: 2m }";
    expect(await policy(keys)).toMatchObject({
      interval: 7 * SECOND,
      timeout: 500,
      rise: 4,
      fall: 5,
      onFail: "drain",
      require: 1,
      passive: { named: true, failures: 9, window: MINUTE, out: 2 * MINUTE },
    });
  });

  it.each([
    ["200", [[200, 200]]],
    ['"300-399"', [[300, 399]]],
    [
      '[200, "300-399", 401]',
      [
        [200, 200],
        [300, 399],
        [401, 401],
      ],
    ],
  ])("expect.status %s is a list of ranges", async (status, ranges) => {
    const expected = ranges.map(([from, to]) => ({ from, to }));
    expect(await policy(`check: http, expect: { status: ${status} }`)).toMatchObject({
      checks: [{ expect: { status: expected } }],
    });
  });
});

describe("brokers", () => {
  it("have the defaults of the language", async () => {
    expect(bare(await broker())).toMatchObject({
      kind: "brokers",
      software: "other",
      cluster: null,
      access: null,
      persistence: null,
      clients: { persistent: false, retained: false, idLength: 64 },
      keepalive: MINUTE,
      ports: { mqtt: 1883, websocket: 9001, mqtts: 8883, wss: 9002 },
    });
  });

  it("wait for silence of 1.5 keep-alives, unless they say how long", async () => {
    expect((await broker("keepalive: 40s")).timeouts.idle).toBe(MINUTE);
    expect((await broker("keepalive: 40s, timeouts: { idle: 5m }")).timeouts.idle).toBe(5 * MINUTE);
  });

  it("remember as much of an identifier as clients have", async () => {
    expect((await broker("affinity: client_id, clients: { idLength: 90 }")).affinity?.length).toBe(90);
    expect((await broker("affinity: { by: client_id, length: 30 }, clients: { idLength: 90 }")).affinity?.length).toBe(
      30,
    );
  });

  it("have a WebSocket path where they speak it", async () => {
    const { listeners } = await broker("listeners: { mqtt: 1, websocket: 2 }");
    expect(listeners.map(({ path }) => path)).toEqual([null, "/mqtt"]);
    expect((await broker("listeners: { websocket: { port: 2, path: /x } }")).listeners[0]!.path).toBe("/x");
  });
});

describe("apis", () => {
  it("have the defaults of the language", async () => {
    expect(bare(await api())).toMatchObject({
      kind: "apis",
      hostnames: [],
      idleConnections: { count: 32, timeout: 4 * SECOND, serverTimeout: 5 * SECOND },
      serverTls: null,
      retries: { attempts: 2, when: ["connect"], methods: "idempotent" },
      rateLimit: null,
      circuitBreaker: null,
      split: null,
      headers: { request: [], response: [] },
      autoscale: null,
    });
  });

  it.each([
    [
      "rateLimit: { requests: 7, per: 1m }",
      { rateLimit: { requests: 7, per: MINUTE, burst: 0, key: { type: "client_ip" }, status: 429 } },
    ],
    [
      "rateLimit: { requests: 7, per: 2s, burst: 3, key: 'header:X-Key', status: 430 }",
      { rateLimit: { requests: 7, per: 2 * SECOND, burst: 3, key: { type: "header", name: "X-Key" }, status: 430 } },
    ],
    ["circuitBreaker: {}", { circuitBreaker: { failures: 5, window: 30 * SECOND, open: MINUTE, halfOpen: 1 } }],
    [
      "circuitBreaker: { open: 9s, halfOpen: 4 }",
      { circuitBreaker: { failures: 5, window: 30 * SECOND, open: 9 * SECOND, halfOpen: 4 } },
    ],
    ["serverTls: true", { serverTls: { verify: true, ca: null, sni: null } }],
    ["serverTls: false", { serverTls: null }],
    [
      "serverTls: { verify: false, ca: /ca.pem, sni: a.internal }",
      { serverTls: { verify: false, ca: "/ca.pem", sni: "a.internal" } },
    ],
    [
      "idleConnections: { timeout: 3s }",
      { idleConnections: { count: 32, timeout: 3 * SECOND, serverTimeout: 5 * SECOND } },
    ],
    ["retries: { attempts: 3 }", { retries: { attempts: 3, when: ["connect"], methods: "idempotent" } }],
    [
      "retries: { when: [timeout, 502], methods: all }",
      { retries: { attempts: 2, when: ["timeout", 502], methods: "all" } },
    ],
    [
      "balance: consistent_hash",
      { balance: { algorithm: "consistent_hash", key: { type: "client_ip" }, fallback: null } },
    ],
    [
      "balance: { algorithm: consistent_hash, key: 'cookie:S', fallback: ip_hash }",
      { balance: { algorithm: "consistent_hash", key: { type: "cookie", name: "S" }, fallback: "ip_hash" } },
    ],
    ["balance: weighted_round_robin", { balance: { algorithm: "round_robin" } }],
    ["balance: { algorithm: first, fallback: weighted }", { balance: { algorithm: "first", fallback: "round_robin" } }],
    ["affinity: none", { affinity: null }],
    ["affinity: ip", { affinity: { by: { type: "ip" }, fallback: null, expire: null, size: null, length: 64 } }],
    ["affinity: { cookie: SRV }", { affinity: { by: { type: "cookie", name: "SRV" } } }],
    [
      "affinity: { header: X-T, expire: 1h, size: 500 }",
      { affinity: { by: { type: "header", name: "X-T" }, expire: HOUR, size: 500 } },
    ],
    [
      "affinity: { by: { cookie: SRV }, fallback: ip }",
      { affinity: { by: { type: "cookie", name: "SRV" }, fallback: { type: "ip" } } },
    ],
    [
      "limits: { connections: 5, connectionRate: { requests: 2, per: 1s, key: global }, queue: 3, bodySize: 16k }",
      {
        limits: {
          connections: 5,
          connectionRate: { requests: 2, per: SECOND, key: { type: "global" } },
          queue: 3,
          bodySize: 16 * 1024,
        },
      },
    ],
    [
      "autoscale: { min: 2, max: 9, target: { cpu: 70 }, cooldown: 5m }",
      { autoscale: { min: 2, max: 9, target: { metric: "cpu", value: 70 }, cooldown: 5 * MINUTE } },
    ],
    [
      "headers: { request: { X-A: b, X-B: null }, response: { Server: '' } }",
      {
        headers: {
          request: [
            { name: "X-A", value: "b" },
            { name: "X-B", value: null },
          ],
          response: [{ name: "Server", value: "" }],
        },
      },
    ],
    ["kubernetes: { selector: { app: x } }", { kubernetes: { selector: { app: "x" } } }],
    [
      "sessions: { max: 12h, onDown: close, onDrain: close }",
      { sessions: { typical: 10 * SECOND, max: 12 * HOUR, onDown: "close", onDrain: "close" } },
    ],
  ])("{ %s } is read so", async (keys, expected) => {
    expect(bare(await api(keys))).toMatchObject(expected);
  });

  it("with TLS to the servers reach them at 443, else at 80", async () => {
    expect((await api("serverTls: true")).servers[0]!.port).toBe(443);
    expect((await api()).servers[0]!.port).toBe(80);
  });

  it("redirect to the port of their https listener", async () => {
    const { listeners } = await poolOf<ApiPool>(
      "tls: { t: { bundle: /t.pem } }\napis: { m: { servers: [a], listeners: { http: { port: 81, redirect: https }, https: { port: 8443, tls: t } } } }",
    );
    expect(listeners.map(({ kind, port, redirectPort }) => [kind, port, redirectPort])).toEqual([
      ["http", 81, 8443],
      ["https", 8443, null],
    ]);
    expect(listeners[1]!.tls).toMatchObject({
      mode: "terminate",
      certificate: {
        name: "t",
        bundle: "/t.pem",
        minVersion: "1.2",
        certificate: null,
        key: null,
        clientCa: null,
        secret: null,
      },
    });
  });
});

describe("databases and services", () => {
  it("reach each software at its own port", async () => {
    expect((await database()).servers[0]!.port).toBe(3306);
    expect((await poolOf<DatabasePool>("databases: { m: { software: postgres, primary: a } }")).servers[0]!.port).toBe(
      5432,
    );
    expect((await database("replicas: [b:7]")).servers.map(({ port }) => port)).toEqual([3306, 7]);
  });

  it("read from the primary when every replica is down, unless they say otherwise", async () => {
    expect((await database()).readFallback).toBe("primary");
    expect((await database("readFallback: none")).readFallback).toBe("none");
  });

  it("keep what is said of the clients' pools", async () => {
    expect((await database()).clientPool).toBeNull();
    const { clientPool } = await database("clientPool: { size: 10, acquireTimeout: 30s }");
    expect(bare(clientPool)).toEqual({ size: 10, overflow: null, acquireTimeout: 30 * SECOND, recycle: null });
  });

  it("speak TCP, unless they say UDP", async () => {
    expect((await service()).protocol).toBe("tcp");
    expect((await service("protocol: udp")).protocol).toBe("udp");
  });

  it("have listeners of any name, without a WebSocket path", async () => {
    const { listeners } = await service("listeners: { websocket: 5, x: 6 }");
    expect(listeners.map(({ kind, port, path }) => [kind, port, path])).toEqual([
      ["websocket", 5, null],
      ["x", 6, null],
    ]);
  });
});

describe("the fleet", () => {
  it("has the defaults of the language", async () => {
    const fleet = await read("");
    expect(fleet).toMatchObject({
      name: "a",
      domain: null,
      pools: [],
      policies: [],
      certificates: [],
      regions: [],
      geo: [],
      behind: null,
      resolver: null,
      reload: { grace: 10 * MINUTE },
      lint: { severities: [] },
      variables: [],
    });
    expect(fleet.targets.map(({ name, version, pools, options }) => [name, version, pools, options])).toEqual(
      ["nginx", "haproxy", "mosquitto", "compose"].map((name) => [name, null, null, {}]),
    );
  });

  it("has only the targets that it names, in their order", async () => {
    const { targets } = await read(
      'apis: { m: { servers: [a] } }\ntargets: { haproxy: { version: "3.2", pools: [m], maxConnections: 100 }, nginx: {} }',
    );
    expect(targets.map(({ name, version, pools, options }) => [name, version, pools, options])).toEqual([
      ["haproxy", "3.2", ["m"], { version: "3.2", pools: ["m"], maxConnections: 100 }],
      ["nginx", null, null, {}],
    ]);
  });

  it("keeps what it says of reload, resolver, lint and domain", async () => {
    const fleet = await read(
      'domain: d.example\nreload: { grace: 3m }\nresolver: { servers: [127.0.0.11, "[::1]:53"], valid: 9s }\nlint: { severities: { "nginx/*": "off" } }',
    );
    expect(bare({ ...fleet, source: null })).toMatchObject({
      domain: "d.example",
      reload: { grace: 3 * MINUTE },
      resolver: { servers: ["127.0.0.11", "[::1]:53"], valid: 9 * SECOND },
      lint: { severities: [{ rule: "nginx/*", severity: "off" }] },
    });
  });

  it("has its geo names with their defaults", async () => {
    const { geo, regions } = await read(
      "regions: { eu: { addresses: [192.0.2.1], location: { latitude: 1.5, longitude: -2 } } }\ngeo: { api: { hostname: a.example, default: eu } }",
    );
    expect(bare(regions)).toEqual([
      { name: "eu", addresses: ["192.0.2.1"], endpoints: {}, location: { latitude: 1.5, longitude: -2 }, health: null },
    ]);
    expect(bare(geo)).toEqual([
      {
        name: "api",
        hostname: "a.example",
        answer: "addresses",
        ttl: MINUTE,
        default: "eu",
        rules: [],
        failover: {},
        failoverWithin: null,
      },
    ]);
  });

  it("asks a region by HTTP where its policy does not say otherwise", async () => {
    const { regions } = await read(
      "health: { edge: { path: /up } }\nregions: { eu: { addresses: [192.0.2.1], health: edge } }",
    );
    expect(bare(regions[0]!.health!.checks)).toEqual([{ ...HTTP, path: "/up", port: null, tls: false }]);
  });
});
