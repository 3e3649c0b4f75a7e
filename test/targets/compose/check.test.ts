import { describe, expect, it } from "vitest";
import { findProgram } from "../../../src/support/program.js";
import target from "../../../src/targets/compose/index.js";
import { fleetOf } from "../../fleet.js";
import { optionsOf } from "./read.js";

const TOPOLOGY = `version: 1
name: t
tls: { public: { certificate: "/c/a:b.pem", key: "/c/a:b.pem.key" } }
brokers:
  mqtt:
    software: mosquitto
    cluster: { mode: bridge }
    access: { anonymous: true }
    persistence: true
    listeners: { mqtt: 1883, mqtts: { port: 8883, tls: public } }
    servers: ["b{1..2}"]
apis: { shop: { listeners: { http: 80 }, servers: ["app:8080", "app:8081"] } }
databases: { main: { software: postgres, primary: p, listeners: { write: 5432 } } }
services: { dns: { protocol: udp, listeners: { main: 53 }, servers: ["d:53"] } }
targets: { nginx: {}, haproxy: {}, compose: { images: { postgres: "postgres:16" } } }
`;

const IS_THERE = findProgram("docker-compose") !== undefined;

describe("compose's check", () => {
  it.skipIf(!IS_THERE)("gives the file to Compose, which takes it", async () => {
    const fleet = await fleetOf(TOPOLOGY);
    expect(await target.check(target.render(fleet, optionsOf(fleet)), fleet)).toMatchObject({
      result: "ok",
      findings: [],
    });
  });

  it.skipIf(!IS_THERE)("reports what Compose refuses at the server that it names", async () => {
    const fleet = await fleetOf(TOPOLOGY);
    const [artifact] = target.render(fleet, optionsOf(fleet));
    const broken = { ...artifact!, text: artifact!.text.replace(/( {2}b2:\n {4}image: ).*/, "$1[1, 2]") };
    const { result, findings } = await target.check([broken], fleet);
    expect(result).toBe("failed");
    expect(findings.map(({ rule, kind, severity, at }) => ({ rule, kind, severity, line: at.line }))).toEqual([
      { rule: "compose/check", kind: "configuration", severity: "error", line: 11 },
    ]);
  });
});
