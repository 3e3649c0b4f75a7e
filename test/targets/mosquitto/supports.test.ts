import { describe, expect, it } from "vitest";
import { audit } from "../../../src/targets/audit.js";
import target from "../../../src/targets/mosquitto/index.js";
import { fleetOf } from "../../fleet.js";

/** What the audit says of a mosquitto pool with `said`. */
async function saidOf(said: string, servers = "[a, b]") {
  const fleet = await fleetOf(
    `version: 1
name: t
brokers:
  mqtt:
    software: mosquitto
    access: { anonymous: true }
    persistence: true
    servers: ${servers}
${said.replace(/^(?=.)/gm, "    ")}
`.replace(/ {4}access:.*\n([\s\S]*\n {4}access:)/, "$1"),
  ); // what `said` says wins
  const options = target.options({
    written: fleet.written,
    name: "mosquitto",
    version: null,
    pools: null,
    options: {},
  });
  return audit(fleet, target, options, fleet.pools).map(({ rule, severity, message, at }) => ({
    rule,
    severity,
    message,
    line: at.line,
  }));
}
const BRIDGED = "cluster: { mode: bridge }";

describe("mosquitto's audit", () => {
  it("is silent about a bridged pool with all that balancers do for it", async () => {
    expect(
      await saidOf(`${BRIDGED}
listeners: { mqtt: 1883, websocket: 9001 }
balance: consistent_hash
affinity: { by: client_id, fallback: ip }
limits: { connections: 10, connectionRate: { requests: 5, per: 1s } }`),
    ).toEqual([]);
  });

  it.each([
    [
      "TLS that is passed through has no certificate",
      `${BRIDGED}\nlisteners: { mqtts: { port: 8883, tls: passthrough } }`,
      "listeners.tls.passthrough",
      "warning",
      "TLS goes through to the brokers' port 8883, for which lbctl cannot write a listener: the topology names no certificate of theirs",
    ],
    [
      "a PROXY header is a protocol error to it",
      `${BRIDGED}\nproxyProtocol: v2`,
      "servers.proxyProtocol",
      "error",
      "mosquitto 2.0 takes the PROXY header for a protocol error and disconnects",
    ],
    [
      "bridges have no login",
      `${BRIDGED}\naccess: { passwordFile: /etc/mosquitto/passwords }`,
      "cluster.bridge",
      "error",
      "the bridges have no login, and these brokers let nobody in without one",
    ],
    [
      "an access list binds bridges too",
      `${BRIDGED}\naccess: { anonymous: true, aclFile: /etc/mosquitto/acl }`,
      "cluster.bridge",
      "info",
      "the bridges come without a login: the access list must let the anonymous read and write their topics",
    ],
    [
      "retained messages are sent again after an outage",
      `${BRIDGED}\nclients: { retained: true }`,
      "cluster.bridge",
      "info",
      "each time a bridge is back, live subscribers get the retained messages of its topics once more",
    ],
  ])("%s", async (_, said, feature, severity, message) => {
    expect(await saidOf(said)).toEqual([{ rule: `mosquitto/${feature}`, severity, message, line: expect.any(Number) }]);
  });

  it("says that connections are counted by listener, where there are two", async () => {
    const servers = "[{ host: a, maxConnections: 5 }]";
    expect(await saidOf("", servers)).toEqual([]);
    expect((await saidOf("listeners: { websocket: 9001 }", servers)).map(({ rule, line }) => [rule, line])).toEqual([
      ["mosquitto/servers.maxConnections", 8],
    ]);
  });
});
