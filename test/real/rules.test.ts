import net from "node:net";
import mqtt from "mqtt";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  accepts,
  ask,
  CONNACK,
  connectPacket,
  installed,
  say,
  startHaproxy,
  startHttp,
  startMosquitto,
  startNginx,
  startTcp,
  stopAll,
  until,
} from "../lint/programs.js";

// What the lint rules say will happen, made to happen: plain configurations typed here, the real programs, loopback.

const PROGRAMS = ["nginx", "haproxy", "mosquitto"];
const missing = PROGRAMS.filter((program) => !installed(program));
if (missing.length > 0 && !process.env.CI)
  console.warn(`not installed, so the rules are not shown: ${missing.join(", ")}`);

/** Asks one after the other, so that the order is the balancer's. */
async function statuses(count: number, port: number, path: string, method = "GET"): Promise<number[]> {
  const all: number[] = [];
  for (let asked = 0; asked < count; asked += 1) all.push((await ask(port, path, method, "x")).status);
  return all;
}

const times = (count: number, value: number): number[] => Array<number>(count).fill(value);

/** How many connections said something, server by server from port 21001 on. */
async function countingServers(count: number): Promise<number[]> {
  const got: number[] = Array(count).fill(0);
  for (let index = 0; index < count; index += 1)
    await startTcp(21001 + index, (socket) =>
      socket.once("data", () => {
        got[index]! += 1;
        socket.end("x");
      }),
    );
  return got;
}

/** How long a connection stays open after `send`; what comes back is read and forgotten. */
const openFor = (port: number, send: Buffer | string): Promise<number> =>
  new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(send));
    const start = performance.now();
    socket.on("data", () => {});
    socket.on("error", () => {});
    socket.on("close", () => resolve(performance.now() - start));
  });

