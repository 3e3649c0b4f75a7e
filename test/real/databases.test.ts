import dgram from "node:dgram";
import type net from "node:net";
import { afterEach, expect, test } from "vitest";
import { listed, tally } from "./harness/http.js";
import { type Database, databaseAt, postgresFolder, postgresServers, standIn } from "./harness/postgres.js";
import { atEnd, freePort, stopAll, suite, until } from "./harness/programs.js";
import { BALANCERS, balanced } from "./harness/rendered.js";
import { exchange, nameAt, naming, open, tcpServer } from "./harness/tcp.js";

const bin = postgresFolder();
const what = bin ? "PostgreSQL" : "a stand-in for PostgreSQL";
const startAll = (primary: string, ...replicas: string[]): Promise<Database[]> =>
  bin ? postgresServers(bin, primary, replicas) : Promise.all([primary, ...replicas].map(standIn));

/** What answers to several connections, one after another. */
async function answers(times: number, ask: () => Promise<string>): Promise<Record<string, number>> {
  const names: string[] = [];
  for (let time = 0; time < times; time += 1) names.push(await ask());
  return tally(names);
}

const databases = (write: number, read: number, servers: readonly Database[], more = ""): string => {
  const [primary, ...replicas] = servers.map(({ name, port }) => `{ name: ${name}, host: 127.0.0.1, port: ${port} }`);
  return `
version: 1
name: real
health: { database: { check: postgres, user: postgres, interval: 200ms, timeout: 2s, rise: 2, fall: 2, passive: { failures: 1, window: 1s, out: 1s } } }
databases:
  main:
    software: postgres
    primary: ${primary}
    replicas: [${replicas.join(", ")}]
    balance: round_robin
    health: database
    listeners: { write: { port: ${write}, address: 127.0.0.1 }, read: { port: ${read}, address: 127.0.0.1 } }
${more}`;
};

for (const balancer of BALANCERS)
  suite(`databases through ${balancer} (${what})`, [balancer], () => {
    afterEach(stopAll);

    test("writes go to the primary, reads to the replicas, and to the primary only when all replicas are down", async () => {
      const servers = await startAll("primary", "replica-1", "replica-2");
      const [write, read] = [await freePort(), await freePort()];
      await balanced(balancer, databases(write, read, servers));
      expect(await answers(6, () => databaseAt(write))).toEqual({ primary: 6 });
      expect(await answers(6, () => databaseAt(read))).toEqual({ "replica-1": 3, "replica-2": 3 });
      await servers[1]!.stop();
      await until("the other replica serves", async () => (await databaseAt(read)) === "replica-2");
      expect(await answers(6, () => databaseAt(read))).toEqual({ "replica-2": 6 });
      await servers[2]!.stop();
      await until("the primary serves", async () => (await databaseAt(read)) === "primary");
      expect(await answers(6, () => databaseAt(read))).toEqual({ primary: 6 });
    });

    test("without fallback nobody reads when all replicas are down, and writes never go to a replica", async () => {
      const servers = await Promise.all(["primary", "replica"].map(standIn));
      const [write, read] = [await freePort(), await freePort()];
      await balanced(balancer, databases(write, read, servers, "    readFallback: none\n"));
      await servers[1]!.stop();
      await until("no reads", async () => (await databaseAt(read)) === "");
      expect(await answers(4, () => databaseAt(read))).toEqual({ "": 4 });
      await servers[0]!.stop();
      expect(await answers(4, () => databaseAt(write))).toEqual({ "": 4 });
    });
  });

const service = (port: number, servers: string, more = ""): string => `
version: 1
name: real
health: { port: { check: tcp, interval: 200ms, timeout: 2s, rise: 2, fall: 2 } }
services:
  echo:
    protocol: tcp
    health: port
    balance: round_robin
    listeners: { main: { port: ${port}, address: 127.0.0.1 } }
    servers: ${servers}
${more}`;

