import { describe, expect, it, test } from "vitest";
import type { ApiPool, BrokerPool, Fleet } from "../../src/fleet/fleet.js";
import { at, atKey, isWritten } from "../../src/support/node.js";
import { findingsOf, fleetOf } from "../fleet.js";

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const HEAD = "version: 1\nname: a\n";
const read = (text: string): Promise<Fleet> => fleetOf(HEAD + text);
const placeOf = (part: Parameters<typeof at>[0], key: string): string => {
  const { line, column } = at(part, key);
  return `${line}:${column}`;
};

describe("time-outs are merged key by key", () => {
  const TEXT = `defaults:
  timeouts: { connect: 1s, send: 2s, read: 3s, queue: 4s }
apis:
  web:
    servers: [a]
    timeouts: { send: 20s, request: 50s }
    routes:
      - { path: / }
      - { path: /a/, timeouts: { read: 300s, send: 200s } }
      - { path: /ws/, websocket: true }
      - { path: /ws/slow/, websocket: true, timeouts: { read: 2h, request: 7s } }
  other: { servers: [b] }
`;
  const DEFAULT_IDLE = 10 * MINUTE;

  it("route, its websocket, pool, defaults, the table", async () => {
    const { pools } = await read(TEXT);
    const [web, other] = pools as readonly ApiPool[];
    const pool = {
      connect: SECOND,
      send: 20 * SECOND,
      read: 3 * SECOND,
      idle: DEFAULT_IDLE,
      request: 50 * SECOND,
      queue: 4 * SECOND,
    };
    expect(web!.timeouts).toEqual(pool);
    expect(Object.fromEntries(web!.routes.map(({ path, timeouts }) => [path, timeouts]))).toEqual({
      "/": pool,
      "/a/": { ...pool, read: 300 * SECOND, send: 200 * SECOND },
      "/ws/": { ...pool, read: HOUR, request: null },
      "/ws/slow/": { ...pool, read: 2 * HOUR, request: 7 * SECOND },
    });
    expect(other!.timeouts).toEqual({
      connect: SECOND,
      send: 2 * SECOND,
      read: 3 * SECOND,
      idle: DEFAULT_IDLE,
      request: 2 * MINUTE,
      queue: 4 * SECOND,
    });
  });

  it("and each stands where it was written", async () => {
    const { pools } = await read(TEXT);
    const [web, other] = pools as readonly ApiPool[];
    const route = (path: string): ApiPool["routes"][number] => web!.routes.find((one) => one.path === path)!;
    expect(placeOf(web!, "timeouts.send")).toBe("8:23");
    expect(placeOf(web!, "timeouts.connect")).toBe("4:24"); // taken from `defaults`
    expect(placeOf(web!, "timeouts.idle")).toBe("8:15"); // the part that lacks it
    expect(placeOf(other!, "timeouts.queue")).toBe("4:55");
    expect(placeOf(other!, "timeouts.idle")).toBe("4:13");
    expect(placeOf(route("/a/"), "timeouts.read")).toBe("11:40");
    expect(placeOf(route("/a/"), "timeouts.request")).toBe("8:37"); // the pool's
    expect(placeOf(route("/a/"), "timeouts.connect")).toBe("4:24"); // the defaults' of its pool
    expect(isWritten(web!, "timeouts.send")).toBe(true);
    expect(isWritten(web!, "timeouts.connect")).toBe(false);
  });
});

describe("defaults are taken where a pool says nothing", () => {
  const TEXT = `defaults: { balance: first, health: d, retries: { attempts: 7 } }
health: { d: { check: tcp, rise: 9 }, own: { check: tcp, rise: 8 } }
apis:
  none: { servers: [a] }
  all: { servers: [a], balance: random, health: own, retries: { methods: all } }
brokers: { m: { servers: [a] } }
`;
  it("balance, health and retries, each replaced whole", async () => {
    const { pools } = await read(TEXT);
    const [none, all, m] = pools as unknown as readonly [ApiPool, ApiPool, BrokerPool];
    expect([none.balance.algorithm, none.health.rise, none.retries.attempts]).toEqual(["first", 9, 7]);
    expect([all.balance.algorithm, all.health.rise]).toEqual(["random", 8]);
    expect(all.retries).toMatchObject({ attempts: 2, when: ["connect"], methods: "all" });
    expect([m.balance.algorithm, m.health.rise]).toEqual(["first", 9]);
    expect(placeOf(none, "balance")).toBe("3:22");
  });
});

