import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../../../src/support/program.js";
import { THROW_AWAY_CERTIFICATE, THROW_AWAY_KEY } from "../../../src/targets/throwaway.js";
import { ask, configOf, haproxy, type Running, start, until } from "./program.js";

const mosquitto = findProgram("mosquitto");

const LIVE = `
health:
  login: { check: mqtt, username: lb check, password: "\${SECRET}", interval: 200ms, timeout: 2s, rise: 1, fall: 1 }
  refused: { check: mqtt, username: lb check, password: wrong, interval: 200ms, timeout: 2s, rise: 1, fall: 1 }
  alive: { check: mqtt, username: lb check, password: wrong, accept: [0, 5], interval: 200ms, timeout: 2s, rise: 1, fall: 1 }
  secret: { check: mqtt, username: lb check, password: "\${SECRET}", tls: true, interval: 200ms, timeout: 2s, rise: 1, fall: 1 }
  mute: { check: tcp, interval: 10s }
  several: { checks: [{ check: tcp }, { check: mqtt, username: lb check, password: "\${SECRET}" }], interval: 200ms, timeout: 2s, rise: 1, fall: 1 }
brokers:
  login: { health: login, listeners: { mqtt: 25001, websocket: 25002 }, servers: [&b { host: 127.0.0.1, ports: { mqtt: 25881, websocket: 25882, mqtts: 25883 } }] }
  refused: { health: refused, listeners: { mqtt: 25003 }, servers: [*b] }
  alive: { health: alive, listeners: { mqtt: 25004 }, servers: [*b] }
  secret: { health: secret, listeners: { mqtt: 25005, mqtts: { port: 25006, tls: passthrough } }, servers: [*b] }
  several: { health: several, listeners: { mqtt: 25007 }, servers: [*b] }
  known:
    health: mute
    affinity: client_id
    timeouts: { idle: 1s }
    keepalive: 500ms
    listeners: { mqtt: 25010 }
    servers: &two [{ name: a, host: 127.0.0.1, port: 25891 }, { name: b, host: 127.0.0.1, port: 25892 }]
  hashed: { health: mute, balance: { algorithm: consistent_hash, key: client_id }, listeners: { mqtt: 25011 }, servers: *two }
targets: { haproxy: { maxConnections: 1000, stats: { port: 25404 }, health: { port: 25405 } } }
`;

/** A CONNECT of MQTT 3.1.1 with a clean session. */
function connectPacket(id: string, will = ""): Buffer {
  const field = (text: string): Buffer =>
    Buffer.concat([Buffer.from([text.length >> 8, text.length & 255]), Buffer.from(text)]);
  const fields = will === "" ? [field(id)] : [field(id), field("will"), field(will)];
  const rest = Buffer.concat([Buffer.from([0, 4, 77, 81, 84, 84, 4, will === "" ? 2 : 6, 0, 60]), ...fields]);
  const length: number[] = [];
  for (let left = rest.length; left > 0; left >>= 7) length.push((left & 127) | (left > 127 ? 128 : 0));
  return Buffer.concat([Buffer.from([0x10, ...length]), rest]);
}

/** What comes back for some bytes until the other side closes or something arrives. */
function exchange(port: number, bytes: Buffer | string): Promise<{ socket: net.Socket; answer: Buffer }> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => void socket.write(bytes));
    socket.once("data", (answer) => resolve({ socket, answer }));
    socket.once("close", () => resolve({ socket, answer: Buffer.alloc(0) }));
    socket.on("error", () => undefined);
  });
}