describe.skipIf(missing.length > 0 && !process.env.CI)("what the rules warn of happens", () => {
  beforeAll(() => expect(missing).toEqual([]));
  afterEach(stopAll);

  test("mqtt-idle-below-keepalive: HAProxy cuts a client that still has 59 seconds to say something", async () => {
    await startMosquitto(21001);
    await startHaproxy("listen l\n  bind 127.0.0.1:21000\n  timeout client 300ms\n  server a 127.0.0.1:21001\n", 21000);
    const open = await openFor(21000, connectPacket("silent", 60));
    expect(open).toBeGreaterThan(250);
    expect(open).toBeLessThan(3000);
  });

  test("proxy-protocol-on-one-side: mosquitto answers nobody who comes with a PROXY header", async () => {
    const broker = await startMosquitto(21001);
    await startHaproxy(
      `
listen v1
  bind 127.0.0.1:21010
  server a 127.0.0.1:21001 send-proxy
listen v2
  bind 127.0.0.1:21011
  server a 127.0.0.1:21001 send-proxy-v2
listen none
  bind 127.0.0.1:21012
  server a 127.0.0.1:21001
`,
      21012,
    );
    expect(await say(21012, connectPacket("c"))).toEqual(CONNACK);
    expect((await say(21010, connectPacket("c"), 300))?.length ?? 0).toBe(0);
    expect((await say(21011, connectPacket("c"), 300))?.length ?? 0).toBe(0);
    await until(() => broker.said().includes("disconnected due to protocol error"), "the broker's complaint");
  });

  test("brokers-share-no-state: half of the messages do not arrive", async () => {
    await startMosquitto(21001);
    await startMosquitto(21002);
    await startHaproxy(
      "listen l\n  bind 127.0.0.1:21000\n  server a 127.0.0.1:21001\n  server b 127.0.0.1:21002\n",
      21000,
    );
    const got: string[] = [];
    const subscriber = await mqtt.connectAsync("mqtt://127.0.0.1:21000");
    subscriber.on("message", (_topic, message) => got.push(`${message}`));
    await subscriber.subscribeAsync("t");
    for (let sent = 1; sent <= 6; sent += 1) {
      const publisher = await mqtt.connectAsync("mqtt://127.0.0.1:21000");
      await publisher.publishAsync("t", `${sent}`, { qos: 1 });
      await publisher.endAsync();
    }
    await subscriber.subscribeAsync("another"); // its answer comes after what was sent before
    await subscriber.endAsync();
    expect(got).toHaveLength(3);
  });

  test("mqtt-bridge-loop: one message between two brokers that are bridged to each other never rests", async () => {
    const bridgeTo = (port: number): string =>
      `connection to-${port}\naddress 127.0.0.1:${port}\ntopic # both 0\nremote_clientid r${port}\nlocal_clientid l${port}\n`;
    // The first broker's bridge must not be refused, or it waits for seconds: it meets a relay until the second is there.
    await startTcp(21003, (socket) => {
      socket.pause();
      void until(() => accepts(21002), "the second broker").then(() => {
        const further = net.connect(21002, "127.0.0.1");
        further.on("error", () => socket.destroy());
        socket.on("close", () => further.destroy());
        socket.pipe(further).pipe(socket);
      });
    });
    const first = await startMosquitto(21001, bridgeTo(21003));
    const second = await startMosquitto(21002, bridgeTo(21001));
    await until(() => first.said().includes("as r21001") && second.said().includes("as r21003"), "both bridges");
    await until(() => [first, second].every((one) => one.said().includes("SUBACK from")), "their subscriptions");
    const client = await mqtt.connectAsync("mqtt://127.0.0.1:21001");
    let copies = 0;
    client.on("message", () => (copies += 1));
    await client.subscribeAsync("t");
    await client.publishAsync("t", "once");
    await until(() => copies > 100, "a hundred copies");
    client.end(true);
  });

  test("mqtt-client-id-cut: clients alike in what the table keeps share one server", async () => {
    const brokers = [await startMosquitto(21001), await startMosquitto(21002)];
    const table = (port: number, length: number): string => `
listen by-${length}
  bind 127.0.0.1:${port}
  tcp-request inspect-delay 5s
  tcp-request content reject unless { req.payload(0,0),mqtt_is_valid }
  stick-table type string len ${length} size 1k
  stick on req.payload(0,0),mqtt_field_value(connect,client_identifier)
  server a 127.0.0.1:21001
  server b 127.0.0.1:21002
`;
    await startHaproxy(table(21010, 8) + table(21011, 64), 21011);
    for (let client = 0; client < 8; client += 1) {
      expect(await say(21010, connectPacket(`device-00-${client}`))).toEqual(CONNACK);
      expect(await say(21011, connectPacket(`machine-00-${client}`))).toEqual(CONNACK);
    }
    const seen = (word: string): number[] => brokers.map((one) => one.said().split(`as ${word}-00-`).length - 1);
    expect(seen("device").toSorted()).toEqual([0, 8]);
    expect(seen("machine")).toEqual([4, 4]);
  });

  test("mqtt-without-tls: who carries the bytes reads the password", async () => {
    await startMosquitto(21001);
    let seen = "";
    await startTcp(21000, (socket) => {
      socket.on("data", (bytes) => (seen += bytes));
      const further = net.connect(21001, "127.0.0.1");
      socket.pipe(further).pipe(socket);
      socket.on("close", () => further.destroy());
    });
    const login = { username: "device", password: "secret-word" };
    await (await mqtt.connectAsync("mqtt://127.0.0.1:21000", login)).endAsync();
    expect(seen).toContain("device");
    expect(seen).toContain("secret-word");
  });

  test("all-servers-ejected: one request that three servers cut off ends everybody's", async () => {
    for (const port of [21001, 21002, 21003])
      await startTcp(port, (socket) =>
        socket.on("data", (bytes) => {
          if (`${bytes}`.includes("/poison")) socket.destroy();
          else socket.end("HTTP/1.0 200 OK\r\n\r\nok");
        }),
      );
    const pool = (port: number, fails: number): string => `
upstream u${port} { ${[1, 2, 3].map((n) => `server 127.0.0.1:2100${n} max_fails=${fails};`).join(" ")} }
server {
  listen 127.0.0.1:${port};
  location / { proxy_pass http://u${port}; proxy_next_upstream error timeout; proxy_next_upstream_tries 3; }
}`;
    await startNginx({ http: pool(21010, 1) + pool(21011, 3) }, 21010);
    for (const port of [21010, 21011]) {
      expect(await statuses(3, port, "/")).toEqual(times(3, 200));
      expect(await statuses(1, port, "/poison")).toEqual([502]);
    }
    expect(await statuses(10, 21010, "/")).toEqual(times(10, 502));
    expect(await statuses(10, 21011, "/")).toEqual(times(10, 200));
  });

  test("one-failure-ejects-server: after one closed connection the other server takes everything", async () => {
    let failures = 1;
    await startTcp(21001, (socket) =>
      socket.on("data", () => (failures-- > 0 ? socket.destroy() : socket.end("HTTP/1.0 200 OK\r\n\r\na"))),
    );
    await startTcp(21002, (socket) => socket.on("data", () => socket.end("HTTP/1.0 200 OK\r\n\r\nb")));
    await startNginx(
      {
        http: `upstream u { server 127.0.0.1:21001; server 127.0.0.1:21002; }
          server { listen 127.0.0.1:21000; location / { proxy_pass http://u; } }`,
      },
      21000,
    );
    let answers = "";
    for (let asked = 0; asked < 20; asked += 1) answers += (await ask(21000, "/")).body;
    expect(answers).toBe("b".repeat(20));
  });

  test("server-never-checked: HAProxy goes on sending every second client to a dead server", async () => {
    await startHttp(21002, (_request, response) => response.end("ok"));
    const balancer = await startHaproxy(
      `
defaults
  mode http
  retries 0
  timeout connect 1s
  timeout client 5s
  timeout server 5s
listen unchecked
  bind 127.0.0.1:21010
  server dead 127.0.0.1:21001
  server well 127.0.0.1:21002
listen checked
  bind 127.0.0.1:21011
  default-server check inter 100ms fall 1
  server dead 127.0.0.1:21001
  server well 127.0.0.1:21002
`,
      21011,
    );
    await until(() => balancer.said().includes("checked/dead is DOWN"), "the check");
    expect((await statuses(6, 21010, "/")).toSorted()).toEqual([200, 200, 200, 503, 503, 503]);
    expect(await statuses(6, 21011, "/")).toEqual(times(6, 200));
  });

  test("check-sees-only-tcp: a broker that accepts and never answers keeps its clients", async () => {
    await startTcp(21001, (socket) => socket.resume());
    await startMosquitto(21002);
    const balancer = await startHaproxy(
      `
listen by-tcp
  bind 127.0.0.1:21010
  default-server check inter 100ms fall 2
  server mute 127.0.0.1:21001
  server well 127.0.0.1:21002
listen by-mqtt
  bind 127.0.0.1:21011
  option tcp-check
  tcp-check connect
  tcp-check send-binary 100c00044d5154540402000a0000
  tcp-check expect binary 20020000
  tcp-check send-binary e000
  timeout check 100ms
  default-server check inter 100ms fall 2
  server mute 127.0.0.1:21001
  server well 127.0.0.1:21002
`,
      21011,
    );
    await until(() => balancer.said().includes("by-mqtt/mute is DOWN"), "the MQTT check");
    let served = 0;
    for (let client = 0; client < 4; client += 1) {
      if (await say(21010, connectPacket("c"), 150)) served += 1;
      expect(await say(21011, connectPacket("c"))).toEqual(CONNACK);
    }
    expect(served).toBe(2);
    expect(balancer.said()).not.toContain("by-tcp/mute is DOWN");
  });

  test("check-slower-than-interval: a silent server is asked every interval + time-out", async () => {
    const asked: number[] = [];
    await startTcp(21001, (socket) => {
      asked.push(performance.now());
      socket.resume();
    });
    await startHaproxy(
      `
listen l
  mode http
  bind 127.0.0.1:21000
  option httpchk
  timeout check 300ms
  server mute 127.0.0.1:21001 check inter 100ms fall 3
`,
      21000,
    );
    await until(() => asked.length > 3, "four checks");
    const gaps = asked.slice(1).map((at, index) => at - asked[index]!);
    expect(Math.min(...gaps)).toBeGreaterThan(380);
  });

  test("websocket-cut-when-idle: nginx ends a WebSocket after the read time-out", async () => {
    const switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    await startTcp(21001, (socket) => socket.on("data", () => socket.write(switching)));
    await startNginx(
      {
        http: `server { listen 127.0.0.1:21000; location / {
          proxy_pass http://127.0.0.1:21001; proxy_http_version 1.1; proxy_read_timeout 300ms;
          proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; } }`,
      },
      21000,
    );
    const open = await openFor(21000, "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    expect(open).toBeGreaterThan(250);
    expect(open).toBeLessThan(3000);
  });

  test("backend-closes-first: a POST on a connection that the server closes is lost, a GET is repeated", async () => {
    await startTcp(21001, (socket) => {
      let requests = 0;
      socket.on("data", () => {
        requests += 1;
        if (requests > 1)
          socket.destroy(); // as a server whose own time-out has just ended
        else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      });
    });
    await startNginx(
      {
        http: `upstream u { server 127.0.0.1:21001; keepalive 4; }
          server { listen 127.0.0.1:21000; location / {
            proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; } }`,
      },
      21000,
    );
    expect(await statuses(4, 21000, "/")).toEqual(times(4, 200));
    expect(await statuses(4, 21000, "/", "POST")).toEqual([502, 200, 502, 200]);
  });

  test("address-of-the-proxy-hashed: through a proxy one of three servers takes all", async () => {
    const got = await countingServers(3);
    await startNginx(
      {
        stream: `upstream u { hash $remote_addr consistent; server 127.0.0.1:21001; server 127.0.0.1:21002; server 127.0.0.1:21003; }
          server { listen 127.0.0.1:21010; proxy_pass u; }
          server { listen 127.0.0.1:21011; proxy_pass 127.0.0.1:21010; }`,
      },
      21011,
    );
    const from = (client: number, port: number): Promise<void> =>
      new Promise((resolve) => {
        const socket = net.connect({ port, host: "127.0.0.1", localAddress: `127.0.3.${client}` });
        socket
          .resume()
          .on("close", () => resolve())
          .write("x");
      });
    const spread = async (port: number): Promise<number[]> => {
      got.fill(0);
      for (let client = 1; client <= 30; client += 1) await from(client, port);
      return got.toSorted((a, b) => a - b);
    };
    expect(await spread(21011)).toEqual([0, 0, 30]);
    expect(Math.min(...(await spread(21010)))).toBeGreaterThan(0);
  });

  test("sessions-outlive-dead-server: an open connection to a server that is down stays, unless it is closed", async () => {
    await startTcp(21001, (socket) => socket.resume()); // hangs: keeps what it has
    const asked = await startTcp(21002, (socket) => socket.destroy());
    const listen = (port: number, name: string, more: string): string =>
      `listen ${name}\n  bind 127.0.0.1:${port}\n  server a 127.0.0.1:21001 check port 21002 inter 100ms fall 2 ${more}\n`;
    const balancer = await startHaproxy(
      listen(21010, "keep", "") + listen(21011, "close", "on-marked-down shutdown-sessions"),
      21011,
    );
    const open = [21010, 21011].map((port) =>
      net
        .connect(port, "127.0.0.1")
        .on("error", () => {})
        .resume(),
    );
    await Promise.all(open.map((socket) => new Promise((resolve) => socket.once("connect", resolve))));
    await asked.stop();
    await until(
      () => ["keep/a is DOWN", "close/a is DOWN"].every((said) => balancer.said().includes(said)),
      "both down",
    );
    await until(() => open[1]!.closed, "the second connection closed");
    expect(open[0]!.closed).toBe(false);
    open[0]!.destroy();
  });

  test("writes-sent-twice: nginx and HAProxy give one POST to both servers", async () => {
    const servers: { readonly asked: string[] }[] = [];
    for (const port of [21001, 21002])
      servers.push(await startHttp(port, (_request, response) => response.writeHead(502).end()));
    await startNginx(
      {
        http: `upstream u { server 127.0.0.1:21001 max_fails=0; server 127.0.0.1:21002 max_fails=0; }
          proxy_next_upstream_tries 2;
          server { listen 127.0.0.1:21010;
            location /all { proxy_pass http://u; proxy_next_upstream error http_502 non_idempotent; }
            location /idempotent { proxy_pass http://u; proxy_next_upstream error http_502; } }`,
      },
      21010,
    );
    await startHaproxy(
      `
listen l
  mode http
  bind 127.0.0.1:21011
  retries 1
  option redispatch
  retry-on conn-failure 502
  http-request disable-l7-retry if { path /idempotent } !{ method GET HEAD OPTIONS PUT DELETE TRACE }
  server a 127.0.0.1:21001
  server b 127.0.0.1:21002
`,
      21011,
    );
    const arrivals = async (port: number, path: string): Promise<number> => {
      for (const { asked } of servers) asked.length = 0;
      expect(await statuses(1, port, path, "POST")).toEqual([502]);
      return servers.flatMap(({ asked }) => asked).filter((line) => line === `POST ${path}`).length;
    };
    for (const port of [21010, 21011]) {
      expect(await arrivals(port, "/all")).toBe(2);
      expect(await arrivals(port, "/idempotent")).toBe(1);
    }
  });

  test("retries-multiply-time: three tries wait three times, and a limit only stops further ones", async () => {
    let tries = 0;
    for (const port of [21001, 21002, 21003])
      await startTcp(port, (socket) => {
        tries += 1;
        socket.resume();
      });
    const servers = [1, 2, 3].map((n) => `server 127.0.0.1:2100${n} max_fails=0;`).join(" ");
    await startNginx(
      {
        http: `upstream u { ${servers} } proxy_read_timeout 200ms; proxy_next_upstream error timeout;
          server { listen 127.0.0.1:21000;
            location / { proxy_pass http://u; }
            location /limited { proxy_pass http://u; proxy_next_upstream_timeout 250ms; } }`,
      },
      21000,
    );
    const timed = async (path: string): Promise<{ tries: number; ms: number }> => {
      tries = 0;
      const start = performance.now();
      expect(await statuses(1, 21000, path)).toEqual([504]);
      return { tries, ms: performance.now() - start };
    };
    const whole = await timed("/");
    expect(whole.tries).toBe(3);
    expect(whole.ms).toBeGreaterThan(590);
    const limited = await timed("/limited");
    expect(limited.tries).toBe(2);
    expect(limited.ms).toBeGreaterThan(390);
  });

  test("port-shared: HAProxy splits a port's connections at random, nginx does not start", async () => {
    const got = await countingServers(2);
    await startHaproxy(
      `
listen f
  bind 127.0.0.1:21000
  server a 127.0.0.1:21001
listen g
  bind 127.0.0.1:21000
  server b 127.0.0.1:21002
`,
      21000,
    );
    for (let client = 0; client < 40; client += 1) await say(21000, "x");
    expect(Math.min(...got)).toBeGreaterThan(0); // 2 in 2^40 that chance gives one of them nothing
    const nginx = await startNginx({
      http: "server { listen 21010; }",
      stream: "server { listen 127.0.0.1:21010; proxy_pass 127.0.0.1:21001; }",
    });
    await until(
      () => /bind\(\) to \S+:21010 failed \(98: Address already in use\)/.test(nginx.said()),
      "nginx's refusal",
    );
  });

  test("port-shared: of one listener on all addresses and one on its own, the own one gets what comes there", async () => {
    const got = await countingServers(2);
    const haproxy =
      "listen f\n  bind :21000\n  server a 127.0.0.1:21001\nlisten g\n  bind 127.0.0.1:21000\n  server b 127.0.0.1:21002\n";
    await startHaproxy(haproxy, 21000);
    const stream = (at: string, to: number): string => `server { listen ${at}; proxy_pass 127.0.0.1:${to}; }`;
    await startNginx({ stream: stream("21010", 21001) + stream("127.0.0.1:21010", 21002) }, 21010);
    for (const port of [21000, 21010]) {
      got.fill(0);
      for (let client = 0; client < 10; client += 1) await say(port, "x");
      expect(got).toEqual([0, 10]);
    }
  });

  test("server-listed-twice: two shares", async () => {
    const got = [0, 0];
    for (const index of [0, 1])
      await startHttp(21001 + index, (_request, response) => response.end(`${(got[index]! += 1)}`));
    await startNginx(
      {
        http: `upstream u { server 127.0.0.1:21001; server 127.0.0.1:21001; server 127.0.0.1:21002; }
          server { listen 127.0.0.1:21000; location / { proxy_pass http://u; } }`,
      },
      21000,
    );
    await statuses(30, 21000, "/");
    expect(got).toEqual([20, 10]);
  });

  test("pool-without-servers: nginx refuses backups alone, and everybody gets an error otherwise", async () => {
    const refused = await startNginx({ http: "upstream u { server 127.0.0.1:21001 backup; }" });
    expect(await refused.exited).toBe(1);
    expect(refused.said()).toContain('no servers in upstream "u"');
    await startHttp(21001, (_request, response) => response.end("ok"));
    await startNginx(
      {
        http: `upstream u { server 127.0.0.1:21001 down; }
          server { listen 127.0.0.1:21010; location / { proxy_pass http://u; } }`,
      },
      21010,
    );
    const listen = (port: number, servers: string): string =>
      `listen l${port}\n  mode http\n  bind 127.0.0.1:${port}\n${servers}`;
    await startHaproxy(
      listen(21011, "  server a 127.0.0.1:21001 weight 0\n") +
        listen(21012, "  server a 127.0.0.1:21001 disabled\n") +
        listen(21013, ""),
      21013,
    );
    const all = await Promise.all([21010, 21011, 21012, 21013].map((port) => ask(port, "/")));
    expect(all.map(({ status }) => status)).toEqual([502, 503, 503, 503]);
  });

  test("rate-limit-without-burst: of three requests at once nginx refuses two", async () => {
    await startHttp(21001, (_request, response) => response.end("ok"));
    await startNginx(
      {
        http: `limit_req_zone $binary_remote_addr zone=a:1m rate=2r/s;
          limit_req_zone $binary_remote_addr zone=b:1m rate=2r/s;
          limit_req_status 429;
          server { listen 127.0.0.1:21000;
            location / { limit_req zone=a; proxy_pass http://127.0.0.1:21001; }
            location /burst { limit_req zone=b burst=5 nodelay; proxy_pass http://127.0.0.1:21001; } }`,
      },
      21000,
    );
    const three = async (path: string): Promise<number[]> =>
      (await Promise.all([1, 2, 3].map(() => ask(21000, path)))).map(({ status }) => status).toSorted();
    expect(await three("/")).toEqual([200, 429, 429]);
    expect(await three("/burst")).toEqual([200, 200, 200]);
  });

  test("read-without-fallback: reads end with the replicas, or go to the primary", async () => {
    await startTcp(21003, (socket) => socket.end("primary"));
    const balancer = await startHaproxy(
      `
defaults
  timeout connect 1s
  timeout client 5s
  timeout server 5s
  option redispatch
  default-server check inter 100ms fall 1
listen none
  bind 127.0.0.1:21010
  server replica 127.0.0.1:21001
listen primary
  bind 127.0.0.1:21011
  server replica 127.0.0.1:21001
  server primary 127.0.0.1:21003 backup
`,
      21011,
    );
    const down = ["none/replica is DOWN", "primary/replica is DOWN"];
    await until(() => down.every((said) => balancer.said().includes(said)), "the replicas down");
    expect(`${await say(21010, "x")}`).toBe("");
    expect(`${await say(21011, "x")}`).toBe("primary");
  });
});