for (const balancer of BALANCERS)
  suite(`services through ${balancer}`, [balancer], () => {
    afterEach(stopAll);

    test("TCP connections are spread by weight and carry bytes both ways", async () => {
      const servers = [await naming("a"), await naming("b")];
      const port = await freePort();
      await balanced(balancer, service(port, listed(servers, { a: "weight: 2", b: "weight: 1" })));
      expect(await answers(12, () => nameAt(port))).toEqual({ a: 8, b: 4 });
      const big = "0123456789".repeat(50_000);
      const back = await exchange(port, big, (got) => got.length >= big.length + 2);
      expect(back.slice(2)).toBe(big);
    });

    test("a connection without a byte is closed after the idle time-out", async () => {
      const servers = [await naming("a")];
      const port = await freePort();
      await balanced(balancer, service(port, listed(servers), "    timeouts: { idle: 1s }\n"));
      const start = performance.now();
      expect(await exchange(port, "hello")).toBe("a\nhello");
      expect(performance.now() - start).toBeGreaterThan(990);
      expect(performance.now() - start).toBeLessThan(2500);
    });

    test("the PROXY protocol comes from a trusted proxy and goes on to servers that want it", async () => {
      const line = /^PROXY TCP4 (\S+) \S+ \d+ \d+\r\n/;
      const knowing = await tcpServer("knowing", (socket) => {
        socket.once("data", (data) => socket.end(`${line.exec(`${data}`)?.[1] ?? "nobody"}\n`));
      });
      const [direct, behind] = [await freePort(), await freePort()];
      const servers = listed([knowing], { knowing: "proxyProtocol: v1" });
      await balanced(
        balancer,
        `${service(direct, servers)}  far:
    protocol: tcp
    health: port
    listeners: { main: { port: ${behind}, address: 127.0.0.1, behind: { proxies: [127.0.0.7/32], by: proxy_protocol } } }
    servers: ${servers}
`,
      );
      const hello = (port: number, from: string, before = ""): Promise<string> =>
        exchange(port, `${before}hello\n`, (got) => got.includes("\n"), from);
      expect(await hello(direct, "127.0.0.9")).toBe("127.0.0.9\n");
      expect(await hello(behind, "127.0.0.7", `PROXY TCP4 198.51.100.5 127.0.0.1 5555 ${behind}\r\n`)).toBe(
        "198.51.100.5\n",
      );
    });

    test("only those on the list of a listener may connect", async () => {
      const servers = [await naming("a")];
      const port = await freePort();
      const topology = service(port, listed(servers)).replace(
        "address: 127.0.0.1 }",
        "address: 127.0.0.1, allow: [127.0.3.0/24] }",
      );
      await balanced(balancer, topology);
      expect(await nameAt(port, "127.0.3.9")).toBe("a");
      expect(await nameAt(port, "127.0.4.9")).toBe("");
    });

    test("a pool's connections beyond its limit are not served", async () => {
      const servers = [await naming("a"), await naming("b")];
      const port = await freePort();
      await balanced(
        balancer,
        service(port, listed(servers), "    limits: { connections: 2 }\n    timeouts: { queue: 300ms }\n"),
      );
      const heard = (socket: net.Socket): Promise<string> =>
        new Promise((resolve) => socket.once("data", (data) => resolve(`${data}`)).once("close", () => resolve("")));
      const held = [open(port), open(port)];
      expect((await Promise.all(held.map(heard))).sort()).toEqual(["a\n", "b\n"]);
      expect(await nameAt(port)).toBe("");
      held[0]!.destroy();
      await until("there is room again", async () => (await nameAt(port)) !== "");
    });
  });

suite("sessions of services", ["haproxy"], () => {
  afterEach(stopAll);

  for (const onDown of ["close", "keep"] as const)
    test(`\`sessions.onDown: ${onDown}\`: what becomes of connections when the check of their server fails`, async () => {
      const server = await tcpServer("a", (socket) => void socket.pipe(socket));
      const check = await tcpServer("check", () => {});
      const port = await freePort();
      const topology = service(port, listed([server]), `    sessions: { onDown: ${onDown} }\n`).replace(
        "check: tcp,",
        `check: tcp, port: ${check.port},`,
      );
      const lb = await balanced("haproxy", topology);
      const session = open(port);
      const echoes = (): Promise<string> =>
        new Promise((resolve) => {
          if (session.closed) resolve("closed");
          session.once("data", (data) => resolve(`${data}`)).once("close", () => resolve("closed"));
          session.write("x");
        });
      expect(await echoes()).toBe("x");
      await check.stop();
      await until("the server is down", async () => (await lb.states("echo")).a!.startsWith("DOWN"));
      expect(await echoes()).toBe(onDown === "keep" ? "x" : "closed");
    });
});

suite("UDP through nginx", ["nginx"], () => {
  afterEach(stopAll);

  test("datagrams reach the servers in turn, and answers come back", async () => {
    const servers: { name: string; port: number }[] = [];
    for (const name of ["a", "b"]) {
      const socket = dgram.createSocket("udp4");
      const port = await freePort();
      socket.on("message", (text, { address, port: back }) => socket.send(`${name} ${text}`, back, address));
      await new Promise<void>((resolve) => socket.bind(port, "127.0.0.1", resolve));
      atEnd(() => void socket.close());
      servers.push({ name, port });
    }
    const port = await freePort();
    const topology = service(port, listed(servers)).replace("protocol: tcp", "protocol: udp");
    await balanced("nginx", topology);
    const say = (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const client = dgram.createSocket("udp4");
        const timer = setTimeout(() => reject(new Error("no answer")), 3000);
        client.once("message", (answer) => {
          clearTimeout(timer);
          client.close();
          resolve(`${answer}`);
        });
        client.send(text, port, "127.0.0.1");
      });
    const heard: string[] = [];
    for (let time = 0; time < 6; time += 1) heard.push(await say(`hello ${time}`));
    expect(heard.map((text) => text.slice(2))).toEqual([0, 1, 2, 3, 4, 5].map((time) => `hello ${time}`));
    expect(tally(heard.map((text) => text[0]!))).toEqual({ a: 3, b: 3 });
  });
});
