import { Agent } from "node:http";
import { afterEach, expect, test } from "vitest";
import { ask, handshake, listed, serversOf, tally, webServer, webServers } from "./harness/http.js";
import { freePort, stopAll, suite, until } from "./harness/programs.js";
import { BALANCERS, balanced } from "./harness/rendered.js";
import { apis, pool } from "./harness/topology.js";

for (const balancer of BALANCERS)
  suite(`HTTP through ${balancer}`, [balancer], () => {
    afterEach(stopAll);

    test("the longest path wins, an exact one before a prefix, and what no route takes is 404", async () => {
      const [root, api, exact] = await webServers("root", "api", "exact");
      const port = await freePort();
      const routes =
        "routes: [{ path: /shop/ }, { path: /shop/api/, pool: api }, { path: /shop/api/version, match: exact, pool: exact }]";
      const lb = await balanced(
        balancer,
        apis(
          pool("shop", port, listed([root!]), [routes]),
          pool("api", null, listed([api!])),
          pool("exact", null, listed([exact!])),
        ),
      );
      const to = async (path: string): Promise<string | number> => {
        const { status, server } = await ask({ port, path });
        return server || status;
      };
      expect(await to("/shop/")).toBe("root");
      expect(await to("/shop/apis")).toBe("root");
      expect(await to("/shop/api/x?y=1")).toBe("api");
      expect(await to("/shop/api/version")).toBe("exact");
      expect(await to("/shop/api/version?full=1")).toBe("exact");
      expect(await to("/shop/api/version/2")).toBe("api");
      expect(await to("/")).toBe(404);
      expect(await to("/shopping")).toBe(404);
      expect(await to("/lb-health")).toBe(404); // the balancer's own health is not for strangers
      expect((await ask({ port: lb.health, path: "/lb-health" })).status).toBe(200);
      expect([root!.requests.length, api!.requests.length, exact!.requests.length]).toEqual([2, 2, 2]);
    });

    test("pools of one port are told apart by host name, and an unknown name is 404", async () => {
      const [a, b] = await webServers("a", "b");
      const port = await freePort();
      await balanced(
        balancer,
        apis(
          pool("a", port, listed([a!]), ["hostnames: [a.example.com]"]),
          pool("b", port, listed([b!]), ['hostnames: [b.example.com, "*.b.example.com"]']),
        ),
      );
      expect((await ask({ port, host: "a.example.com" })).server).toBe("a");
      expect((await ask({ port, host: `A.EXAMPLE.com:${port}` })).server).toBe("a");
      expect((await ask({ port, host: "b.example.com" })).server).toBe("b");
      expect((await ask({ port, host: "x.b.example.com" })).server).toBe("b");
      for (const host of ["other.example.com", "xa.example.com", "127.0.0.1"])
        expect((await ask({ port, host })).status).toBe(404);
    });

    test("methods that a route does not have get 405", async () => {
      const [a] = await webServers("a");
      const port = await freePort();
      await balanced(balancer, apis(pool("shop", port, listed([a!]), ["routes: [{ path: /, methods: [GET, PUT] }]"])));
      expect((await ask({ port })).status).toBe(200);
      expect((await ask({ port, method: "PUT", body: "x" })).status).toBe(200);
      expect((await ask({ port, method: "POST", body: "x" })).status).toBe(405);
      expect((await ask({ port, method: "DELETE" })).status).toBe(405);
      expect(a!.requests.map(({ method }) => method)).toEqual(["GET", "PUT"]);
    });

    test("a route's path is rewritten at the server, the query is kept", async () => {
      const [a] = await webServers("a");
      const port = await freePort();
      await balanced(
        balancer,
        apis(
          pool("shop", port, listed([a!]), [
            "routes: [{ path: /old/, rewrite: /new/v1/ }, { path: /one, match: exact, rewrite: /two }]",
          ]),
        ),
      );
      await ask({ port, path: "/old/a/b?c=/old/" });
      await ask({ port, path: "/old/%20x" });
      await ask({ port, path: "/one?z=1" });
      expect(a!.requests.map(({ url }) => url)).toEqual(["/new/v1/a/b?c=/old/", "/new/v1/%20x", "/two?z=1"]);
    });

    test("what a client says of itself in forwarded headers is overwritten", async () => {
      const [a] = await webServers("a");
      const port = await freePort();
      await balanced(balancer, apis(pool("shop", port, listed([a!]))));
      await ask({
        ...{ port, from: "127.0.0.9", host: "shop.example.com" },
        headers: {
          "x-forwarded-for": "6.6.6.6",
          "x-forwarded-proto": "https",
          "x-forwarded-host": "evil.example.com",
          "x-real-ip": "6.6.6.6",
          forwarded: "for=6.6.6.6",
        },
      });
      const { headers } = a!.requests[0]!;
      expect(headers["x-forwarded-for"]).toBe("127.0.0.9");
      expect(headers["x-forwarded-proto"]).toBe("http");
      expect(headers["x-forwarded-host"]).toBe("shop.example.com");
      expect(headers.host).toBe("shop.example.com");
      expect(JSON.stringify(headers)).not.toContain("6.6.6.6");
    });

    test("a trusted proxy's header brings the client's address, a stranger's does not", async () => {
      const [a] = await webServers("a");
      const port = await freePort();
      const behind = 'behind: { proxies: [127.0.0.7/32, 203.0.113.0/24], by: "header:X-Forwarded-For" }';
      const listener = `listeners: { http: { port: ${port}, address: 127.0.0.1, ${behind} } }`;
      await balanced(balancer, apis(pool("shop", port, listed([a!]), [listener])));
      const seen = async (from: string, header: string): Promise<string> => {
        await ask({ port, from, headers: { "x-forwarded-for": header, "x-forwarded-proto": "https" } });
        const { headers } = a!.requests.at(-1)!;
        return `${headers["x-forwarded-for"]} ${headers["x-forwarded-proto"]}`;
      };
      expect(await seen("127.0.0.7", "198.51.100.5")).toBe("198.51.100.5 https");
      expect(await seen("127.0.0.7", "6.6.6.6, 198.51.100.5")).toBe("198.51.100.5 https");
      expect(await seen("127.0.0.7", "6.6.6.6, 198.51.100.5, 203.0.113.4")).toBe("198.51.100.5 https");
      expect(await seen("127.0.0.8", "6.6.6.6")).toBe("127.0.0.8 http");
    });

    test("the PROXY protocol of a trusted proxy brings the client's address, a stranger's does not", async () => {
      const [a] = await webServers("a");
      const port = await freePort();
      const listener = `listeners: { http: { port: ${port}, address: 127.0.0.1, behind: { proxies: [127.0.0.7/32], by: proxy_protocol } } }`;
      await balanced(balancer, apis(pool("shop", port, listed([a!]), [listener])));
      const before = `PROXY TCP4 198.51.100.5 127.0.0.1 5555 ${port}\r\n`;
      expect((await ask({ port, from: "127.0.0.7", before })).status).toBe(200);
      expect(a!.requests.at(-1)!.headers["x-forwarded-for"]).toBe("198.51.100.5");
      const stranger = await ask({ port, from: "127.0.0.8", before });
      if (stranger.status === 200) expect(a!.requests.at(-1)!.headers["x-forwarded-for"]).toBe("127.0.0.8");
      else expect(stranger.status).toBe(400);
    });

    test("headers are set and removed on the way in and out", async () => {
      const [a] = await webServers("a");
      a!.says["x-powered-by"] = "secret";
      a!.says["x-frame-options"] = "ALLOW";
      const port = await freePort();
      const headers =
        "headers: { request: { X-Team: 'blue \"$host\" %[src] {sky};', X-Debug: null }, response: { X-Frame-Options: DENY, X-Powered-By: null } }";
      await balanced(balancer, apis(pool("shop", port, listed([a!]), [headers])));
      const answer = await ask({ port, headers: { "x-debug": "1", "x-team": "red", "x-own": "kept" } });
      const seen = a!.requests[0]!.headers;
      expect(seen["x-team"]).toBe('blue "$host" %[src] {sky};');
      expect(seen["x-debug"]).toBeUndefined();
      expect(seen["x-own"]).toBe("kept");
      expect(answer.headers["x-frame-options"]).toBe("DENY");
      expect(answer.headers["x-powered-by"]).toBeUndefined();
    });

    test("only those on the list of a listener may ask", async () => {
      const [a] = await webServers("a");
      const port = await freePort();
      const listener = `listeners: { http: { port: ${port}, address: 127.0.0.1, allow: [127.0.0.1/32, 127.0.4.0/24] } }`;
      await balanced(balancer, apis(pool("shop", port, listed([a!]), [listener])));
      expect((await ask({ port })).status).toBe(200);
      expect((await ask({ port, from: "127.0.4.77" })).status).toBe(200);
      expect([403, 0]).toContain((await ask({ port, from: "127.0.5.1" })).status); // told so, or not even let in
      expect(a!.requests.length).toBe(2);
    });

    test("WebSocket routes are sticky by address, answer plain requests with 426, and stay open beyond the read time-out", async () => {
      const servers = await webServers("a", "b", "c");
      const port = await freePort();
      await balanced(
        balancer,
        apis(
          pool("shop", port, listed(servers), [
            "timeouts: { read: 500ms }",
            "routes: [{ path: /api/ }, { path: /ws/, websocket: true, affinity: ip, timeouts: { read: 30s } }]",
          ]),
        ),
      );
      const first = await handshake({ port, path: "/ws/first" });
      const opened = performance.now();
      expect(first.status).toBe(101);
      for (let time = 0; time < 4; time += 1) expect((await ask({ port, path: "/ws/" })).status).toBe(426);
      const reached = new Set<string>();
      for (let client = 1; client <= 30; client += 1) {
        const from = `127.0.${client}.1`;
        const { status, server } = await handshake({ port, path: "/ws/", from });
        expect(status).toBe(101);
        expect((await handshake({ port, path: "/ws/", from })).server).toBe(server);
        reached.add(server);
      }
      expect(reached.size).toBe(3);
      expect(tally(await serversOf(9, { port, path: "/api/" }))).toEqual({ a: 3, b: 3, c: 3 });
      await until("twice the read time-out of other routes is over", () => performance.now() - opened > 1000);
      first.socket!.write("are you there?");
      const echo = await new Promise((resolve) =>
        first.socket!.once("data", (data) => resolve(`${data}`)).once("close", () => resolve("closed")),
      );
      expect(echo).toBe("are you there?");
    });

    test("a silent server ends in 504 after the read time-out, and a route has its own", async () => {
      const [a] = await webServers("a");
      a!.delay = 700;
      const port = await freePort();
      await balanced(
        balancer,
        apis(
          pool("shop", port, listed([a!]), [
            "timeouts: { read: 300ms }",
            "retries: { attempts: 1 }",
            "routes: [{ path: / }, { path: /slow/, timeouts: { read: 5s } }]",
          ]),
        ),
      );
      const start = performance.now();
      expect((await ask({ port })).status).toBe(504);
      expect(performance.now() - start).toBeLessThan(650);
      expect((await ask({ port, path: "/slow/" })).status).toBe(200);
    });

    test("connections to the servers are kept open and used again, and the balancer closes idle ones first", async () => {
      const servers = await webServers("a", "b", "c");
      const port = await freePort();
      await balanced(
        balancer,
        apis(
          pool("shop", port, listed(servers), [
            "health: asleep",
            "idleConnections: { count: 8, timeout: 1s, serverTimeout: 5s }",
          ]),
        ),
      );
      const before = servers.map(({ connections }) => connections); // checks have their own
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      expect(tally(await serversOf(30, { port, agent }))).toEqual({ a: 10, b: 10, c: 10 });
      const made = servers.map(({ connections }, index) => connections - before[index]!);
      for (const count of made) expect(count).toBeLessThanOrEqual(2); // one, and maybe a first check
      await until("idle connections are closed", () => servers.every(({ open }) => open === 0), 6000);
      agent.destroy();
    });
  });

suite("HTTP to many", ["nginx", "haproxy"], () => {
  afterEach(stopAll);

  test("both balancers carry one topology side by side", async () => {
    const a = await webServer("a");
    const ports = { nginx: await freePort(), haproxy: await freePort() };
    for (const balancer of BALANCERS) await balanced(balancer, apis(pool("shop", ports[balancer], listed([a]))));
    for (const balancer of BALANCERS) expect((await ask({ port: ports[balancer] })).server).toBe("a");
  });
});
