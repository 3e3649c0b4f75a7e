import { afterEach, expect, test } from "vitest";
import { type Answer, ask, listed, serversOf, tally, webServers } from "./harness/http.js";
import { freePort, stopAll, suite, until } from "./harness/programs.js";
import { BALANCERS, balanced } from "./harness/rendered.js";
import { apis, pool } from "./harness/topology.js";

for (const balancer of BALANCERS)
  suite(`balancing through ${balancer}`, [balancer], () => {
    afterEach(stopAll);

    test("weights 3, 2, 1 give exactly 3:2:1 over 60 requests", async () => {
      const servers = await webServers("a", "b", "c");
      const port = await freePort();
      const weights = { a: "weight: 3", b: "weight: 2", c: "weight: 1" };
      await balanced(balancer, apis(pool("shop", port, listed(servers, weights), ["balance: round_robin"])));
      expect(tally(await serversOf(60, { port }))).toEqual({ a: 30, b: 20, c: 10 });
    });

    test("the least connections win: a busy server gets none", async () => {
      const servers = await webServers("a", "b", "c");
      const port = await freePort();
      await balanced(balancer, apis(pool("shop", port, listed(servers), ["balance: least_connections"])));
      for (const server of servers) server.delay = 8000;
      const busy = (): typeof servers => servers.filter(({ requests }) => requests.length > 0);
      for (const count of [1, 2]) {
        void ask({ port }); // one after the other: two that come in the same moment may meet at one server
        await until(`${count} are busy`, () => busy().length === count);
      }
      const idle = servers.find((server) => !busy().includes(server))!;
      idle.delay = 0;
      expect(tally(await serversOf(10, { port }))).toEqual({ [idle.name]: 10 });
    });

    test("one address stays with one server by ip affinity, and addresses spread", async () => {
      const servers = await webServers("a", "b", "c");
      const port = await freePort();
      await balanced(balancer, apis(pool("shop", port, listed(servers), ["affinity: ip"])));
      const reached = new Set<string>();
      for (let client = 1; client <= 30; client += 1) {
        const from = `127.0.${client}.1`;
        const [server, ...later] = await serversOf(4, { port, from });
        expect(later).toEqual([server, server, server]);
        reached.add(server!);
      }
      expect(reached.size).toBe(3);
    });

    test("consistent hashing keeps a key's server when another one goes", async () => {
      const servers = await webServers("a", "b", "c");
      const port = await freePort();
      const keys = Array.from({ length: 60 }, (_, index) => `/object/${index}`);
      const hash = ["balance: { algorithm: consistent_hash, key: uri }", "retries: { attempts: 3, when: [connect] }"];
      await balanced(balancer, apis(pool("shop", port, listed(servers), hash)));
      const all = async (): Promise<string[]> => {
        const found: string[] = [];
        for (const path of keys) found.push((await ask({ port, path })).server);
        return found;
      };
      const before = await all();
      expect(await all()).toEqual(before);
      expect(new Set(before).size).toBe(3);
      await servers[1]!.stop();
      const after = await all();
      for (const [index, server] of before.entries()) {
        if (server === "b") expect(["a", "c"]).toContain(after[index]);
        else expect(after[index]).toBe(server);
      }
    });

    test("a split sends a tenth of 1,000 clients to the canary, whatever the groups' sizes, and keeps each in its group", async () => {
      const servers = await webServers("s1", "s2", "s3", "canary");
      const port = await freePort();
      const split =
        "split: { key: client_ip, groups: [{ name: stable, weight: 90, servers: [s1, s2, s3] }, { name: next, weight: 10, servers: [canary] }] }";
      await balanced(balancer, apis(pool("shop", port, listed(servers), [split])));
      const clients = Array.from(
        { length: 1000 },
        (_, index) => `127.${1 + Math.floor(index / 250)}.7.${1 + (index % 250)}`,
      );
      const groupOf = ({ server }: Answer): string =>
        server === "canary" ? "next" : server === "" ? "none" : "stable";
      const groups: string[] = [];
      for (const from of clients) groups.push(groupOf(await ask({ port, from })));
      const { next = 0, none = 0 } = tally(groups);
      expect(none).toBe(0);
      expect(next).toBeGreaterThan(60); // 100 expected; four standard deviations are 38
      expect(next).toBeLessThan(140);
      for (let client = 0; client < 1000; client += 20)
        expect(groupOf(await ask({ port, from: clients[client]! }))).toBe(groups[client]);
    });

    test("a split by cookie keeps a client in its group wherever it comes from", async () => {
      const servers = await webServers("stable", "canary");
      const port = await freePort();
      const split =
        "split: { key: cookie:user, groups: [{ name: old, weight: 1, servers: [stable] }, { name: new, weight: 1, servers: [canary] }] }";
      await balanced(balancer, apis(pool("shop", port, listed(servers), [split])));
      const reached = new Set<string>();
      for (let user = 0; user < 40; user += 1) {
        const headers = { cookie: `theme=dark; user=u${user}` };
        const { server } = await ask({ port, headers });
        expect((await ask({ port, headers, from: `127.0.9.${user + 1}` })).server).toBe(server);
        reached.add(server);
      }
      expect(reached.size).toBe(2);
    });
  });

suite("balancing through haproxy alone", ["haproxy"], () => {
  afterEach(stopAll);

  test("a cookie brings a client back to its server, and one that names nobody is replaced", async () => {
    const servers = await webServers("a", "b", "c");
    const port = await freePort();
    await balanced("haproxy", apis(pool("shop", port, listed(servers), ["affinity: { cookie: LB }"])));
    const { server, headers } = await ask({ port });
    const cookie = `${headers["set-cookie"]}`.split(";")[0]!;
    expect(cookie).toMatch(/^LB=./);
    expect(`${headers["set-cookie"]}`.toLowerCase()).toContain("httponly");
    expect(tally(await serversOf(10, { port, headers: { cookie } }))).toEqual({ [server]: 10 });
    expect((await ask({ port, headers: { cookie } })).headers["set-cookie"]).toBeUndefined();
    expect((await ask({ port, headers: { cookie: "LB=nobody" } })).headers["set-cookie"]).toBeDefined();
    expect(servers.flatMap(({ requests }) => requests).every((seen) => !seen.headers.cookie?.includes("LB=a"))).toBe(
      true,
    );
  });
});
