import { afterEach, expect, test } from "vitest";
import { ask, listed, serversOf, tally, webServers } from "./harness/http.js";
import { freePort, stopAll, suite, until } from "./harness/programs.js";
import { BALANCERS, balanced } from "./harness/rendered.js";
import { closing } from "./harness/tcp.js";
import { apis, pool } from "./harness/topology.js";

for (const balancer of BALANCERS)
  suite(`failures behind ${balancer}`, [balancer], () => {
    afterEach(stopAll);

    test("retries hide a server that answers 503, and one that refuses", async () => {
      const servers = await webServers("a", "b", "c");
      const port = await freePort();
      const retries = "retries: { attempts: 3, when: [connect, 503] }";
      await balanced(balancer, apis(pool("shop", port, listed(servers), ["health: asleep", retries])));
      servers[0]!.status = 503;
      for (let time = 0; time < 12; time += 1) expect((await ask({ port })).status).toBe(200);
      expect(servers[0]!.requests.length).toBeGreaterThanOrEqual(3); // it was asked, nobody noticed
      servers[0]!.status = 200;
      await servers[1]!.stop();
      for (let time = 0; time < 12; time += 1) expect((await ask({ port })).status).toBe(200);
    });

    test("without a status among the causes, the server's own 503 is passed on", async () => {
      const [a, b] = await webServers("a", "b");
      const port = await freePort();
      const retries = "retries: { attempts: 3, when: [connect] }";
      await balanced(balancer, apis(pool("shop", port, listed([a!, b!]), ["health: asleep", retries])));
      a!.status = 503;
      b!.status = 503;
      expect((await ask({ port })).status).toBe(503);
      expect(a!.requests.length + b!.requests.length).toBe(1);
    });

    test("as many tries as asked for, the first included", async () => {
      const servers = await webServers("a", "b", "c", "d");
      const port = await freePort();
      const retries = "retries: { attempts: 3, when: [503] }";
      await balanced(balancer, apis(pool("shop", port, listed(servers), ["health: asleep", retries])));
      for (const server of servers) server.status = 503;
      expect((await ask({ port })).status).toBe(503);
      expect(servers.reduce((sum, { requests }) => sum + requests.length, 0)).toBe(3);
    });

    test("a PUT is repeated, a POST is not", async () => {
      const servers = await webServers("a", "b");
      const port = await freePort();
      const retries = "retries: { attempts: 2, when: [connect, 503] }";
      await balanced(balancer, apis(pool("shop", port, listed(servers), ["health: asleep", retries])));
      for (const server of servers) server.status = 503;
      expect((await ask({ port, method: "POST", body: "order=1" })).status).toBe(503);
      const all = (): string[] => servers.flatMap(({ requests }) => requests.map(({ method }) => method));
      expect(all()).toEqual(["POST"]);
      await ask({ port, method: "PUT", body: "order=1" });
      expect(tally(all())).toEqual({ POST: 1, PUT: 2 });
    });

    test("a POST is repeated where the topology says `methods: all`", async () => {
      const servers = await webServers("a", "b");
      const port = await freePort();
      const retries = "retries: { attempts: 2, when: [connect, 503], methods: all }";
      await balanced(balancer, apis(pool("shop", port, listed(servers), ["health: asleep", retries])));
      for (const server of servers) server.status = 503;
      expect((await ask({ port, method: "POST", body: "order=1" })).status).toBe(503);
      expect(servers.map(({ requests }) => requests.length)).toEqual([1, 1]);
    });

    test("a POST whose connection was refused goes to another server", async () => {
      const servers = await webServers("a", "b");
      const port = await freePort();
      await balanced(balancer, apis(pool("shop", port, listed(servers), ["health: asleep"])));
      await servers[0]!.stop();
      for (let time = 0; time < 4; time += 1) {
        const { status, server } = await ask({ port, method: "POST", body: "order=1" });
        expect([status, server]).toEqual([200, "b"]);
      }
    });

    test("the backup serves only while the others are down", async () => {
      const servers = await webServers("a", "b", "spare");
      const [a, b, spare] = servers;
      const port = await freePort();
      await balanced(balancer, apis(pool("shop", port, listed(servers, { spare: "backup: true" }))));
      expect(tally(await serversOf(20, { port }))).toEqual({ a: 10, b: 10 });
      await a!.stop();
      expect(tally(await serversOf(20, { port }))).toEqual({ b: 20 });
      await b!.stop();
      await until("the backup serves", async () => (await ask({ port })).server === "spare");
      expect(tally(await serversOf(20, { port }))).toEqual({ spare: 20 });
      await a!.start();
      await until("the first is back", async () => (await ask({ port })).server === "a");
      const used = spare!.requests.length;
      expect(tally(await serversOf(20, { port }))).toEqual({ a: 20 });
      expect(spare!.requests.length).toBe(used);
    });

    test("a server in drain or maintenance gets nothing new", async () => {
      const servers = await webServers("a", "b", "c");
      const port = await freePort();
      const states = { b: "state: drain", c: "state: maintenance" };
      await balanced(balancer, apis(pool("shop", port, listed(servers, states))));
      expect(tally(await serversOf(12, { port }))).toEqual({ a: 12 });
    });

    test("a circuit breaker takes a failing server out, and lets it back in", async () => {
      const bad = await closing("bad");
      const [good] = await webServers("good");
      const port = await freePort();
      const breaker = "circuitBreaker: { failures: 3, window: 10s, open: 2s, halfOpen: 1 }";
      const keys = [
        "health: port",
        "retries: { attempts: 1 }",
        "idleConnections: { count: 0, timeout: 1s, serverTimeout: 5s }",
        breaker,
      ];
      await balanced(balancer, apis(pool("shop", port, listed([bad, good!]), keys)));
      await until("the breaker opens", async () => (await ask({ port })) && bad.asked >= 3);
      const opened = performance.now(); // HAProxy: back after two checks, a second apart
      expect(tally(await serversOf(30, { port }))).toEqual({ good: 30 });
      expect(bad.asked).toBe(3);
      await until("a trial", async () => (await ask({ port })) && bad.asked > 3);
      expect(performance.now() - opened).toBeGreaterThan(900);
    });

    test("all servers down is 502 or 503 at once, and over when one is back", async () => {
      const servers = await webServers("a", "b");
      const port = await freePort();
      await balanced(balancer, apis(pool("shop", port, listed(servers))));
      for (const server of servers) await server.stop();
      await until("nobody serves", async () => [502, 503].includes((await ask({ port })).status));
      const start = performance.now();
      expect([502, 503]).toContain((await ask({ port })).status);
      expect(performance.now() - start).toBeLessThan(3000);
      await servers[1]!.start();
      await until("one is back", async () => (await ask({ port })).server === "b");
    });
  });

