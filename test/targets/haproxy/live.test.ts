import type http from "node:http";
import net from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { argument, literal, word } from "../../../src/syntax/haproxy/quote.js";
import { ask, configOf, echo, haproxy, type Running, start, until } from "./program.js";

const LIVE = `
health: { quick: { check: tcp, interval: 200ms, timeout: 200ms, rise: 1, fall: 1 } }
defaults: { health: quick }
apis:
  main:
    hostnames: [main.test]
    listeners: { http: 24080 }
    limits: { bodySize: 1k }
    headers: { request: { X-Edge: '50% "x"', X-Empty: "", X-Gone: null }, response: { X-Powered: null, X-Out: yes } }
    servers: ["127.0.0.1:24181"]
    routes:
      - { path: / }
      - { path: /old/, rewrite: /new/ }
      - { path: /exact, match: exact, rewrite: /other }
      - { path: /get/, methods: [GET] }
      - { path: /ws/, websocket: true }
      - { path: /limited/, rateLimit: { requests: 5, per: 10s } }
      - { path: /teapot/, rateLimit: { requests: 1, per: 10s, status: 418, key: "header:X-Key" } }
  ab:
    hostnames: [ab.test]
    listeners: { http: 24080 }
    split: { key: "cookie:uid", groups: [{ name: a, weight: 3, servers: [one] }, { name: b, weight: 1, servers: [two] }] }
    servers: [{ name: one, host: 127.0.0.1, port: 24181 }, { name: two, host: 127.0.0.1, port: 24182 }]
  retried:
    hostnames: [retried.test]
    listeners: { http: 24080 }
    retries: { attempts: 3, when: [connect, 503], methods: idempotent }
    servers: [{ name: bad, host: 127.0.0.1, port: 24183 }, { name: good, host: 127.0.0.1, port: 24181 }]
  narrow:
    hostnames: [narrow.test]
    listeners: { http: 24080 }
    limits: { connections: 2 }
    servers: ["127.0.0.1:24184"]
  queued:
    hostnames: [queued.test]
    listeners: { http: 24080 }
    limits: { queue: 1 }
    servers: [{ host: 127.0.0.1, port: 24184, maxConnections: 1 }]
  moved:
    listeners:
      http: { port: 24081, redirect: https }
      https: { port: 24443, tls: pair }
    routes: [{ path: /.well-known/acme-challenge/ }, { path: / }]
    servers: ["127.0.0.1:24181"]
  behind:
    listeners: { http: { port: 24082, behind: { proxies: [127.0.0.1], by: "header:X-Forwarded-For" }, allow: [192.0.2.0/24] } }
    balance: ip_hash
    servers: [{ name: one, host: 127.0.0.1, port: 24181 }, { name: two, host: 127.0.0.1, port: 24182 }]
  announced:
    listeners: { http: { port: 24083, behind: { proxies: [127.0.0.2], by: proxy_protocol } } }
    servers: ["127.0.0.1:24181"]
  slow:
    listeners: { http: 24084 }
    limits: { connectionRate: { requests: 3, per: 10s } }
    servers: ["127.0.0.1:24181"]
  wild: { hostnames: ["*.wild.test"], listeners: { http: 24085 }, servers: ["127.0.0.1:24181"] }
  deep: { hostnames: ["*.deep.wild.test"], listeners: { http: 24085 }, servers: ["127.0.0.1:24182"] }
  exact: { hostnames: [a.wild.test], listeners: { http: 24085 }, servers: ["127.0.0.1:24182"] }
  rest: { listeners: { http: { port: 24085, allow: [192.0.2.1] } }, servers: ["127.0.0.1:24181"] }
tls: { pair: { bundle: BUNDLE } }
targets: { haproxy: { maxConnections: 1000, health: { port: 24005 } } }
`;

interface Echo {
  readonly name: string;
  readonly url: string;
  readonly headers: Record<string, string>;
}
const told = (body: string): Echo => JSON.parse(body) as Echo;