describe("pools", () => {
  it("stand in file order, whatever their kinds", async () => {
    const { pools } = await read(
      "services: { s: { servers: [a:1] } }\nbrokers: { b: { servers: [a] } }\napis: { y: { servers: [a] }, x: { servers: [a] } }",
    );
    expect(pools.map(({ name }) => name)).toEqual(["s", "b", "y", "x"]);
  });

  it("without listeners are an info at their name", async () => {
    const found = await findingsOf(`${HEAD}apis:\n  web: { servers: [a] }`);
    expect(
      found.map(
        ({ severity, rule, message, at: place }) => `${place.line}:${place.column} ${severity} ${rule} ${message}`,
      ),
    ).toEqual(['4:3 info schema/no-listeners pool "web" has no listeners: nginx and HAProxy leave it out']);
  });

  it("are found by their key", async () => {
    const fleet = await read("apis:\n  web: { servers: [a] }");
    const { line, column, endColumn } = atKey(fleet, "apis.web");
    expect([line, column, endColumn]).toEqual([4, 3, 6]);
  });
});

describe("a cluster of bridges", () => {
  const clusterOf = async (keys: string, servers = "[s1, s2, s3, s4]"): Promise<BrokerPool["cluster"]> =>
    ((await read(`brokers: { m: { servers: ${servers}, cluster: { ${keys} } } }`)).pools[0] as BrokerPool).cluster;

  it("is a star around the first server, each node listing the lower-numbered ones for its fail-over", async () => {
    const cluster = await clusterOf('mode: bridge, topics: ["a/#"], qos: 2');
    expect(cluster).toMatchObject({ mode: "bridge", topics: ["a/#"], qos: 2 });
    expect(
      cluster!.bridges.map(({ from, to, failover, topics, direction }) => [from, to, failover, topics, direction]),
    ).toEqual([
      ["s2", "s1", [], ["a/#"], "both"],
      ["s3", "s1", ["s2"], ["a/#"], "both"],
      ["s4", "s1", ["s2", "s3"], ["a/#"], "both"],
    ]);
  });

  it("carries every topic with QoS 1 where nothing is said", async () => {
    expect(await clusterOf("mode: bridge")).toMatchObject({ topics: ["#"], qos: 1 });
  });

  it("has the bridges that are written instead", async () => {
    const cluster = await clusterOf(
      "mode: bridge, topics: [x], bridges: [{ from: s3, to: s2 }, { from: s1, to: s2, topics: [y], direction: out }]",
    );
    expect(
      cluster!.bridges.map(({ from, to, failover, topics, direction }) => [from, to, failover, topics, direction]),
    ).toEqual([
      ["s3", "s2", [], ["x"], "both"],
      ["s1", "s2", [], ["y"], "out"],
    ]);
  });

  it.each(["native", "none"])("of mode %s has none", async (mode) => {
    expect(await clusterOf(`mode: ${mode}`)).toMatchObject({ mode, bridges: [] });
  });

  it("of one server has none", async () => {
    expect((await clusterOf("mode: bridge", "[s1]"))!.bridges).toEqual([]);
  });
});

