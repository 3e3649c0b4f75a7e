import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Pool } from "../../../src/fleet/fleet.js";
import target from "../../../src/targets/haproxy/index.js";
import { time } from "../../../src/targets/haproxy/words.js";
import { fleetOf } from "../../fleet.js";
import { configOf, optionsOf, section } from "./program.js";

const brokers = (keys: string): string =>
  `brokers:\n  mqtt: { servers: [b-1, b-2], listeners: { mqtt: 1883 }, ${keys} }`;
const api = (keys: string): string => `apis:\n  app: { servers: [a-1, a-2], listeners: { http: 80 }, ${keys} }`;

/** What a topology says, the section it acts in, and the lines it must have there. */
const CASES: [what: string, topology: string, head: string, lines: string[]][] = [
  ["round_robin", api("balance: round_robin"), "backend app", ["balance roundrobin"]],
  ["least_connections", api("balance: least_connections"), "backend app", ["balance leastconn"]],
  ["random", api("balance: random"), "backend app", ["balance random(1)"]],
  ["power_of_two", api("balance: power_of_two"), "backend app", ["balance random(2)"]],
  ["first", api("balance: first"), "backend app", ["balance first"]],
  ["ip_hash", api("balance: ip_hash"), "backend app", ["balance source", "hash-type consistent"]],
  [
    "least_response_time with a fallback",
    api("balance: { algorithm: least_response_time, fallback: random }"),
    "backend app",
    ["balance random(1)"],
  ],
  [
    "a hash of the whole URI",
    api("balance: { algorithm: consistent_hash, key: uri }"),
    "backend app",
    ["balance uri whole", "hash-type consistent"],
  ],
  [
    "a hash of a header",
    api('balance: { algorithm: consistent_hash, key: "header:X-Tenant" }'),
    "backend app",
    ["balance hdr(X-Tenant)", "hash-type consistent"],
  ],
  [
    "a hash of a cookie",
    api('balance: { algorithm: consistent_hash, key: "cookie:cart-id" }'),
    "backend app",
    ["balance hash req.cook(cart-id)", "hash-type consistent"],
  ],
  [
    "a hash of the client identifier needs a variable",
    brokers("balance: { algorithm: consistent_hash, key: client_id }"),
    "frontend mqtt.mqtt",
    ["tcp-request content set-var(sess.client_id) req.payload(0,0),mqtt_field_value(connect,client_identifier)"],
  ],
  [
    "affinity by address",
    brokers("affinity: { by: ip, expire: 90m, size: 7000 }"),
    "backend mqtt",
    ["stick-table type ipv6 size 7000 expire 90m", "stick on src"],
  ],
  [
    "affinity by client identifier, as long as it may be",
    brokers("affinity: client_id, clients: { idLength: 200 }"),
    "backend mqtt",
    [
      "stick-table type string len 200 size 1m expire 1d",
      "stick on req.payload(0,0),mqtt_field_value(connect,client_identifier)",
    ],
  ],
  [
    "affinity by header",
    api("affinity: { header: X-Tenant, length: 12 }"),
    "backend app",
    ["stick-table type string len 12 size 100k expire 1h", "stick on req.hdr(X-Tenant)"],
  ],
  [
    "affinity by cookie",
    api("affinity: { cookie: SRV }"),
    "backend app",
    ["cookie SRV insert indirect nocache httponly", "server a-1 a-1:80 cookie a-1", "server a-2 a-2:80 cookie a-2"],
  ],
  [
    "a cookie is secure where all comes by TLS",
    `${api("affinity: { cookie: SRV, expire: 2h }").replace("{ http: 80 }", "{ https: { port: 443, tls: t } }")}\ntls: { t: { bundle: /t.pem } }`,
    "backend app",
    ["cookie SRV insert indirect nocache httponly secure maxidle 2h"],
  ],
  [
    "weights, limits, states and identities of servers",
    `brokers:
  mqtt:
    listeners: { mqtt: 1883 }
    servers:
      - { host: 10.0.0.1, name: one, weight: 3, maxConnections: 500, slowStart: 20s, id: 7 }
      - { host: "[2001:db8::1]", name: two, state: drain }
      - { host: three, state: maintenance, proxyProtocol: v1 }
      - { host: four, backup: true, proxyProtocol: v2 }
      - { host: five, backup: true, weight: 0 }`,
    "backend mqtt",
    [
      "option allbackups",
      "server one   10.0.0.1:1883      weight 3 id 7 maxconn 500 slowstart 20s",
      "server two   [2001:db8::1]:1883 weight 0",
      "server three three:1883         weight 1 send-proxy check-send-proxy disabled",
      "server four  four:1883          weight 1 send-proxy-v2 check-send-proxy backup",
      "server five  five:1883          weight 0 backup",
    ],
  ],
  [
    "names that are looked up again",
    `${brokers("")}\nresolver: { servers: [10.0.0.53], valid: 15s }`.replace("[b-1, b-2]", "[b-1, 10.0.0.2]"),
    "backend mqtt",
    ["server b-1      b-1:1883      resolvers dns", "server 10-0-0-2 10.0.0.2:1883"],
  ],
  [
    "time-outs of a route's servers",
    api("timeouts: { connect: 2s, read: 1500ms, queue: 7s }"),
    "backend app",
    ["timeout connect 2s", "timeout queue 7s", "timeout server 1500ms"],
  ],
  [
    "retries",
    api("retries: { attempts: 4, when: [connect, timeout, empty, 502], methods: safe }"),
    "backend app",
    [
      "retries 3",
      "retry-on conn-failure response-timeout empty-response 502",
      "http-request disable-l7-retry unless { method GET HEAD OPTIONS TRACE }",
    ],
  ],
  ["no second try", api("retries: { attempts: 1 }"), "backend app", ["retries 0", "no option redispatch"]],
  [
    "idle connections are closed by halves, so that few outlive their time",
    api("idleConnections: { count: 5, timeout: 3s }"),
    "backend app",
    ["default-server check inter 5s rise 2 fall 3 pool-max-conn 5 pool-purge-delay 1500ms"],
  ],
  [
    "TLS to the servers",
    api("serverTls: { ca: /etc/ca.pem }"),
    "backend app",
    [
      "default-server check inter 5s rise 2 fall 3 pool-max-conn 32 pool-purge-delay 2s ssl verify required ca-file /etc/ca.pem",
      "server a-1 a-1:443 sni str(a-1) check-sni a-1 verifyhost a-1",
    ],
  ],
  [
    "TLS to the servers by the system's CAs and another name",
    api("serverTls: { sni: app.internal }"),
    "backend app",
    [
      "default-server check inter 5s rise 2 fall 3 pool-max-conn 32 pool-purge-delay 2s ssl verify required ca-file @system-ca",
      "server a-1 a-1:443 sni str(app.internal) check-sni app.internal verifyhost app.internal",
    ],
  ],
  [
    "a circuit breaker wins over passive failures",
    `health: { p: { check: tcp, passive: { failures: 9 } } }\n${api("health: p, circuitBreaker: { failures: 4 }")}`,
    "backend app",
    [
      "default-server check inter 5s rise 2 fall 3 observe layer7 error-limit 4 on-error mark-down pool-max-conn 32 pool-purge-delay 2s",
    ],
  ],
  [
    "passive failures of a broker are failed connections",
    `health: { p: { check: tcp, interval: 3s, passive: { failures: 9 } } }\n${brokers("health: p, sessions: { onDown: keep }")}`,
    "backend mqtt",
    ["default-server check inter 3s rise 2 fall 3 observe layer4 error-limit 9 on-error mark-down"],
  ],
  [
    "sessions end with their server",
    brokers(""),
    "backend mqtt",
    ["default-server check inter 5s rise 2 fall 3 on-marked-down shutdown-sessions"],
  ],
  [
    "... unless a failed server only drains",
    `health: { d: { check: tcp, onFail: drain } }\n${brokers("health: d")}`,
    "backend mqtt",
    ["default-server check inter 5s rise 2 fall 3"],
  ],
  [
    "an HTTP check over several steps",
    `health:
  h: { checks: [{ check: http, path: /a, host: a.test, expect: { status: [200, "300-399"], body: all well } }, { check: http, port: 8081, tls: true }] }
${api("health: h, hostnames: [app.test]")}`,
    "backend app",
    [
      "option httpchk",
      "http-check connect default",
      "http-check send meth GET uri /a ver HTTP/1.1 hdr Host a.test",
      "http-check expect status 200,300-399",
      "http-check expect string 'all well'",
      "http-check connect port 8081 ssl",
      "http-check send meth GET uri / ver HTTP/1.1 hdr Host app.test",
      "http-check expect status 200-299",
      "default-server check inter 5s rise 2 fall 3 verify none pool-max-conn 32 pool-purge-delay 2s",
    ],
  ],
  [
    // CONNECT of 34 bytes: 10 of the protocol, 2 of the empty identifier, 2 + 4 of the name, 2 + 14 of the password
    "an MQTT check that logs in: flags 0xc2 are name, password, clean session",
    `health: { m: { check: mqtt, username: user, password: "fourteen bytes", accept: [0, 5] } }\n${brokers("health: m")}`,
    "backend mqtt",
    [
      "option tcp-check",
      "tcp-check send-binary 102200044d51545404c2000a00000004",
      "tcp-check send user",
      "tcp-check send-binary 000e",
      "tcp-check send 'fourteen bytes'",
      "tcp-check expect rbinary ^200200(00|05)",
      "tcp-check send-binary e000",
    ],
  ],
  [
    // 00000011: 17 bytes; 00030000: protocol 3.0; 75736572 00 6c62 00 00: user, lb
    "a PostgreSQL check beside others: StartupMessage, `R` is the answer",
    `health: { c: { checks: [{ check: tcp, port: 9000 }, { check: postgres, user: lb }, { check: redis }] } }
services: { s: { servers: ["s:1"], listeners: { x: 5000 }, health: c } }`,
    "backend s",
    [
      "option tcp-check",
      "tcp-check connect port 9000",
      "tcp-check connect default",
      "tcp-check send-binary 000000110003000075736572006c620000",
      "tcp-check expect rbinary ^52",
      "tcp-check connect default",
      'tcp-check send "PING\\r\\n"',
      "tcp-check expect string +PONG",
    ],
  ],
  [
    "reads fall back to the primary",
    "databases: { d: { software: mysql, primary: p, replicas: [r-1], listeners: { read: 3307 } } }",
    "backend d.read",
    ["server r-1 r-1:3306", "server p   p:3306   backup"],
  ],
  [
    "... or not",
    "databases: { d: { software: mysql, primary: p, replicas: [r-1], listeners: { read: 3307 }, readFallback: none } }",
    "backend d.read",
    ["server r-1 r-1:3306"],
  ],
  [
    "the strictest certificate of an address holds for all; client certificates are asked of those who need them",
    `tls: { a: { bundle: /a.pem }, b: { certificate: /b.pem, key: /b.pem.key, minVersion: "1.3", clientCa: /ca.pem } }
apis:
  one: { hostnames: [one.test], servers: [a], listeners: { https: { port: 443, tls: a } } }
  two: { hostnames: [two.test], servers: [b], listeners: { https: { port: 443, tls: b } } }`,
    "frontend https_443",
    [
      "bind *:443 ssl crt /a.pem crt /b.pem alpn h2,http/1.1 ssl-min-ver TLSv1.3 ca-file /ca.pem verify optional",
      "http-request deny if host-two !{ ssl_c_used }",
      "use_backend one if host-one",
      "use_backend two if host-two",
      "default_backend not-found",
    ],
  ],
  [
    "the longest path wins; another pool's servers answer; methods; splits by weight",
    `apis:
  app:
    hostnames: [app.test, "*.app.test"]
    servers: [a]
    listeners: { http: { port: 8080, address: 10.0.0.1 } }
    routes: [{ path: /, methods: [GET, POST] }, { path: /ab/, pool: ab }, { path: /x, match: exact }]
  ab: { servers: [a, b, c], split: { groups: [{ name: new, weight: 5, servers: [a] }, { name: old, weight: 95, servers: [b, c] }] } }`,
    "frontend http_10.0.0.1_8080",
    [
      "bind 10.0.0.1:8080",
      "acl host-app req.hdr(Host),host_only -i app.test",
      "acl host-app req.hdr(Host),host_only -m end -i .app.test",
      "http-request set-var(txn.lot) src,xxh32,mod(100) if host-app",
      "use_backend ab.new if host-app { path_beg /ab/ } { var(txn.lot) -m int lt 5 }",
      "use_backend ab.old if host-app { path_beg /ab/ }",
      "use_backend app if host-app { path /x }",
      "use_backend app if host-app { method GET POST }",
      "use_backend wrong-method if host-app",
    ],
  ],
  [
    "a WebSocket route's servers are checked once; an open one may be silent for its own time",
    api("routes: [{ path: / }, { path: /ws/, websocket: true, timeouts: { read: 2h } }]"),
    "backend app.ws",
    ["timeout server 60s", "timeout tunnel 2h", "server a-1 a-1:80 track app/a-1", "server a-2 a-2:80 track app/a-2"],
  ],
  [
    "TLS that passes through goes to the TLS port, after a greeting",
    brokers("").replace("{ mqtt: 1883 }", "{ mqtts: { port: 8883, tls: passthrough } }"),
    "frontend mqtt.mqtts",
    [
      "tcp-request inspect-delay 10s",
      "tcp-request content reject unless { req.ssl_hello_type 1 }",
      "default_backend mqtt.mqtts",
    ],
  ],
  [
    "a long list of friends is cut into lines that HAProxy can read",
    brokers("").replace(
      "{ mqtt: 1883 }",
      `{ mqtt: { port: 1883, allow: [${Array.from({ length: 41 }, (_, n) => `10.0.${n}.0/24`).join(", ")}] } }`,
    ),
    "frontend mqtt.mqtt",
    [
      `acl allowed src ${Array.from({ length: 40 }, (_, n) => `10.0.${n}.0/24`).join(" ")}`,
      "acl allowed src 10.0.40.0/24",
      "tcp-request connection reject unless allowed",
    ],
  ],
  [
    "limits of a pool count over all its backends",
    brokers("limits: { connections: 100, queue: 9 }").replace("{ mqtt: 1883 }", "{ mqtt: 1883, websocket: 9001 }"),
    "backend mqtt.websocket",
    [
      "http-request deny deny_status 503 if { queue ge 9 }",
      "http-request set-var(txn.open) be_conn(mqtt)",
      "http-request deny deny_status 503 if { be_conn,add(txn.open) gt 100 }",
    ],
  ],
  [
    "stick tables are shared with the other balancers",
    `${brokers("affinity: ip")}\ntargets: { haproxy: { peers: [{ name: lb-1, host: 10.0.0.1 }, { name: lb-2, host: 10.0.0.2, port: 99 }] } }`,
    "backend mqtt",
    ["stick-table type ipv6 size 100k expire 1h peers balancers"],
  ],
  [
    "logs, the socket and limits of the process",
    `${brokers("")}\nreload: { grace: 1h }\ntargets: { haproxy: { maxConnections: 99, socket: /run/h s.sock, logs: { address: "10.0.0.9:514", facility: local7, level: err } } }`,
    "global",
    [
      "log 10.0.0.9:514 local7 err",
      "maxconn 99",
      "hard-stop-after 1h",
      "tune.bufsize 81920",
      "stats socket '/run/h s.sock' mode 600 level admin",
      "stats timeout 30s",
    ],
  ],
];