describe.skipIf(!haproxy)("what a rendered file makes the real HAProxy do", () => {
  let running: Running;
  const servers: http.Server[] = [];
  const held: http.ServerResponse[] = [];
  let posts = 0;

  beforeAll(async () => {
    const { THROW_AWAY_CERTIFICATE, THROW_AWAY_KEY } = await import("../../../src/targets/throwaway.js");
    const { mkdtempSync, writeFileSync } = await import("node:fs");
    const bundle = `${mkdtempSync("/tmp/lbctl-live-")}/pair.pem`;
    writeFileSync(bundle, THROW_AWAY_CERTIFICATE + THROW_AWAY_KEY);
    servers.push(
      await echo(24181, "one"),
      await echo(24182, "two"),
      await echo(24183, "bad", (request, response) => {
        if (request.method === "POST") posts += 1;
        response.statusCode = 503;
        response.end();
      }),
      await echo(24184, "holds", (_request, response) => void held.push(response)),
    );
    running = await start(await configOf(LIVE.replace("BUNDLE", bundle)), 24080);
  });
  afterAll(async () => {
    await running?.stop();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  const main = (path: string, options: Parameters<typeof ask>[2] = {}) =>
    ask(24080, path, { ...options, headers: { host: "main.test", ...options.headers } });

  test("the balancer's own health is answered on loopback, and nothing else there", async () => {
    expect((await ask(24005, "/lb-health")).status).toBe(200);
    expect((await ask(24005, "/else")).status).toBe(404);
  });

  test("host names choose the pool, with any port and case; an unknown one is nobody's", async () => {
    expect((await ask(24080, "/", { headers: { host: "MAIN.test:24080" } })).status).toBe(200);
    expect((await ask(24080, "/", { headers: { host: "other.test" } })).status).toBe(404);
  });

  test("the very name wins over a wildcard, the longer wildcard over a shorter; a pool's friends are its own", async () => {
    const as = (host: string) => ask(24085, "/", { headers: { host } });
    expect(told((await as("b.wild.test")).body).name).toBe("one");
    expect(told((await as("a.wild.test")).body).name).toBe("two");
    expect(told((await as("x.deep.wild.test")).body).name).toBe("two");
    expect((await as("other.test")).status).toBe(403);
  });

  test("a path is rewritten, the query stays", async () => {
    expect(told((await main("/old/a/b?c=d")).body).url).toBe("/new/a/b?c=d");
    expect(told((await main("/old/")).body).url).toBe("/new/");
    expect(told((await main("/exact?x=1")).body).url).toBe("/other?x=1");
    expect(told((await main("/exactly")).body).url).toBe("/exactly");
  });

  test("a method that a path does not have is refused, though a shorter path would take it", async () => {
    expect((await main("/get/")).status).toBe(200);
    expect((await main("/get/", { method: "POST" })).status).toBe(405);
  });

  test("headers are set with the very bytes, emptied and removed", async () => {
    const { body, headers } = await main("/", { headers: { "x-gone": "1", "x-empty": "full" } });
    expect(told(body).headers).toMatchObject({ "x-edge": '50% "x"', "x-empty": "" });
    expect(told(body).headers).not.toHaveProperty("x-gone");
    expect(headers["x-out"]).toBe("yes");
  });

  test("what a client says of its own address is overwritten", async () => {
    const { body } = await main("/", { headers: { "x-forwarded-for": "6.6.6.6", "x-forwarded-proto": "https" } });
    expect(told(body).headers).toMatchObject({
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "main.test",
    });
  });

  test("a plain request on a WebSocket route gets 426 and does not reach the server", async () => {
    const answer = await main("/ws/");
    expect([answer.status, answer.headers.upgrade]).toEqual([426, "websocket"]);
  });

  test("a body above the limit gets 413", async () => {
    expect((await main("/", { method: "POST", body: "x".repeat(1024) })).status).toBe(200);
    expect((await main("/", { method: "POST", body: "x".repeat(1025) })).status).toBe(413);
  });

  test("exactly the allowed requests pass in a window, the rest is told when to come back", async () => {
    const seen = [];
    for (let index = 0; index < 8; index += 1) seen.push(await main("/limited/"));
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    expect(seen[5]!.headers["retry-after"]).toBe("10");
    expect((await main("/limited/", { from: "127.0.0.9" })).status).toBe(200);
  });

  test("a rate for each value of a header, with a status of its own", async () => {
    const as = (key: string) => main("/teapot/", { headers: { "x-key": key } });
    expect([(await as("a")).status, (await as("a")).status, (await as("b")).status]).toEqual([200, 418, 200]);
  });

  test("groups share clients by their weights, and a client stays in its group", async () => {
    const group = async (uid: number): Promise<string> =>
      told((await ask(24080, "/", { headers: { host: "ab.test", cookie: `uid=${uid}` } })).body).name;
    const first = [];
    for (let uid = 0; uid < 400; uid += 1) first.push(await group(uid));
    const share = first.filter((name) => name === "one").length / first.length;
    expect(share).toBeGreaterThan(0.68); // 3 of 4; the standard deviation of 400 lots is 0.022
    expect(share).toBeLessThan(0.82);
    for (let uid = 0; uid < 20; uid += 1) expect(await group(uid)).toBe(first[uid]);
  });

  test("a status is tried again on another server, a POST never", async () => {
    const as = (method: string) => ask(24080, "/", { method, headers: { host: "retried.test" } });
    for (let index = 0; index < 4; index += 1) expect((await as("GET")).status).toBe(200);
    const statuses = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await as("POST")).status);
    expect(statuses.toSorted()).toEqual([200, 200, 503, 503]);
    expect(posts).toBe(2);
  });

  test("a pool takes as many requests at a time as it may, and refuses the next", async () => {
    const open = () => ask(24080, "/", { headers: { host: "narrow.test" } });
    held.length = 0;
    const two = [open(), open()];
    await until(() => held.length === 2);
    expect((await open()).status).toBe(503);
    for (const response of held.splice(0)) response.end();
    expect((await Promise.all(two)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test("no more than the allowed number waits for a server", async () => {
    const open = () => ask(24080, "/", { headers: { host: "queued.test" } });
    held.length = 0;
    const served = open();
    await until(() => held.length === 1);
    const waiting = open();
    await new Promise((resolve) => setTimeout(resolve, 100)); // until it stands in the queue: nothing shows that from outside
    expect((await open()).status).toBe(503);
    held.shift()!.end();
    await until(() => held.length === 1);
    held.shift()!.end();
    expect([(await served).status, (await waiting).status]).toEqual([200, 200]);
  });

  test("plain requests are sent to https with its port; the method survives; ACME is answered", async () => {
    const get = await ask(24081, "/a?b=c", { headers: { host: "x.test:24081" } });
    expect([get.status, get.headers.location]).toEqual([301, "https://x.test:24443/a?b=c"]);
    expect((await ask(24081, "/a", { method: "POST", headers: { host: "x.test" } })).status).toBe(308);
    expect((await ask(24081, "/.well-known/acme-challenge/t", { headers: { host: "x.test" } })).status).toBe(200);
  });

  test("a trusted proxy's header names the client, for the list of friends, the servers and the hash", async () => {
    const as = (client: string, from = "127.0.0.1") =>
      ask(24082, "/", { from, headers: { "x-forwarded-for": client } });
    expect((await as("198.51.100.7")).status).toBe(403);
    expect((await as("192.0.2.1", "127.0.0.2")).status).toBe(403); // a stranger's word counts for nothing
    const chain = await as("6.6.6.6, 192.0.2.9");
    expect(told(chain.body).headers["x-forwarded-for"]).toBe("192.0.2.9");
    const names = new Set<string>();
    for (let client = 1; client <= 20; client += 1) {
      const once = told((await as(`192.0.2.${client}`)).body).name;
      expect(told((await as(`192.0.2.${client}`)).body).name).toBe(once);
      names.add(once);
    }
    expect(names.size).toBe(2);
  });

  test("the PROXY protocol is expected of trusted proxies alone", async () => {
    const raw = (from: string, head: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = net.connect({ host: "127.0.0.1", port: 24083, localAddress: from });
        let text = "";
        socket.on("data", (chunk) => (text += chunk));
        socket.on("close", () => resolve(text));
        socket.on("error", reject);
        socket.write(`${head}GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      });
    const header = "PROXY TCP4 192.0.2.77 127.0.0.1 1234 80\r\n";
    expect(await raw("127.0.0.2", header)).toContain('"x-forwarded-for":"192.0.2.77"');
    expect(await raw("127.0.0.1", "")).toContain('"x-forwarded-for":"127.0.0.1"');
    expect(await raw("127.0.0.1", header)).toMatch(/^HTTP\/1.1 400/);
  });

  test("connections above the rate are closed", async () => {
    const results = [];
    for (let index = 0; index < 6; index += 1)
      results.push(
        await ask(24084, "/", { from: "127.0.0.5" }).then(
          ({ status }) => status,
          () => "closed",
        ),
      );
    expect(results).toEqual([200, 200, 200, "closed", "closed", "closed"]);
  });
});

test.skipIf(!haproxy)("any text in a log-format string or an argument comes out as itself", async () => {
  const unit = fc.constantFrom(..."abZ0 %\"'\\$#{}(),;:/é€|&`~!?=+-.<>^*@");
  const texts = fc.sample(fc.string({ unit, minLength: 1, maxLength: 14 }), { numRuns: 150, seed: 3 });
  const rule = (path: string, format: string): string =>
    `http-request return status 200 content-type text/plain lf-string ${word(`<${format}>`)} if { path ${path} }`;
  const rules = texts.flatMap((text, index) => [
    rule(`/literal/${index}`, literal(text)),
    rule(`/argument/${index}`, `%[str(${argument(text)})]`),
  ]);
  const frame =
    "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\nfrontend f\n bind 127.0.0.1:24099\n ";
  const running = await start(`${frame}${rules.join("\n ")}\n`, 24099);
  try {
    for (const [index, text] of texts.entries())
      for (const kind of ["literal", "argument"])
        expect((await ask(24099, `/${kind}/${index}`)).body).toBe(`<${text}>`);
  } finally {
    await running.stop();
  }
});
