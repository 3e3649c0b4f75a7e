import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Server } from "node:http";
import { connect, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, echo, NGINX, runRendered } from "./running.js";

const TOPOLOGY = `
version: 1
name: live
tls: { t: { certificate: /etc/ssl/t.pem, key: /etc/ssl/t.key } }
apis:
  shop:
    hostnames: [shop.test]
    listeners: { http: 21080 }
    headers:
      request: { X-Own: 'a "b" \\ $c é', Authorization: null }
      response: { X-Added: 'p$q', X-Powered-By: null }
    servers: ["127.0.0.31:21801"]
    routes:
      - { path: /api/ }
      - { path: /old/, rewrite: /new/ }
      - { path: /one, match: exact, rewrite: /two }
      - { path: /caf%C3%A9/ }
      - { path: /read, methods: [GET, HEAD] }
      - { path: /ws/, websocket: true }
      - { path: /halves/, pool: halves, rewrite: /h/ }
      - { path: /few/, rateLimit: { requests: 60, per: 1m, burst: 2 } }
  halves:
    balance: round_robin
    split: { key: "cookie:ab-test", groups: [{ name: a, weight: 3, servers: [a] }, { name: b, weight: 1, servers: [b] }] }
    servers: [{ host: 127.0.0.32, port: 21801, name: a }, { host: 127.0.0.33, port: 21801, name: b }]
  sticky:
    listeners: { http: { port: 21081, behind: { proxies: [127.0.0.1/32], by: "header:X-Forwarded-For" } } }
    balance: { algorithm: consistent_hash, key: "cookie:cart-id" }
    servers: ["127.0.0.{32..33}:21801"]
  moved:
    hostnames: [moved.test]
    listeners: { http: { port: 21082, redirect: https }, https: { port: 21443, tls: t } }
    servers: ["127.0.0.31:21801"]
    routes: [{ path: / }, { path: /.well-known/acme-challenge/ }]
health: { edge: { check: http, path: /up, port: 21082 } }
regions: { here: { addresses: [203.0.113.1], health: edge } }
geo: { moved: { hostname: moved.test, default: here } }
services:
  wrapped: { protocol: tcp, proxyProtocol: v1, listeners: { main: 21600 }, servers: ["127.0.0.34:21802"] }
  datagrams: { protocol: udp, affinity: ip, listeners: { main: 21601 }, servers: ["127.0.0.{35..36}:21803"] }
targets: { nginx: { health: { port: 21405 }, logs: { access: false } } }
`;

const shop = (path: string, more: Parameters<typeof ask>[2] = {}) =>
  ask(21080, path, { ...more, headers: { Host: "shop.test", ...more.headers } });

/** A UDP server that answers each datagram with its own address. */
async function mirror(address: string): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (_, { port, address: from }) => socket.send(address, port, from));
  socket.bind(21803, address);
  await once(socket, "listening");
  return socket;
}

