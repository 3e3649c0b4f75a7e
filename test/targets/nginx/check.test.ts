import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { findProgram } from "../../../src/support/program.js";
import nginx from "../../../src/targets/nginx/index.js";
import type { Installed } from "../../../src/targets/nginx/installed.js";
import { readMessages } from "../../../src/targets/nginx/messages.js";
import { copyInto } from "../../../src/targets/nginx/room.js";
import { openRoom } from "../../../src/targets/room.js";
import { fleetOf } from "../../fleet.js";
import { checked } from "./rendered.js";
import { NGINX } from "./running.js";

const programs = vi.hoisted(() => ({ missing: false }));
vi.mock("../../../src/support/program.js", async (original) => {
  const real = await original<typeof import("../../../src/support/program.js")>();
  return { ...real, findProgram: (name: string) => (programs.missing ? undefined : real.findProgram(name)) };
});

const PROGRAM: Installed = {
  file: "nginx",
  version: "1.22.1",
  stream: "/m/ngx_stream_module.so",
  built: "",
  ipv6: true,
};

/** The copy of a configuration as one line of text, without the room's own path. */
function copied(
  text: string,
  program: Partial<Installed> = {},
): { text: string; notes: readonly string[]; lines: string[] } {
  const room = openRoom();
  try {
    const copy = copyInto(room, text, { ...PROGRAM, ...program });
    const plain = copy.text.replaceAll(room.dir, "ROOM");
    return { text: plain.replace(/\s+/g, " ").trim(), notes: copy.notes, lines: plain.split("\n") };
  } finally {
    room.close();
  }
}

describe("the check room's copy", () => {
  it.each([
    ["user www-data; pid /run/x.pid; error_log /var/log/e;", "pid ROOM/nginx.pid;"],
    [
      "http { ssl_certificate /a; ssl_certificate_key /b; }",
      "ssl_certificate ROOM/certificate.pem; ssl_certificate_key ROOM/certificate.pem; }",
    ],
    ["http { access_log /dev/stdout fmt; access_log off; }", "access_log ROOM/access.log fmt; access_log off; }"],
    [
      "stream { upstream u { server a.test:1 weight=2; server 10.0.0.1:2; server [::1]:3; } }",
      'server 192.0.2.1:1 weight=2; server 10.0.0.1:2; server "[::1]:3"; } }',
    ],
    [
      "stream { server { listen 80; listen 8080; listen [::]:443 ssl; } }",
      'listen 20080; listen 8080; listen "[::]:20443" ssl; } }',
    ],
    ["stream { server { listen 20080; listen 80; } }", "listen 20080; listen 20081; } }"], // not onto one that is taken
    [
      "stream { server { listen 203.0.113.7:8080; listen 127.0.0.3:81; } }",
      "listen 127.77.0.1:8080; listen 127.0.0.3:20081; } }",
    ],
  ])("rewrites %s", (text, expected) => {
    expect(copied(text).text).toContain(expected);
  });

  it("loads the module that stream needs, the program's own", () => {
    const text = "load_module /elsewhere/ngx_stream_module.so;\nstream { }";
    expect(copied(text).text).toBe("pid ROOM/nginx.pid; load_module /m/ngx_stream_module.so; stream { }");
    expect(copied(text, { stream: "static" }).text).toBe("pid ROOM/nginx.pid; stream { }");
  });

  it("gives http its temporary folders, as far as the program knows them", () => {
    const { text } = copied("http { }", { built: "--without-http_uwsgi_module" });
    expect(text).toContain("proxy_temp_path ROOM/proxy;");
    expect(text).not.toContain("uwsgi");
  });

  it("says what it did not read", () => {
    const { notes, text } = copied(
      "include /etc/nginx/modules-enabled/*.conf;\nload_module /nowhere/x.so;\nhttp { include /etc/more.conf; }",
    );
    expect(notes).toEqual(["/nowhere/x.so is not on this machine", "/etc/more.conf was not read"]);
    expect(text).not.toContain("include");
  });

  it("keeps every directive on its line", () => {
    expect(copied("# one\n\nevents {\n  worker_connections 9;\n}\n").lines[3]).toContain("worker_connections 9;");
  });

  it("does without IPv6 where the machine has none", () => {
    expect(copied("stream { server { listen 80; listen [::]:80; } }", { ipv6: false }).text).toContain(
      "listen 127.77.0.1:20080;",
    );
  });
});