describe("routes", () => {
  const routesOf = async (routes: string, pool = ""): Promise<ApiPool["routes"]> =>
    (
      (
        await read(
          `apis: { web: { servers: [a], routes: [${routes}]${pool && `, ${pool}`} }, other: { servers: [b] } }`,
        )
      ).pools[0] as ApiPool
    ).routes;

  it("stand longest path first, exact before prefix", async () => {
    const routes = await routesOf(
      "{ path: / }, { path: /a/ }, { path: /a/, match: exact }, { path: /longer }, { path: /a/b/c }",
    );
    expect(routes.map(({ path, match }) => `${path} ${match}`)).toEqual([
      "/longer prefix",
      "/a/b/c prefix",
      "/a/ exact",
      "/a/ prefix",
      "/ prefix",
    ]);
  });

  it("of a pool that names none are all paths", async () => {
    const pool = (await read("apis: { web: { servers: [a], balance: first } }")).pools[0] as ApiPool;
    expect(pool.routes).toHaveLength(1);
    expect(pool.routes[0]).toMatchObject({
      path: "/",
      match: "prefix",
      pool: "web",
      methods: null,
      rewrite: null,
      websocket: false,
      balance: { algorithm: "first" },
    });
  });

  it("take from their pool what they do not say, and replace what they say whole", async () => {
    const [own, taken] = await routesOf(
      "{ path: /own, pool: other, methods: [GET], rewrite: /x, balance: random, affinity: none, retries: { attempts: 5 }, rateLimit: { requests: 1, per: 2s } }, { path: / }",
      "balance: first, affinity: ip, retries: { attempts: 4, methods: all }, rateLimit: { requests: 9, per: 1s, burst: 3 }",
    );
    expect(own).toMatchObject({
      pool: "other",
      methods: ["GET"],
      rewrite: "/x",
      balance: { algorithm: "random" },
      affinity: null,
      retries: { attempts: 5, methods: "idempotent" },
      rateLimit: { requests: 1, per: 2 * SECOND, burst: 0 },
    });
    expect(taken).toMatchObject({
      pool: "web",
      methods: null,
      rewrite: null,
      balance: { algorithm: "first" },
      affinity: { by: { type: "ip" } },
      retries: { attempts: 4, methods: "all" },
      rateLimit: { requests: 9, per: SECOND, burst: 3 },
    });
  });

  it("merge headers key by key, whatever the case of their names", async () => {
    const [route] = await routesOf(
      "{ path: /, headers: { request: { x-a: route }, response: { X-R: null } } }",
      "headers: { request: { X-A: pool, X-B: pool }, response: { X-S: pool } }",
    );
    const pairs = (list: ApiPool["headers"]["request"]): unknown => list.map(({ name, value }) => [name, value]);
    expect(pairs(route!.headers.request)).toEqual([
      ["X-B", "pool"],
      ["x-a", "route"],
    ]);
    expect(pairs(route!.headers.response)).toEqual([
      ["X-S", "pool"],
      ["X-R", null],
    ]);
  });
});

test("a split names its groups, with a range for several servers", async () => {
  const { split } = (
    await read(
      'apis: { web: { servers: ["a-{1..3}"], split: { key: "cookie:S", groups: [{ name: x, weight: 9, servers: ["a-{1..2}"] }, { name: y, weight: 1, servers: [a-3] }] } } }',
    )
  ).pools[0] as ApiPool;
  expect(split!.key).toEqual({ type: "cookie", name: "S" });
  expect(split!.groups.map(({ name, weight, servers }) => [name, weight, servers])).toEqual([
    ["x", 9, ["a-1", "a-2"]],
    ["y", 1, ["a-3"]],
  ]);
});

describe("what stands before a listener", () => {
  const TEXT = `behind: { proxies: [10.0.0.0/8], by: "header:X-Real-IP" }
apis:
  web: { servers: [a], listeners: { http: 80, https: { port: 443, tls: t, behind: { proxies: ["fd00::/8"], by: proxy_protocol } } } }
tls: { t: { bundle: /t.pem } }
`;
  it("is said for all, or at one", async () => {
    const fleet = await read(TEXT);
    const [http, https] = fleet.pools[0]!.listeners;
    expect(fleet.behind).toMatchObject({ proxies: ["10.0.0.0/8"], by: { type: "header", name: "X-Real-IP" } });
    expect(http!.behind).toMatchObject({ proxies: ["10.0.0.0/8"], by: { type: "header", name: "X-Real-IP" } });
    expect(https!.behind).toMatchObject({ proxies: ["fd00::/8"], by: { type: "proxy_protocol" } });
    expect(placeOf(http!.behind!, "by")).toBe("3:38");
  });
});

describe("a listener's address", () => {
  test.each<[string, string | null, boolean]>([
    ["", null, true],
    ['"*"', null, true],
    ['"::"', null, true],
    ['"[::]"', null, true],
    ["0.0.0.0", "0.0.0.0", true],
    ["127.0.0.1", "127.0.0.1", false],
    ["10.1.2.3", "10.1.2.3", false],
    ["172.31.0.1", "172.31.0.1", false],
    ["172.32.0.1", "172.32.0.1", true],
    ["192.168.1.1", "192.168.1.1", false],
    ["169.254.1.1", "169.254.1.1", false],
    ["203.0.113.1", "203.0.113.1", true],
    ['"::1"', "::1", false],
    ['"[fd00::1]"', "fd00::1", false],
    ['"fe80::1"', "fe80::1", false],
    ['"2001:db8::1"', "2001:db8::1", true],
  ])("%s is %j, public: %j", async (address, expected, isPublic) => {
    const { pools } = await read(
      `services: { s: { servers: [a:1], listeners: { x: { port: 5${address && `, address: ${address}`} } } } }`,
    );
    expect(pools[0]!.listeners[0]).toMatchObject({ port: 5, address: expected, public: isPublic });
  });
});