suite("checks by haproxy alone", ["haproxy"], () => {
  afterEach(stopAll);

  test("a server whose check fails goes down after `fall` checks though it still serves, and comes back after `rise`", async () => {
    const [a, b] = await webServers("a", "b");
    const port = await freePort();
    const lb = await balanced("haproxy", apis(pool("shop", port, listed([a!, b!]))));
    const state = async (): Promise<string> => (await lb.states("shop")).a!;
    await until("two checks have passed", async () => a!.checks >= 2 && (await state()) === "UP");
    a!.health = 500;
    const failed = a!.checks;
    await until("a is down", async () => (await state()).startsWith("DOWN"), 3000);
    expect(a!.checks - failed).toBe(2);
    expect(tally(await serversOf(6, { port }))).toEqual({ b: 6 });
    a!.health = 204;
    const passed = a!.checks;
    await until("a is up", async () => (await state()) === "UP", 3000);
    expect(a!.checks - passed).toBe(2);
    expect(tally(await serversOf(6, { port }))).toEqual({ a: 3, b: 3 });
  });

  test("a drained server keeps those who have its cookie", async () => {
    const servers = await webServers("a", "b");
    const port = await freePort();
    const lb = await balanced("haproxy", apis(pool("shop", port, listed(servers), ["affinity: { cookie: LB }"])));
    const cookieOf = async (name: string): Promise<string> =>
      until(`a cookie of ${name}`, async () => {
        const { server, headers } = await ask({ port });
        return server === name && `${headers["set-cookie"]}`.split(";")[0]!;
      });
    const cookie = await cookieOf("a");
    await lb.tell("set server shop/a state drain");
    expect(tally(await serversOf(6, { port }))).toEqual({ b: 6 });
    expect(tally(await serversOf(6, { port, headers: { cookie } }))).toEqual({ a: 6 });
    await lb.tell("set server shop/a state maint");
    expect(tally(await serversOf(6, { port, headers: { cookie } }))).toEqual({ b: 6 });
  });
});