describe("nginx's messages", () => {
  const read = (line: string, built = "") => readMessages(`${line}\n`, { ...PROGRAM, built });

  it.each([
    ['nginx: [emerg] unknown directive "x" in /tmp/r/nginx.conf:12', "error", 12, false],
    ['nginx: [warn] conflicting server name "a" on 0.0.0.0:80, ignored', "warning", null, false],
    ["nginx: [emerg] bind() to 10.0.0.1:80 failed (99: Cannot assign requested address)", "error", null, true],
    ['nginx: [emerg] open() "/run/nginx.pid" failed (13: Permission denied)', "error", null, true],
    ["nginx: [warn] 16384 worker_connections exceed open file resource limit: 1024", "warning", null, true],
  ])("%s", (line, severity, number, environment) => {
    expect(read(line)).toMatchObject([{ severity, line: number, environment }]);
  });

  it("tell a build that lacks a module from a wrong configuration", () => {
    const line = 'nginx: [emerg] unknown directive "set_real_ip_from" in /r:3';
    expect(read(line)[0]?.environment).toBe(true);
    expect(read(line, "--with-http_realip_module")[0]?.environment).toBe(false);
  });

  it("leave out what is no complaint", () => {
    expect(read("nginx: [notice] hello")).toEqual([]);
    expect(read("nginx: the configuration file /x syntax is ok")).toEqual([]);
  });
});

const TWICE = `
services:
  one: { protocol: tcp, listeners: { x: 6000 }, servers: ["10.0.0.1:1"] }
  two:
    protocol: tcp
    listeners:
      x: 6000
    servers: ["10.0.0.2:1"]
`;
const SAME_NAME = `
apis:
  one: { hostnames: [a.test], listeners: { http: 80 }, servers: ["10.0.0.1:1"] }
  two: { hostnames: [a.test], listeners: { http: 80 }, servers: ["10.0.0.2:1"] }
`;

