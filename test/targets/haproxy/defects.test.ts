import type http from "node:http";
import net from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, configOf, echo, haproxy, type Running, section, start, until } from "./program.js";

/**
 * What is wrong with the HAProxy files that people copy, defect by defect. The fleet is that of those files: three
 * brokers with MQTT over TCP and WebSocket, three web servers of weights 3, 2 and 1 of which the last is a backup, and a
 * statistics page.
 */
const FLEET = `
brokers:
  mqtt:
    software: other
    keepalive: 60s
    listeners: { mqtt: 1883, websocket: 9001 }
    servers: ["mosquitto-{1..3}"]
apis:
  web:
    listeners: { http: { port: 80, redirect: https }, https: { port: 443, tls: site } }
    servers:
      - { host: 192.168.1.10, name: web1, port: 8080, weight: 3 }
      - { host: 192.168.1.11, name: web2, port: 8080, weight: 2 }
      - { host: 192.168.1.12, name: web3, port: 8080, backup: true }
tls: { site: { bundle: /etc/ssl/site.pem } }
resolver: { servers: [127.0.0.11] }
targets: { haproxy: { stats: {}, socket: /run/haproxy/admin.sock } }
`;

describe("the copied defects do not come back", () => {
  let config: string;
  beforeAll(async () => {
    config = await configOf(FLEET);
  });
  const lines = (head: string): string[] => section(config, head);

  test("the process stays in the foreground, so that a container lives and its log is seen", () => {
    expect(config).not.toMatch(/^\s*daemon/m);
    expect(config).toContain("# run in the foreground: haproxy -W -db -f haproxy.cfg");
  });

  test("what is logged has somewhere to go: every section logs as the process does", () => {
    expect(lines("global")).toContain("log stdout format raw local0 info");
    expect(lines("defaults")).toContain("log global");
    expect(lines("frontend http_80")).toContain("option httplog");
    expect(lines("frontend mqtt.mqtt")).toContain("option tcplog");
  });

  test("no root, user or folder is needed that a machine may lack", () => {
    expect(config).not.toMatch(/^\s*(chroot|user|group) /m);
  });

  test("a broker's check speaks MQTT and waits for the answer", () => {
    expect(lines("backend mqtt").filter((line) => /tcp-check/.test(line))).toEqual([
      "option tcp-check",
      "tcp-check send-binary 100c00044d5154540402000a0000",
      "tcp-check expect binary 20020000",
      "tcp-check send-binary e000",
    ]);
  });

  test("a WebSocket listener's servers are asked for a WebSocket, and are not of the plain port", () => {
    const backend = lines("backend mqtt.websocket");
    expect(backend).toContain("http-check expect status 101");
    expect(backend).toContain("server mosquitto-1 mosquitto-1:9001 resolvers dns");
  });

  test("an idle client is kept for 1.5 times its keep-alive on both sides, and in a WebSocket", () => {
    const derived = "90s  # 1.5 x the 60s keep-alive";
    expect(lines("frontend mqtt.mqtt")).toContain(`timeout client ${derived}`);
    expect(lines("backend mqtt")).toContain(`timeout server ${derived}`);
    expect(lines("backend mqtt.websocket")).toContain(`timeout tunnel ${derived}`);
  });

  test("the statistics page listens on loopback and changes nothing; the socket is its owner's alone", () => {
    expect(lines("frontend stats")).toContain("bind 127.0.0.1:8404");
    expect(config).not.toMatch(/stats admin/);
    expect(lines("global")).toContain("stats socket /run/haproxy/admin.sock mode 600 level admin");
  });

  test("a name that is not known yet does not stop the start, and is asked for again", () => {
    expect(lines("defaults")).toContain("default-server init-addr last,libc,none");
    expect(lines("resolvers dns")).toContain("nameserver dns1 127.0.0.11:53");
    expect(lines("backend mqtt")).toContain("server mosquitto-1 mosquitto-1:1883 resolvers dns");
  });

  test("a redirect is permanent and names the port of https", () => {
    const redirect = lines("frontend http_80").find((line) => line.includes("code 301"));
    expect(redirect).toContain("https://%[req.hdr(Host),host_only]%[pathq] code 301");
  });

  test("half a request is not waited for as long as a client may be idle", () => {
    expect(lines("defaults")).toContain("timeout http-request    10s");
  });

  test("the servers are told the client's address and protocol, whatever the client says", () => {
    const frontend = lines("frontend https_443");
    expect(frontend).toContain("http-request set-header X-Forwarded-For %[src]");
    expect(frontend).toContain("http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]");
  });

  test("a refused connection is tried on another server at once", () => {
    expect(lines("defaults")).toEqual(expect.arrayContaining(["retries 2", "option redispatch 1"]));
  });

  test("old TLS is not spoken", () => {
    expect(lines("global").join("\n")).toContain("ssl-min-ver TLSv1.2");
  });

  test("every time-out and every balance is written: defaults differ between versions", () => {
    const timers = lines("defaults").map((line) => /^timeout (\S+)/.exec(line)?.[1]);
    for (const name of ["connect", "client", "server", "queue", "http-request", "http-keep-alive", "client-fin"])
      expect(timers).toContain(name);
    for (const head of ["backend mqtt", "backend mqtt.websocket", "backend web"])
      expect(lines(head).filter((line) => line.startsWith("balance "))).toHaveLength(1);
  });

  test("nothing is written that a newer version warns about or has retired", () => {
    const retired =
      /^\s*(master-worker|dispatch|option transparent|nbproc|option accept-invalid|program|reqadd|block)\b/m;
    expect(config).not.toMatch(retired);
    expect(config).not.toMatch(/httpchk \S+ \S+ HTTP/);
    expect(config.endsWith("\n")).toBe(true);
    const heads = config.match(/^(?:frontend|backend) .*/gm)!;
    expect(new Set(heads).size).toBe(heads.length);
    const newer = /\b(hash-key|guid|hash-preserve-affinity|init-state|strict-maxconn|balance sticky|force-be-switch)\b/;
    expect(config).not.toMatch(newer);
  });
});

