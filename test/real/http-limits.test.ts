import { afterEach, expect, test } from "vitest";
import { type Answer, ask, listed, tally, webServers } from "./harness/http.js";
import { freePort, stopAll, suite, until } from "./harness/programs.js";
import { BALANCERS, balanced } from "./harness/rendered.js";
import { apis, pool } from "./harness/topology.js";

/** Several requests at the same time. */
const atOnce = (count: number, port: number, from?: string, path?: string): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, () => ask({ port, from, path })));

const statuses = (answers: readonly Answer[]): Record<string, number> => tally(answers.map(({ status }) => status));

for (const balancer of BALANCERS)
  suite(`limits of ${balancer}`, [balancer], () => {
    afterEach(stopAll);

    test("a body above the limit is 413, one below passes", async () => {
      const [a] = await webServers("a");
      const port = await freePort();
      await balanced(balancer, apis(pool("shop", port, listed([a!]), ["limits: { bodySize: 2k }"])));
      expect((await ask({ port, method: "POST", body: "x".repeat(2048) })).status).toBe(200);
      expect((await ask({ port, method: "POST", body: "x".repeat(2049) })).status).toBe(413);
      expect(a!.requests.length).toBe(1);
    });

    test("the limit of 1 MB stands where the topology says none", async () => {
      const [a] = await webServers("a");
      const port = await freePort();
      await balanced(balancer, apis(pool("shop", port, listed([a!]))));
      expect((await ask({ port, method: "POST", body: "x".repeat(1024 * 1024) })).status).toBe(200);
      expect((await ask({ port, method: "POST", body: "x".repeat(1024 * 1024 + 1) })).status).toBe(413);
    });

    test("a rate limit with a status of its own counts each address, and a route has its own", async () => {
      const [a] = await webServers("a");
      const port = await freePort();
      const limit = "rateLimit: { requests: 60, per: 1m, burst: 3, status: 420 }";
      const routes = "routes: [{ path: /free/, rateLimit: { requests: 6000, per: 1m, burst: 50 } }, { path: / }]";
      await balanced(balancer, apis(pool("shop", port, listed([a!]), [limit, routes])));
      const passed = balancer === "nginx" ? 4 : 60; // a bucket that holds one and the burst; a sliding minute
      expect(statuses(await atOnce(passed + 5, port, "127.0.0.1"))).toEqual({ 200: passed, 420: 5 });
      expect(statuses(await atOnce(4, port, "127.0.0.2"))).toEqual({ 200: 4 });
      expect(statuses(await atOnce(20, port, "127.0.0.1", "/free/"))).toEqual({ 200: 20 });
    });

    test("a server never has more than its maxConnections", async () => {
      const servers = await webServers("a", "b");
      const port = await freePort();
      const limits = { a: "maxConnections: 1", b: "maxConnections: 2" };
      const keys = [
        "health: never",
        "timeouts: { queue: 5s }",
        "idleConnections: { count: 0, timeout: 1s, serverTimeout: 5s }",
      ];
      await balanced(balancer, apis(pool("shop", port, listed(servers, limits), keys)));
      for (const server of servers) server.delay = 150;
      const answers = await atOnce(9, port);
      expect(servers.map(({ busiest }) => busiest)).toEqual([1, 2]);
      // HAProxy lets the others wait; nginx has no queue: they are refused
      if (balancer === "haproxy") expect(statuses(answers)).toEqual({ 200: 9 });
      else expect(statuses(answers)).toEqual({ 200: 3, 502: 6 });
    });

    test("a pool's connections beyond its limit are refused, or wait", async () => {
      const servers = await webServers("a", "b");
      const port = await freePort();
      await balanced(balancer, apis(pool("shop", port, listed(servers), ["limits: { connections: 3 }"])));
      for (const server of servers) server.delay = 150;
      const answers = await atOnce(8, port);
      expect(servers.reduce((sum, { requests }) => sum + requests.length, 0)).toBe(statuses(answers)[200]);
      expect(statuses(answers)[200]).toBe(3);
      for (const { status } of answers) expect([200, 429, 503]).toContain(status);
      expect((await ask({ port })).status).toBe(200);
    });
  });

suite("rates of nginx", ["nginx"], () => {
  afterEach(stopAll);

  test("past its burst a client gets 429, and a second later as much as the rate gives back", async () => {
    const [a] = await webServers("a");
    const port = await freePort();
    await balanced("nginx", apis(pool("shop", port, listed([a!]), ["rateLimit: { requests: 2, per: 1s, burst: 5 }"])));
    expect(statuses(await atOnce(10, port))).toEqual({ 200: 6, 429: 4 });
    await until("half a second gives one back", async () => (await ask({ port })).status === 200, 1500);
    expect((await ask({ port })).status).toBe(429);
  });
});

suite("rates and queues of haproxy", ["haproxy"], () => {
  afterEach(stopAll);

  test("past its count a client gets 429 with Retry-After, and is served again when the window has passed", async () => {
    const [a] = await webServers("a");
    const port = await freePort();
    await balanced(
      "haproxy",
      apis(pool("shop", port, listed([a!]), ["rateLimit: { requests: 5, per: 2s, burst: 1 }"])),
    );
    const answers = await atOnce(9, port);
    expect(statuses(answers)).toEqual({ 200: 5, 429: 4 });
    expect(answers.find(({ status }) => status === 429)!.headers["retry-after"]).toBe("2");
    await until("the window has passed", async () => (await ask({ port })).status === 200, 5000);
  });

  test("who waits longer than the queue's time-out gets 503", async () => {
    const [a] = await webServers("a");
    const port = await freePort();
    const keys = ["health: never", "timeouts: { queue: 200ms }"];
    await balanced("haproxy", apis(pool("shop", port, listed([a!], { a: "maxConnections: 1" }), keys)));
    a!.delay = 600;
    const first = ask({ port });
    await until("the server is busy", () => a!.busy === 1);
    const start = performance.now();
    expect((await ask({ port })).status).toBe(503);
    expect(performance.now() - start).toBeGreaterThan(190);
    expect(performance.now() - start).toBeLessThan(450);
    expect((await first).status).toBe(200);
  });

  test("connections of one address beyond their rate are closed, others are not", async () => {
    const [a] = await webServers("a");
    const port = await freePort();
    const limits = "limits: { connectionRate: { requests: 3, per: 10s, key: client_ip } }";
    await balanced("haproxy", apis(pool("shop", port, listed([a!]), [limits])));
    const results: number[] = [];
    for (let time = 0; time < 5; time += 1) results.push((await ask({ port, from: "127.0.0.5" })).status);
    expect(results.map((status) => status === 200)).toEqual([true, true, true, false, false]);
    expect((await ask({ port, from: "127.0.0.6" })).status).toBe(200);
  });
});