describe("what a topology says is in the file", () => {
  test.each(CASES)("%s", async (_what, topology, head, lines) => {
    const found = section(await configOf(topology), head);
    let from = 0;
    for (const line of lines) {
      expect(found.slice(from)).toContain(line);
      from = found.indexOf(line, from) + 1;
    }
  });

  test("the whole example, read line by line", async () => {
    const read = (name: string): string => readFileSync(join(import.meta.dirname, "cases", name), "utf8");
    const text = (await configOf(read("routemq.yaml").replace(/^version: 1\nname: .*\n/, ""))).split("\n").slice(1);
    expect(text).toEqual(read("routemq.cfg").split("\n").slice(1)); // but for the checksum
  });

  test("two routes with limits of their own count for themselves, the pool's limit counts for all others", async () => {
    const config = await configOf(
      api(
        "rateLimit: { requests: 9, per: 1m }, routes: [{ path: / }, { path: /b/, rewrite: / }, { path: /c, rateLimit: { requests: 9, per: 1m } }]",
      ),
    );
    const tables = (head: string): string[] => section(config, head).filter((line) => line.includes("track-sc1"));
    expect(tables("backend app")).toEqual(["http-request track-sc1 src table app.rate"]);
    expect(tables("backend app.b")).toEqual(["http-request track-sc1 src table app.rate"]);
    expect(tables("backend app.c")).toEqual(["http-request track-sc1 src table app.rate-2"]);
  });

  test("pools of a target's list alone are written, and the pools that their routes name", async () => {
    const config = await configOf(
      `apis:
  a: { servers: [a], listeners: { http: 80 }, routes: [{ path: /b/, pool: b }] }
  b: { servers: [b] }
  c: { servers: [c], listeners: { http: 81 } }
targets: { haproxy: { pools: [a] } }`,
    );
    expect(config.match(/^backend .*/gm)).toEqual(["backend not-found", "backend b"]);
    expect(config.match(/^frontend .*/gm)).toEqual(["frontend health", "frontend http_80"]);
  });

  test("pages are closed unless asked for, and nobody may change anything there", async () => {
    const closed = await configOf(brokers(""));
    expect(closed).not.toMatch(/stats|prometheus|^peers/m);
    const open = await configOf(`${brokers("")}\ntargets: { haproxy: { stats: {}, prometheus: {} } }`);
    expect(section(open, "frontend stats")).toContain("bind 127.0.0.1:8404");
    expect(section(open, "frontend prometheus")).toContain("bind 127.0.0.1:8406");
    expect(open).not.toContain("stats admin");
  });

  test("a value that HAProxy has no way to write is refused with its place, not written otherwise", async () => {
    const fleet = await fleetOf(`version: 1\nname: t\n${api('headers: { request: { X: "-i" } }')}\n`);
    const pools = fleet.pools.map((pool) => ({ ...pool, hostnames: ["-i"] }) as Pool); // as no topology can say
    expect(() => target.render({ ...fleet, pools }, optionsOf(fleet))).toThrow(
      /^topology.yaml:4:\d+: HAProxy cannot hold "-i"/,
    );
  });
});

test.each([
  [0, "0s"],
  [250, "250ms"],
  [1500, "1500ms"],
  [90_000, "90s"],
  [100_000, "100s"],
  [120_000, "2m"],
  [3_600_000, "1h"],
  [86_400_000, "1d"],
  [2_592_000_000, "24d"], // 30 days: more than 31 bits of milliseconds
])("%i ms is written %s: HAProxy takes one unit", (ms, written) => {
  expect(time(ms)).toBe(written);
});
