import { describe, expect, it } from "vitest";
import type { Fleet, TargetRequest } from "../../../src/fleet/fleet.js";
import target from "../../../src/targets/mosquitto/index.js";
import { fleetOf } from "../../fleet.js";

const request = (fleet: Fleet, pools: readonly string[] | null = null): TargetRequest => ({
  written: fleet.written,
  name: "mosquitto",
  version: null,
  pools,
  options: {},
});

/** The rendered files by path. */
async function filesOf(brokers: string, pools: readonly string[] | null = null): Promise<Record<string, string>> {
  const fleet = await fleetOf(
    `version: 1\nname: t\nhealth: { watch: { check: mqtt, port: 1999 } }\nbrokers:\n${brokers}`,
  );
  const artifacts = target.render(fleet, target.options(request(fleet, pools)));
  return Object.fromEntries(artifacts.map(({ path, text }) => [path, text]));
}

const pool = (rest: string, name = "mqtt"): string => `
  ${name}:
    software: mosquitto
${rest.replace(/^(?=.)/gm, "    ")}
`;

/** The lines that say something, without comments. */
const saysOf = (text: string | undefined): string[] =>
  text!.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

describe("a node's file", () => {
  it("reads as a person would have written it", async () => {
    const { "mosquitto/leaf.conf": leaf } = await filesOf(
      pool(`cluster: { mode: bridge, topics: ["sensors/#", alarms], qos: 2 }
access: { anonymous: true, aclFile: /etc/mosquitto/acl }
persistence: true
listeners: { mqtt: 1884, websocket: 9011 }
ports: { mqtt: 1885, websocket: 9005 }
servers: [hub, spare, { name: leaf, host: 10.0.0.3, maxConnections: 500 }]`),
    );
    expect(leaf).toMatch(/^# written by lbctl from topology\.yaml \(sha256 [0-9a-f]{16}\)\n# do not edit/);
    expect(leaf!.slice(leaf!.indexOf("# leaf"))).toBe(`# leaf, a broker of pool mqtt

# who may connect
allow_anonymous true
acl_file /etc/mosquitto/acl

# sessions, queues and retained messages outlive a restart; the folder must be there and mosquitto's own
persistence true
persistence_location /var/lib/mosquitto/
persistence_file leaf.db

log_dest stderr
log_type error
log_type warning
log_type notice

# MQTT
listener 1885 10.0.0.3
# 500 clients and a health check
max_connections 501

# MQTT over WebSocket: on every address, mosquitto cannot bind it to one
listener 9005
protocol websockets
# 500 clients and a health check
max_connections 501

# messages of the other nodes: to the first of these that answers, and back to it when it is there again
connection leaf-to-hub
addresses hub:1885 spare:1885
round_robin false
topic sensors/# both 2
topic alarms both 2
remote_clientid bridge-leaf-to-hub
local_clientid local-leaf-to-hub
# tells the other broker that this is a bridge: it sends nothing back to where it came from
bridge_protocol_version mqttv311
try_private true
# what is sent with QoS 1 or 2 while the other broker is away is kept for it (max_queued_messages: 1000)
cleansession false
notifications false
# seconds: of silence before a ping; between tries, growing from the first to the second
keepalive_interval 10
restart_timeout 1 10
`);
  });

  it("always has a plain listener, and a WebSocket one only where a balancer brings it", async () => {
    const listeners = async (said: string) => {
      const files = await filesOf(pool(`access: { anonymous: true }\npersistence: false\n${said}\nservers: [a]`));
      return saysOf(files["mosquitto/a.conf"]).filter((line) => /^(listener|protocol)/.test(line));
    };
    expect(await listeners("")).toEqual(["listener 1883"]);
    expect(await listeners("listeners: { mqtt: 2883 }")).toEqual(["listener 1883"]);
    const both = ["listener 1883", "listener 9001", "protocol websockets"];
    expect(await listeners("listeners: { websocket: 9999 }")).toEqual(both);
    expect(await listeners("listeners: { wss: { port: 443, tls: passthrough } }")).toEqual(["listener 1883"]);
    expect(await listeners("health: watch\nlisteners: { mqtt: 2883 }")).toEqual(["listener 1883", "listener 1999"]);
  });

  it("lets a passed-through listener stay out, since nobody names a certificate for it", async () => {
    const files = await filesOf(
      pool(`access: { anonymous: true }
persistence: false
listeners: { mqtts: { port: 8883, tls: passthrough } }
servers: [a]`),
    );
    expect(files["mosquitto/a.conf"]).not.toContain("8883");
  });

  it("states access and persistence, whatever they are", async () => {
    const files = await filesOf(
      pool(`access: { passwordFile: "/etc/mosquitto/pass # words" }
persistence: false
servers: [a]`),
    );
    expect(saysOf(files["mosquitto/a.conf"]).slice(0, 3)).toEqual([
      "allow_anonymous false",
      "password_file /etc/mosquitto/pass # words",
      "persistence false",
    ]);
  });
});

describe("bridges", () => {
  const bridgeLines = (text: string | undefined) =>
    saysOf(text).filter((line) => /^(connection|addresses|topic|round)/.test(line));

  it("are a star around the first server, each node trying the lower-numbered ones in turn", async () => {
    const files = await filesOf(
      pool(`cluster: { mode: bridge }
access: { anonymous: true }
persistence: false
servers: ["n{1..3}"]`),
    );
    expect(Object.values(files).map(bridgeLines)).toEqual([
      [],
      ["connection n2-to-n1", "addresses n1:1883", "topic # both 1"],
      ["connection n3-to-n1", "addresses n1:1883 n2:1883", "round_robin false", "topic # both 1"],
    ]);
  });

  it("are those that were asked for, with names of their own for two between the same nodes", async () => {
    const files = await filesOf(
      pool(`cluster:
  mode: bridge
  bridges:
    - { from: a, to: b, direction: out, topics: [up/#, up/#] }
    - { from: a, to: b, direction: in, topics: [down/#] }
    - { from: a, to: c }
access: { anonymous: true }
persistence: false
servers: [a, b, { name: c, host: "[::1]", port: 1999 }]`),
    );
    expect(bridgeLines(files["mosquitto/a.conf"])).toEqual([
      "connection a-to-b",
      "addresses b:1883",
      "topic up/# out 1",
      "connection a-to-b-2",
      "addresses b:1883",
      "topic down/# in 1",
      "connection a-to-c",
      "addresses ::1:1999",
      "topic # both 1",
    ]);
  });

  it("count among the connections of the node that they come to", async () => {
    const files = await filesOf(
      pool(`cluster: { mode: bridge }
access: { anonymous: true }
persistence: false
servers: [{ host: n1, maxConnections: 10 }, { host: n2, maxConnections: 10 }, n3]`),
    );
    expect(files["mosquitto/n1.conf"]).toContain(
      "# 10 clients, 2 of other nodes' bridges and a health check\nmax_connections 13\n",
    );
    expect(files["mosquitto/n2.conf"]).toContain(
      "# 10 clients, 1 of other nodes' bridges and a health check\nmax_connections 12\n",
    );
    expect(files["mosquitto/n3.conf"]).not.toContain("max_connections ");
  });
});

describe("files", () => {
  const alone = "access: { anonymous: true }\npersistence: false\n";

  it("are called like their servers, and like POOL-SERVER where servers of two pools share a name", async () => {
    const brokers = `${pool(`${alone}cluster: { mode: none }\nservers: [{ name: x, host: h1 }, { name: y, host: h2 }]`, "east")}${pool(
      `${alone}servers: [{ name: X, host: h3 }]`,
      "west",
    )}`;
    expect(Object.keys(await filesOf(brokers))).toEqual([
      "mosquitto/east-x.conf",
      "mosquitto/y.conf",
      "mosquitto/west-X.conf",
    ]);
    expect(Object.keys(await filesOf(brokers, ["west"]))).toEqual(["mosquitto/west-X.conf"]);
  });

  it("are written for mosquittos alone", async () => {
    expect(await filesOf("  mqtt: { software: emqx, servers: [a] }")).toEqual({});
  });
});
