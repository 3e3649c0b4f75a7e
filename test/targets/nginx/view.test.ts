import { describe, expect, it } from "vitest";
import { block, rendered } from "./rendered.js";

const API = (more: string, head = "") => `${head}
apis:
  web:
    listeners: { http: 8080 }
${more
  .split("\n")
  .filter(Boolean)
  .map((line) => `    ${line}`)
  .join("\n")}
`;
const SERVERS = 'servers: ["10.0.0.{1..2}:80"]';
const TCP = (more: string) => `
services:
  db:
    protocol: tcp
    listeners: { main: 6000 }
${more
  .split("\n")
  .map((line) => `    ${line}`)
  .join("\n")}
`;

/** What stands in the upstream beside zone and servers. */
async function methodIn(topology: string, upstream: string): Promise<string[]> {
  return block(await rendered(topology), `upstream ${upstream}`).filter(
    (line) => !/^(?:zone|server|keepalive)/.test(line),
  );
}

describe("how servers are picked", () => {
  it.each([
    ["round_robin", []],
    ["weighted", []],
    ["least_connections", ["least_conn;"]],
    ["random", ["random;"]],
    ["power_of_two", ["random two least_conn;"]],
    ["ip_hash", ["ip_hash;"]],
    ["{ algorithm: consistent_hash, key: uri }", ["hash $request_uri consistent;"]],
    ["{ algorithm: consistent_hash, key: client_ip }", ["hash $remote_addr consistent;"]],
    ["{ algorithm: consistent_hash, key: header:X-Tenant-Id }", ["hash $http_x_tenant_id consistent;"]],
    ["{ algorithm: consistent_hash, key: cookie:sid }", ["hash $cookie_sid consistent;"]],
    ["{ algorithm: first, fallback: random }", ["random;"]],
  ])("http: %s", async (balance, lines) => {
    expect(await methodIn(API(`balance: ${balance}\n${SERVERS}`), "web")).toEqual(lines);
  });

  it.each([
    ["balance: ip_hash", ["hash $remote_addr consistent;"]], // ip_hash exists in http alone
    ["balance: least_connections", ["least_conn;"]],
    ["affinity: ip", ["hash $remote_addr consistent;"]],
  ])("tcp: %s", async (line, lines) => {
    expect(await methodIn(TCP(`${line}\nservers: ["10.0.0.{1..2}:80"]`), "db")).toEqual(lines);
  });

  it.each([
    ["affinity: ip", ["ip_hash;"]],
    ["affinity: { header: X-User }", ["hash $http_x_user consistent;"]],
    ["affinity: { cookie: SRV, fallback: ip }", ["ip_hash;"]],
  ])("affinity decides before balance: %s", async (line, lines) => {
    expect(await methodIn(API(`balance: least_connections\n${line}\n${SERVERS}`), "web")).toEqual(lines);
  });

  it("gives a route that picks in its own way a second upstream, and shares it otherwise", async () => {
    const text = await rendered(
      API(
        `balance: random\n${SERVERS}\nroutes:\n  - { path: /a/, affinity: ip }\n  - { path: /b/, affinity: ip }\n  - { path: / }`,
      ),
    );
    expect(text.match(/upstream \S+ {/g)).toEqual(["upstream web_ip_hash {", "upstream web {"]);
    expect(block(text, "location /a/")).toEqual(["proxy_pass http://web_ip_hash;"]);
    expect(block(text, "location /")).toEqual(["proxy_pass http://web;"]);
  });
});

describe("servers", () => {
  it("carry weight, limit, failures, backup and state", async () => {
    const text = await rendered(
      API(
        `health: h\nservers:\n  - { host: 10.0.0.1, port: 80, weight: 5, maxConnections: 40 }\n  - { host: 10.0.0.22, port: 80, backup: true }\n  - { host: 10.0.0.3, port: 80, state: drain, name: third }\n  - { host: "[fd00::4]", port: 80 }`,
        "health: { h: { check: tcp, passive: { failures: 4, window: 15s, out: 15s } } }",
      ),
    );
    expect(block(text, "upstream web").filter((line) => line.startsWith("server"))).toEqual([
      "server 10.0.0.1:80  weight=5 max_fails=4 fail_timeout=15s max_conns=40;",
      "server 10.0.0.22:80 max_fails=4 fail_timeout=15s backup;",
      "server 10.0.0.3:80  max_fails=4 fail_timeout=15s down;  # third, drain",
      "server [fd00::4]:80 max_fails=4 fail_timeout=15s;",
    ]);
  });

  it("are not forgotten for their failures when the others are down: nobody would be left", async () => {
    const text = await rendered(API("servers: [10.0.0.1:80, { host: 10.0.0.2, port: 80, state: maintenance }]"));
    expect(block(text, "upstream web")[1]).toBe("server 10.0.0.1:80 max_fails=0 fail_timeout=10s;");
  });

  it.each([
    [1, "10.0.0", "64k"],
    [48, "10.0.0", "64k"],
    [49, "10.0.0", "128k"],
    [250, "10.0.0", "512k"],
    [12, "web", "64k"], // a name may stand for several addresses
    [13, "web", "128k"],
  ])("%i of %s need a zone of %s", async (count, host, zone) => {
    const servers = host === "web" ? `web-{1..${count}}` : `${host}.{1..${count}}`;
    expect(await rendered(API(`servers: ["${servers}:80"]`))).toContain(`zone web ${zone};`);
  });
});

describe("databases", () => {
  const books = (more: string) => `
databases:
  books:
    software: postgres
    primary: 10.0.0.1
    ${more}
    listeners: { write: 5432, read: 5433 }
`;
  it("write to the primary, and read from the replicas before it", async () => {
    const text = await rendered(books('replicas: ["10.0.0.{2..3}"]'));
    expect(block(text, "upstream books_write").filter((line) => line.startsWith("server"))).toEqual([
      "server 10.0.0.1:5432 max_fails=3 fail_timeout=10s;",
    ]);
    expect(block(text, "upstream books_read").slice(2)).toEqual([
      "server 10.0.0.2:5432 max_fails=3 fail_timeout=10s;",
      "server 10.0.0.3:5432 max_fails=3 fail_timeout=10s;",
      "server 10.0.0.1:5432 max_fails=3 fail_timeout=10s backup;",
    ]);
  });
  it("read from nobody else with readFallback none, and from the primary without replicas", async () => {
    expect(await rendered(books('replicas: ["10.0.0.2"]\n    readFallback: none'))).not.toContain("backup");
    expect(block(await rendered(books("replicas: []")), "upstream books_read").at(-1)).toBe(
      "server 10.0.0.1:5432 max_fails=3 fail_timeout=10s;",
    );
  });
});

describe("listeners", () => {
  it("take all addresses, or the one that is said", async () => {
    const text = await rendered(
      "services:\n  db: { protocol: tcp, listeners: { a: 6000, b: { port: 6001, address: 127.0.0.9 }, c: { port: 6002, address: '::1' } }, servers: ['10.0.0.1:80'] }",
    );
    expect(text.match(/listen .*600\d;/g)).toEqual([
      "listen 6000;",
      "listen [::]:6000;",
      "listen 127.0.0.9:6001;",
      "listen [::1]:6002;",
    ]);
  });

  it("let in whom `allow` names", async () => {
    const text = await rendered(
      API(SERVERS).replace("http: 8080", "http: { port: 8080, allow: [10.0.0.0/8, '::1/128'] }"),
    );
    const lines = block(text, "server").length > 0 ? text.match(/(?:allow|deny) .*;/g) : [];
    expect(lines).toEqual(["allow 10.0.0.0/8;", "allow ::1/128;", "deny all;"]);
  });

  it("share an address by host name; the pool without names takes the rest", async () => {
    const text = await rendered(`
apis:
  a: { hostnames: [a.test], listeners: { http: 8080 }, servers: ["10.0.0.1:80"] }
  b: { listeners: { http: 8080 }, servers: ["10.0.0.2:80"] }
`);
    expect(text.match(/listen 8080.*;|server_name .*;/g)).toEqual([
      "listen 8080;",
      "server_name a.test;",
      "listen 8080 default_server;",
    ]);
  });

  it("of brokers end TLS at the plain port, or pass it to the servers' own", async () => {
    const text = await rendered(`
tls: { t: { certificate: /c.pem, key: /k.pem } }
brokers:
  in: { listeners: { mqtts: { port: 8883, tls: t } }, servers: ["10.0.0.1:1900"] }
  on: { listeners: { mqtts: { port: 8884, tls: passthrough } }, ports: { mqtts: 8999 }, servers: ["10.0.0.1:1900"] }
`);
    expect(text).toContain("server 10.0.0.1:1900 ");
    expect(text).toContain("server 10.0.0.1:8999 ");
    expect(text.match(/listen 888.*;/g)).toEqual(["listen 8883 ssl;", "listen 8884;"]);
  });

  it("leave pools out that are not asked for, or have none", async () => {
    const text = await rendered(`
services:
  a: { protocol: tcp, listeners: { x: 6000 }, servers: ["10.0.0.1:80"] }
  b: { protocol: tcp, listeners: { x: 6001 }, servers: ["10.0.0.2:80"] }
  c: { protocol: tcp, servers: ["10.0.0.3:80"] }
targets: { nginx: { pools: [a, c] } }
`);
    expect(text.match(/upstream \S+/g)).toEqual(["upstream a"]);
  });
});

describe("retries", () => {
  it.each([
    ["{ attempts: 3, when: [connect, empty] }", "error", "3"], // both are nginx's error
    ["{ attempts: 2, when: [timeout, 503, 404] }", "timeout http_503 http_404", "2"],
    ["{ attempts: 2, when: [connect], methods: all }", "error non_idempotent", "2"],
    ["{ attempts: 1, when: [connect, 502] }", "off", null],
    ["{ attempts: 4, when: [] }", "off", null],
  ])("%s", async (retries, conditions, tries) => {
    const text = await rendered(API(`retries: ${retries}\n${SERVERS}`));
    expect(/proxy_next_upstream (.*);/.exec(text)?.[1]).toBe(conditions);
    expect(/proxy_next_upstream_tries (.*);/.exec(text)?.[1] ?? null).toBe(tries);
  });
});

describe("nginx's own tables", () => {
  it("grow with long names, many names and many headers", async () => {
    const long = `${"a".repeat(60)}.example`;
    expect(await rendered(API(`hostnames: [${long}]\n${SERVERS}`))).toContain("server_names_hash_bucket_size 128;");
    expect(await rendered(API(`hostnames: [short.example]\n${SERVERS}`))).not.toContain("_hash_");
  });
});
