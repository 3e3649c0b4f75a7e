import { describe, expect, it } from "vitest";
import { VERSIONS } from "../../../src/targets/nginx/versions.js";
import { rendered } from "./rendered.js";

const TOPOLOGY = (version: string) => `
tls: { t: { certificate: /c.pem, key: /k.pem } }
resolver: { servers: [127.0.0.11] }
brokers:
  mqtt:
    balance: { algorithm: least_response_time, fallback: random }
    proxyProtocol: v2
    listeners: { mqtt: 1883 }
    servers: ["mqtt-{1..2}"]
apis:
  web:
    listeners: { https: { port: 443, tls: t } }
    affinity: { cookie: SRV, fallback: ip }
    idleConnections: { count: 0 }
    servers: [web-1, web-2, { host: web-3, state: drain }]
targets: { nginx: { version: "${version}" } }
`;

/** What each version may say, by reference of its release notes; the others must not. */
const NEW: readonly [RegExp, string][] = [
  [/http2 on;/, "1.26"],
  [/ resolve;/, "1.28"],
  [/^ +resolver 127\.0\.0\.11;/m, "1.28"],
  [/ drain( resolve)?;/, "1.29"],
  [/sticky cookie SRV/, "1.29"],
  [/keepalive 0;/, "1.30"],
  [/least_time connect;/, "1.31"],
  [/proxy_protocol v2;/, "1.31"],
];
/** Deprecated or gone in newer versions. */
const RETIRED = [/listen .* http2/, /^ *ssl on;/m, /ssl_stapling/, /spdy/];

describe("versions", () => {
  it.each(Object.keys(VERSIONS))("%s gets what it knows, nothing newer, nothing retired", async (version) => {
    const text = await rendered(TOPOLOGY(version));
    const order = Object.keys(VERSIONS);
    for (const [directive, since] of NEW)
      expect([directive.source, directive.test(text)]).toEqual([
        directive.source,
        order.indexOf(version) >= order.indexOf(since),
      ]);
    for (const directive of RETIRED) expect(text).not.toMatch(directive);
  });

  it.each([
    ["1.25.0", false],
    ["1.25.1", true],
  ])("%s, a release itself: http2 %s", async (version, expected) => {
    expect((await rendered(TOPOLOGY(version))).includes("http2 on;")).toBe(expected);
  });

  it("writes the method before what belongs behind it", async () => {
    const text = await rendered(TOPOLOGY("1.31"));
    const upstream = /upstream web \{(.*?)\n {4}\}/s.exec(text)![1]!;
    expect(upstream.indexOf("sticky")).toBeGreaterThan(upstream.indexOf("server web-1"));
    expect(upstream.indexOf("keepalive")).toBeGreaterThan(upstream.indexOf("sticky"));
  });
});