/** The same manner of file on loopback, its times shortened. */
const LIVE = `
health:
  mqtt: { check: mqtt, interval: 200ms, timeout: 300ms, rise: 1, fall: 1 }
  h: { check: http, path: /up, interval: 200ms, timeout: 300ms, rise: 1, fall: 2 }
apis:
  web:
    health: h
    listeners: { http: 26080 }
    servers: [{ name: a, host: 127.0.0.1, port: 26181 }, { name: b, host: 127.0.0.1, port: 26182 }]
brokers:
  mqtt:
    health: mqtt
    listeners: { mqtt: 26001 }
    servers: [{ name: mute, host: 127.0.0.1, port: 26191 }, { name: nobody, host: nobody.invalid }]
targets: { haproxy: { maxConnections: 500, stats: { port: 26404 }, health: { port: 26405 } } }
`;

describe.skipIf(!haproxy)("... nor what they do when they run", () => {
  let running: Running;
  let mute: net.Server;
  let healthy: http.Server;
  beforeAll(async () => {
    mute = net.createServer((socket) => socket.on("error", () => undefined)).listen(26191, "127.0.0.1");
    healthy = await echo(26181, "a");
    running = await start(await configOf(LIVE), 26080);
  });
  afterAll(async () => {
    await running?.stop();
    mute?.close();
    healthy?.close();
  });

  const row = async (backend: string, server: string): Promise<string | undefined> =>
    (await ask(26404, "/stats;csv")).body.split("\n").find((line) => line.startsWith(`${backend},${server},`));

  test("an unknown name is one server less, not one HAProxy less", async () => {
    expect(await row("mqtt", "nobody")).toContain(",MAINT (resolution),");
  });

  test("a broker that accepts and says nothing is taken out", async () => {
    await until(async () => /,DOWN,/.test((await row("mqtt", "mute"))!));
    expect(await row("mqtt", "mute")).toContain(",L7TOUT,");
  });

  test("a dead server costs no client an error, neither before its checks fail nor after", async () => {
    for (let index = 0; index < 6; index += 1) expect((await ask(26080, "/")).status).toBe(200);
    await until(async () => /,DOWN,/.test((await row("web", "b"))!));
    expect((await ask(26080, "/")).status).toBe(200);
  });

  test("nobody changes a server's state by the statistics page", async () => {
    await until(async () => /,UP,/.test((await row("web", "a"))!));
    const { headers } = await ask(26404, "/stats", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "s=a&action=maint&b=web",
    });
    expect(String(headers.location)).not.toContain("st=DONE");
    expect(await row("web", "a")).toContain(",UP,");
  });
});
