import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Fleet } from "../../../src/fleet/fleet.js";
import { Source } from "../../../src/support/source.js";
import { parse } from "../../../src/syntax/haproxy/parse.js";
import target from "../../../src/targets/haproxy/index.js";
import { readMessages } from "../../../src/targets/haproxy/messages.js";
import { copyInto } from "../../../src/targets/haproxy/room.js";
import { openRoom } from "../../../src/targets/room.js";
import type { CheckResult } from "../../../src/targets/target.js";
import { fleetOf } from "../../fleet.js";
import { haproxy, optionsOf } from "./program.js";

const kitchenSink = (): Promise<Fleet> =>
  fleetOf(readFileSync(join(import.meta.dirname, "cases/kitchen-sink.yaml"), "utf8"));

/** Checks a fleet's file after `change`. */
async function checked(fleet: Fleet, change: (text: string) => string = (text) => text): Promise<CheckResult> {
  const options = optionsOf(fleet);
  const [artifact] = target.render(fleet, options);
  const text = change(artifact!.text);
  if (text === artifact!.text && change("x") !== "x") throw new Error("nothing was changed");
  return target.check([{ ...artifact!, text }], fleet, options);
}

const said = ({ findings }: CheckResult) =>
  findings.map(({ kind, severity, message, at }) => [kind, severity, `${at.line}:${at.column}`, message]);

describe.skipIf(!haproxy)("haproxy -c", () => {
  test("accepts everything that the language can say, without a warning", async () => {
    const fleet = await kitchenSink();
    const result = await checked(fleet);
    expect([result.result, said(result)]).toEqual(["ok", []]);
    expect(result.version).toMatch(/^\d+\.\d+\.\d+$/);
    const [artifact] = target.render(fleet, optionsOf(fleet));
    expect(parse(new Source("haproxy.cfg", artifact!.text)).problems).toEqual([]);
  });

  test("its errors and warnings stand at the topology's line that caused them", async () => {
    const fleet = await fleetOf(`version: 1
name: t
brokers:
  mqtt:
    listeners: { mqtt: 1883 }
    servers:
      - b-1
      - { host: b-2, weight: 3 }
services:
  s: { listeners: { x: 5000 }, servers: ["s-1:1"] }
`);
    const lines = (text: string, from: string, to: string): string => text.replace(from, to);
    const wrong = await checked(fleet, (text) => lines(text, "weight 3", "weight 300"));
    expect([wrong.result, said(wrong)]).toEqual([
      "failed",
      [
        [
          "configuration",
          "error",
          "8:9",
          expect.stringContaining("weight of server b-2 is not within 0 and 256 (300)"),
        ],
      ],
    ]);
    const missing = await checked(fleet, (text) => lines(text, "default_backend s", "default_backend nobody"));
    expect(said(missing)).toEqual([
      ["configuration", "error", "10:24", expect.stringContaining("unable to find required default_backend: 'nobody'")],
    ]);
    const layer = await checked(fleet, (text) => lines(text, "balance roundrobin", "balance hdr(X)"));
    expect([layer.result, said(layer)]).toEqual([
      "ok",
      [["configuration", "warning", "10:6", expect.stringContaining("Falling back to round robin")]],
    ]);
  });

  test("an output for a newer version is not given to an older program", async () => {
    const fleet = await fleetOf(
      'version: 1\nname: t\nservices: { s: { listeners: { x: 1 }, servers: ["a:1"] } }\ntargets: { haproxy: { version: "99.0" } }\n',
    );
    const result = await checked(fleet);
    expect([result.result, result.note]).toEqual([
      "skipped",
      `haproxy ${result.version} is older than the output's 99.0`,
    ]);
  });
});

describe("the check room", () => {
  const inRoom = (text: string): string[] => {
    const room = openRoom();
    try {
      return copyInto(room, new Source("haproxy.cfg", text)).text.replaceAll(room.dir, "ROOM").split("\n");
    } finally {
      room.close();
    }
  };

  test("what is elsewhere is replaced, the rest and every line's number stay", () => {
    const copy = inRoom(`global
  user haproxy
  chroot /var/lib/haproxy # jail
  daemon
  stats socket /run/haproxy/admin.sock mode 660 level admin
  log logs.example:514 local0
  log stdout local0
frontend f
  bind *:80
  bind 10.0.0.1:8443 ssl crt /etc/a.pem ca-file /etc/ca.pem
  bind /run/f.sock
  default_backend b # user
backend b
  http-request set-header X-User 'user x'
  server one app-1:80 check ca-file @system-ca
  server two app-2 check
  server again app-1:81
  server four 10.0.0.4:80
  server five "$HOST:80"
`);
    expect(copy).toEqual([
      "global",
      "",
      "",
      "",
      "    stats socket ROOM/sockets/socket23 mode 660 level admin",
      "    log 127.0.0.1:514 local0",
      "  log stdout local0",
      "frontend f",
      "    bind *:20080",
      "    bind 10.0.0.1:8443 ssl crt ROOM/certificate.pem ca-file ROOM/certificate.pem",
      "    bind ROOM/sockets/bind",
      "  default_backend b # user",
      "backend b",
      "  http-request set-header X-User 'user x'",
      "    server one 192.0.2.1:80 check ca-file @system-ca",
      "    server two 192.0.2.2 check",
      "    server again 192.0.2.1:81",
      "    server four 10.0.0.4:80",
      '  server five "$HOST:80"',
      "",
    ]);
  });
});

/** As 2.6.12, 3.1 and 3.3 print them (from 3.1 on without `config :`). */
test("messages are read from every version, with their lines", () => {
  const tree = parse(
    new Source("h.cfg", "frontend f\n  bind :80\nbackend b\n  server a 10.0.0.1:80\n  server z 10.0.0.2:80\n"),
  );
  const messages = readMessages(
    [
      "[NOTICE]   (11) : haproxy version is 2.6.12-1+deb12u4",
      "[ALERT]    (11) : config : parsing [/tmp/h.cfg:12] : unknown keyword 'bogus' in 'global' section",
      "[ALERT]    (11) : config : [/tmp/h.cfg:4] : 'server b/a' : verify is enabled by default but no CA file specified.",
      "[WARNING]  (11) : config : missing timeouts for frontend 'f'.",
      "   | While not properly invalid, you will certainly encounter various problems",
      "[ALERT]    (11) : 'server b/z' : could not resolve address 'nope.invalid'.",
      "[WARNING]  (11) : Removing incomplete section 'peers p' (no peer named 'x').",
      "[ALERT]    (11) : config : parsing [/tmp/h.cfg:2] : 'bind :80' : unable to stat SSL certificate from file '/x'",
      "[ALERT]    (11) : config : Error(s) found in configuration file : /tmp/h.cfg",
      "[ALERT]    (11) : config : Fatal errors found in configuration.",
    ].join("\n"),
    tree,
  );
  expect(messages.map(({ severity, line, environment }) => [severity, line, environment])).toEqual([
    ["error", 12, false],
    ["error", 4, false],
    ["warning", 1, false],
    ["error", 5, true],
    ["warning", null, false],
    ["error", 2, true],
  ]);
  expect(messages[0]!.text).toBe("unknown keyword 'bogus' in 'global' section");
});