describe("check", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    programs.missing = false;
  });

  it.skipIf(!NGINX)("puts an error at the topology's line that caused it", async () => {
    const { result, version, findings } = await checked(TWICE);
    expect([result, version]).toEqual(["failed", expect.stringMatching(/^1\.\d+\.\d+$/)]);
    expect(findings).toMatchObject([
      { rule: "nginx/check", source: "nginx", kind: "configuration", severity: "error", at: { line: 9 } },
    ]);
    expect(findings[0]?.message).toMatch(
      /^nginx says: duplicate ".*6000" address and port pair \(nginx\/nginx\.conf:\d+\)$/,
    );
  });

  it.skipIf(!NGINX)("counts warnings as findings, in the topology's own ports", async () => {
    const { result, findings } = await checked(SAME_NAME);
    expect(result).toBe("ok");
    expect(
      findings.map(({ severity, message, at }) => [severity, message.replace(/ \(.*/, ""), at.line]),
    ).toContainEqual(["warning", 'nginx says: conflicting server name "a.test" on port 80, ignored', 5]);
  });

  it.skipIf(!NGINX)("needs no names, certificates, low ports or addresses of the machine", async () => {
    const { result, findings } = await checked(`
tls: { t: { certificate: /no/such.pem, key: /no/such.key, clientCa: /no/ca.pem } }
brokers: { m: { listeners: { mqtts: { port: 883, tls: t, address: 203.0.113.77 } }, servers: ["nowhere-{1..3}.invalid"] } }
apis: { w: { serverTls: { ca: /no/ca.pem, sni: w.test }, listeners: { https: { port: 443, tls: t } }, servers: ["gone.invalid:443"] } }
`);
    expect([result, findings]).toEqual(["ok", []]);
  });

  const api = (name: string, more: string) =>
    `  ${name}: { listeners: { http: 8080 }, servers: ["10.0.0.{1..2}:80"], ${more} }`;
  const split = (key: string) =>
    `split: { key: "${key}", groups: [{ name: a, weight: 1, servers: [10-0-0-1] }, { name: b, weight: 1, servers: [10-0-0-2] }] }`;
  const count = (number: number, each: (index: number) => string) =>
    Array.from({ length: number }, (_, index) => each(index));
  /** Each stopped nginx, or made it warn, before its table grew. */
  const LARGE: [string, () => string[]][] = [
    ["names", () => count(600, (index) => api(`a${index}`, `hostnames: [api-${index}.example.com]`))],
    [
      "long names",
      () =>
        count(2, (index) => api(`a${index}`, `hostnames: ["*.${"x".repeat(60)}.${"y".repeat(60)}${index}.example"]`)),
    ],
    ["long headers", () => [api("a", `headers: { request: { ${"X-".padEnd(120, "y")}: v } }`)]],
    [
      "variables",
      () => count(120, (index) => api(`a${index}`, `hostnames: [a${index}.example], ${split(`cookie:c-${index}`)}`)),
    ],
    ["long variables", () => [api("z".repeat(63), split(`cookie:${"c-".repeat(60)}`))]],
    [
      "connections",
      () => count(300, (index) => api(`a${index}`, `hostnames: [a${index}.example], limits: { connections: 5 }`)),
    ],
  ];
  it.skipIf(!NGINX).each(LARGE)("finds nginx's tables large enough for many or %s", async (_, apis) => {
    const { result, findings } = await checked(`\napis:\n${apis().join("\n")}\n`);
    expect([result, findings]).toEqual(["ok", []]);
  });

  it.skipIf(!NGINX)("skips what is newer than the installed nginx", async () => {
    const { result, note, findings } = await checked(`${TWICE}targets: { nginx: { version: "1.99" } }\n`);
    expect([result, findings]).toEqual(["skipped", []]);
    expect(note).toMatch(/^nginx 1\.\d+\.\d+ is older than 1\.99$/);
  });

  it("reads the file itself where nginx is missing", async () => {
    programs.missing = true;
    expect(await checked(TWICE)).toEqual({
      program: "nginx",
      version: null,
      result: "missing",
      findings: [],
      note: null,
    });
    const fleet = await fleetOf(`version: 1\nname: t\n${TWICE}`);
    const options = nginx.options(fleet.targets.find(({ name }) => name === "nginx")!);
    const broken = [{ path: "nginx/nginx.conf", text: "events {\n  x\n", origin: null }];
    const { result, findings } = await nginx.check!(broken, fleet, options);
    expect(result).toBe("failed");
    expect(findings[0]?.message).toBe('nginx says: the file ends without ";" or "{" (nginx/nginx.conf:2)');
  });

  it("runs the program that stands first in PATH", async () => {
    const dir = mkdtempSync(join(tmpdir(), "lbctl-nginx-"));
    try {
      writeFileSync(
        join(dir, "nginx"),
        '#!/bin/sh\nif [ "$1" = -V ]; then echo "nginx version: nginx/1.30.6" >&2; echo "configure arguments: --with-stream" >&2; else echo "nginx: [emerg] mmap() failed (12: Cannot allocate memory)" >&2; exit 1; fi\n',
      );
      chmodSync(join(dir, "nginx"), 0o755);
      vi.stubEnv("PATH", `${dir}:/usr/bin:/bin`);
      expect(findProgram("nginx")).toBe(join(dir, "nginx"));
      const { result, version, note, findings } = await checked(TWICE);
      expect([result, version, note]).toEqual(["skipped", "1.30.6", "this machine stopped nginx -t"]);
      expect(findings).toMatchObject([{ kind: "environment", severity: "info" }]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
