import { describe, expect, it } from "vitest";
import { audit } from "../../../src/targets/audit.js";
import target from "../../../src/targets/compose/index.js";
import { fleetOf } from "../../fleet.js";
import { optionsOf } from "./read.js";

async function saidOf(topology: string) {
  const fleet = await fleetOf(`version: 1\nname: t\n${topology}`);
  const findings = audit(fleet, target, optionsOf(fleet), fleet.pools);
  return findings.map(({ rule, severity, message }) => `${severity} ${rule}: ${message}`);
}

describe("compose's audit", () => {
  it("is silent about what balancers and images do", async () => {
    expect(
      await saidOf(`
health: { pg: { check: postgres, user: lbcheck }, web: { check: http, expect: { status: 204 } } }
brokers: { mqtt: { software: mosquitto, access: { anonymous: true }, persistence: true, listeners: { mqtt: 1883 }, servers: [b] } }
apis: { shop: { health: web, listeners: { http: 80 }, servers: [s] } }
databases: { main: { software: postgres, health: pg, listeners: { write: 5432 }, primary: p } }
resolver: { servers: [127.0.0.11] }
targets: { compose: { images: { postgres: "postgres:16", shop: "shop:1" } } }`),
    ).toEqual([]);
  });

  it.each([
    [
      "health: { x: { check: http, expect: { status: [204, '301-302'] } } }\napis: { a: { health: x, servers: [s1, s2, s3] } }",
      `info compose/health.check.http: s1 and 2 more: without an image of its own a container answers every request with status 200 and the server's name`,
    ],
    [
      "health: { x: { check: redis } }\nservices: { cache: { health: x, servers: ['c:6379'] } }",
      "info compose/health.check.redis: c: without an image of its own a container does not speak Redis: HAProxy counts it as down",
    ],
    [
      "health: { x: { check: mysql, user: probe } }\ndatabases: { d: { software: mysql, health: x, primary: m } }\ntargets: { compose: { images: { mysql: 'mysql:8' } } }",
      'warning compose/health.check.mysql: a new MySQL container has no user "probe": HAProxy counts it as down until there is one',
    ],
    [
      "tls: { x: { bundle: certs/x.pem } }\nservices: { s: { listeners: { a: { port: 99, tls: x } }, servers: ['c:1'] } }",
      'warning compose/tls.certificate: "certs/x.pem" is not mounted: a relative path is another file in a container',
    ],
    [
      "brokers: { m: { software: mosquitto, access: { passwordFile: x/y }, persistence: true, servers: [b] } }",
      'warning compose/access: "x/y" is not mounted: a relative path is another file in a container',
    ],
    [
      "apis: { a: { servers: [s] } }\nresolver: { servers: [10.0.0.53] }",
      "info compose/resolver: the containers' names are known to 127.0.0.11 alone",
    ],
    [
      "apis: { a: { serverTls: true, servers: [s] } }",
      "info compose/serverTls: s: without an image of its own a container speaks plain HTTP, the balancers TLS",
    ],
  ])("%s", async (topology, expected) => {
    expect(await saidOf(topology)).toEqual([expected]);
  });
});