/** A stand-in that accepts every CONNECT, and says its name behind CONNACK. */
async function standIn(port: number, name: string): Promise<net.Server> {
  const server = net.createServer((socket) => {
    socket.once("data", () => socket.write(Buffer.concat([Buffer.from([0x20, 2, 0, 0]), Buffer.from(name)])));
    socket.on("error", () => undefined);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

describe.skipIf(!haproxy || !mosquitto)("MQTT through the real HAProxy", () => {
  const dir = mkdtempSync(join(tmpdir(), "lbctl-mqtt-"));
  let broker: ChildProcess;
  let running: Running;
  let config: string;
  const standIns: net.Server[] = [];

  beforeAll(async () => {
    const file = (name: string, text: string): string => {
      writeFileSync(join(dir, name), text, { mode: 0o644 });
      return join(dir, name);
    };
    const users = file("users", "lb check:s3cr'et\"$x\n");
    const hashing = spawn(findProgram("mosquitto_passwd")!, ["-U", users]);
    await once(hashing, "exit");
    const certificate = file("pair.pem", THROW_AWAY_CERTIFICATE + THROW_AWAY_KEY);
    const lines = [
      "user root",
      "listener 25881 127.0.0.1",
      "allow_anonymous false",
      `password_file ${users}`,
      "listener 25882",
      "socket_domain ipv4",
      "protocol websockets",
      "listener 25883 127.0.0.1",
      `certfile ${certificate}`,
      `keyfile ${certificate}`,
      "log_type error",
    ];
    broker = spawn(mosquitto!, ["-c", file("mosquitto.conf", `${lines.join("\n")}\n`)], { stdio: "ignore" });
    standIns.push(await standIn(25891, "a"), await standIn(25892, "b"));
    await until(async () => (await exchange(25881, connectPacket("x"))).answer.length > 0);
    config = await configOf(LIVE, { SECRET: "s3cr'et\"$x" });
    running = await start(config, 25001);
  });
  afterAll(async () => {
    await running?.stop();
    broker?.kill("SIGKILL");
    for (const server of standIns) server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** `UP L7OK`, as HAProxy's statistics say. */
  const stateOf = async (backend: string): Promise<string> => {
    const { body } = await ask(25404, "/stats;csv");
    const [head, ...rows] = body
      .replace(/^# /, "")
      .split("\n")
      .map((line) => line.split(","));
    const row = rows.find(([proxy, server]) => proxy === backend && server !== "BACKEND" && server !== "FRONTEND")!;
    return `${row[head!.indexOf("status")]} ${row[head!.indexOf("check_status")]}`;
  };
  const becomes = (backend: string, state: string) => until(async () => (await stateOf(backend)) === state);

  test("a broker that lets the check log in is up: plain, over TLS, passed through, by WebSocket, after another check", async () => {
    for (const backend of ["login", "secret", "secret.mqtts", "several"]) await becomes(backend, "UP L7OK");
    await becomes("login.websocket", "UP L7OK");
  });

  test("a refused login is down, unless its code counts as alive", async () => {
    await becomes("refused", "DOWN L7RSP");
    await becomes("alive", "UP L7OK");
  });

  test("a client's first packet may be 60 kB long; what is not MQTT never reaches a broker", async () => {
    const long = await exchange(25010, connectPacket("long", "w".repeat(60_000)));
    expect([...long.answer.subarray(0, 4)]).toEqual([0x20, 2, 0, 0]);
    long.socket.destroy();
    expect((await exchange(25010, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")).answer).toHaveLength(0);
  });

  test.each([
    ["a stick table", 25010],
    ["a hash", 25011],
  ])("a client identifier comes back to its broker: %s", async (_what, port) => {
    const brokerOf = async (id: string): Promise<string> => {
      const { socket, answer } = await exchange(port, connectPacket(id));
      socket.destroy();
      return answer.subarray(4).toString();
    };
    const seen = new Set<string>();
    for (let client = 0; client < 12; client += 1) {
      const first = await brokerOf(`client-${client}`);
      seen.add(first);
      for (let again = 0; again < 3; again += 1) expect(await brokerOf(`client-${client}`)).toBe(first);
    }
    expect([...seen].toSorted()).toEqual(["a", "b"]);
  });

  test("a client that is silent for its idle time-out is closed then, not before", async () => {
    const { socket } = await exchange(25010, connectPacket("idle"));
    const begin = performance.now();
    await once(socket, "close");
    const seconds = (performance.now() - begin) / 1000;
    expect(seconds).toBeGreaterThan(0.9);
    expect(seconds).toBeLessThan(2);
  });

  test("a plain GET on the WebSocket port gets 426, another path 404", async () => {
    expect((await ask(25002, "/mqtt")).status).toBe(426);
    expect((await ask(25002, "/")).status).toBe(404);
  });
});