describe.skipIf(!NGINX)("the rendered file, running", () => {
  let servers: Server[] = [];
  let nginx: Awaited<ReturnType<typeof runRendered>>;
  beforeAll(async () => {
    servers = await Promise.all([
      echo("127.0.0.31", 21801, { "X-Powered-By": "echo", "X-Added": "server's" }),
      echo("127.0.0.32", 21801),
      echo("127.0.0.33", 21801),
    ]);
    nginx = await runRendered(TOPOLOGY);
  });
  afterAll(async () => {
    await nginx?.stop();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  it("answers 404 to host names that no pool has", async () => {
    expect((await ask(21080, "/api/", { headers: { Host: "other.test" } })).status).toBe(404);
    expect((await shop("/api/")).status).toBe(200);
  });

  it("takes the longest path, and 404 where no route does; no slash is added", async () => {
    expect((await shop("/api/x?y=1")).seen?.url).toBe("/api/x?y=1");
    expect((await shop("/api")).status).toBe(404);
    expect((await shop("/caf%C3%A9/x")).status).toBe(200);
    expect((await shop("/onex")).status).toBe(404);
  });

  it("rewrites what the route's path becomes and keeps the rest", async () => {
    expect((await shop("/old/a%20b?c=d")).seen?.url).toBe("/new/a%20b?c=d");
    expect((await shop("/one?c=d")).seen?.url).toBe("/two?c=d");
    expect((await shop("/halves/a%20b?c=d")).seen?.url).toBe("/h/a%20b?c=d");
  });

  it("refuses other methods with 405 and names those it takes", async () => {
    expect((await shop("/read")).status).toBe(200);
    const refused = await shop("/read", { method: "DELETE" });
    expect([refused.status, refused.headers.allow]).toEqual([405, "GET, HEAD"]);
  });

  it("answers 426 to plain requests on a WebSocket route", async () => {
    const refused = await shop("/ws/");
    expect([refused.status, refused.headers.upgrade]).toEqual([426, "websocket"]);
    const passed = await shop("/ws/", { headers: { Upgrade: "websocket", Connection: "Upgrade" } });
    expect(passed.seen?.headers).toMatchObject({ upgrade: "websocket", connection: "upgrade" });
  });

  it("overwrites what a client claims of itself", async () => {
    const claims = {
      "X-Forwarded-For": "6.6.6.6",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "bank",
      Forwarded: "for=6.6.6.6",
      "X-Real-IP": "6.6.6.6",
    };
    const { headers } = (await shop("/api/", { headers: claims })).seen!;
    expect(headers).toMatchObject({
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "shop.test",
      "x-real-ip": "127.0.0.1",
      host: "shop.test",
    });
    expect(headers.forwarded).toBeUndefined();
  });

  it("writes the topology's headers byte for byte", async () => {
    const { seen, headers } = await shop("/api/", { headers: { Authorization: "secret" } });
    expect(Buffer.from(String(seen?.headers["x-own"]), "latin1").toString("utf8")).toBe('a "b" \\ $c é');
    expect(seen?.headers.authorization).toBeUndefined();
    expect(headers["x-added"]).toBe("p$q");
    expect(headers["x-powered-by"]).toBeUndefined();
  });

  it("refuses what exceeds rate and burst, with 429", async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 6; count += 1) statuses.push((await shop("/few/")).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429]);
  });

  it("splits clients by cookie, three to one", async () => {
    const groups = new Map<string, number>();
    for (let client = 0; client < 200; client += 1) {
      const headers = { Cookie: `x=1; ab-test=client-${client}` };
      const first = (await shop("/halves/", { headers })).seen!.server;
      if (client < 10) expect((await shop("/halves/", { headers })).seen!.server).toBe(first);
      groups.set(first, (groups.get(first) ?? 0) + 1);
    }
    expect(groups.get("127.0.0.32")).toBeGreaterThan(130); // 150 of 200 are expected
    expect(groups.get("127.0.0.32")).toBeLessThan(170);
  });

  it("keeps a client of one cookie at one server", async () => {
    const used = new Set<string>();
    for (let client = 0; client < 20; client += 1) {
      const headers = { Cookie: `cart-id=${client}` };
      const first = (await ask(21081, "/", { headers })).seen!.server;
      used.add(first);
      expect((await ask(21081, "/", { headers })).seen!.server).toBe(first);
    }
    expect(used.size).toBe(2);
  });

  it("believes forwarded headers of the named proxies alone", async () => {
    const claims = {
      "X-Forwarded-For": "198.51.100.7",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "shop.example",
    };
    const trusted = (await ask(21081, "/", { headers: claims })).seen!.headers;
    expect(trusted).toMatchObject({
      "x-forwarded-for": "198.51.100.7",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "shop.example",
    });
    const stranger = (await ask(21081, "/", { headers: claims, localAddress: "127.0.0.9" })).seen!.headers;
    expect(stranger).toMatchObject({
      "x-forwarded-for": "127.0.0.9",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "127.0.0.1",
    });
  });

  it("sends the PROXY protocol where servers expect it", async () => {
    const first = new Promise<string>((resolve) => {
      const server = createServer((socket) =>
        socket.once("data", (data) => {
          socket.destroy();
          server.close();
          resolve(String(data));
        }),
      );
      server.listen(21802, "127.0.0.34");
    });
    const socket = connect({ host: "127.0.0.1", port: 21600, localAddress: "127.0.0.8" }, () => socket.write("hello"));
    socket.on("error", () => undefined);
    expect(await first).toMatch(/^PROXY TCP4 127\.0\.0\.8 127\.0\.0\.1 \d+ 21600\r\n/);
    socket.destroy();
  });

  it("passes datagrams on, one client's to one server, and their answers back", async () => {
    const servers = await Promise.all(["127.0.0.35", "127.0.0.36"].map(mirror));
    const client = createSocket("udp4");
    const answers: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      client.send("x", 21601, "127.0.0.1");
      answers.push(String((await once(client, "message"))[0]));
    }
    expect(new Set(answers).size).toBe(1);
    for (const socket of [client, ...servers]) socket.close();
  });

  it("redirects with the https port: 301, and 308 where a body may follow", async () => {
    const headers = { Host: "moved.test" };
    const got = await ask(21082, "/a?b=c", { headers });
    expect([got.status, got.headers.location]).toEqual([301, "https://moved.test:21443/a?b=c"]);
    const posted = await ask(21082, "/a", { method: "POST", headers });
    expect([posted.status, posted.headers.location]).toEqual([308, "https://moved.test:21443/a"]);
    expect((await ask(21082, "/.well-known/acme-challenge/t", { headers })).status).toBe(200);
    expect((await ask(21082, "/up", { headers })).seen?.url).toBe("/up");
  });
});
