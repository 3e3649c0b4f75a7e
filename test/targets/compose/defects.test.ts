import { load } from "js-yaml";
import { beforeAll, describe, expect, it } from "vitest";
import { type ReadCompose, textOf } from "./read.js";

/** The fleet of the guide that everybody copies, and what becomes of each mistake in its compose file. */
describe("what copied compose files get wrong", () => {
  let text: string;
  let file: ReadCompose;
  beforeAll(async () => {
    text = await textOf(`
brokers:
  mqtt:
    software: mosquitto
    cluster: { mode: bridge }
    access: { anonymous: true }
    persistence: true
    listeners: { mqtt: 1883, websocket: 9001 }
    servers: ["mosquitto-{1..3}"]
apis:
  routemq: { listeners: { http: 8080 }, servers: ["routemq-{1..3}:8080"] }
targets: { nginx: {}, haproxy: {}, compose: {} }
`);
    file = load(text) as ReadCompose;
  });
  const brokers = () => [1, 2, 3].map((number) => file.services[`mosquitto-${number}`]!);

  it("the brokers' ports are open to everyone, beside the balancer: here only balancers publish", () => {
    const open = Object.entries(file.services).filter(([, { ports }]) => ports);
    expect(open.map(([name]) => name)).toEqual(["nginx", "haproxy"]);
  });

  it("the balancer's WebSocket and API ports are not published: here every listener's is", () => {
    expect(file.services.nginx!.ports).toEqual(["1883:1883", "9001:9001", "8080:8080"]);
  });

  it("a `version` is written that Compose warns of: here there is none", () => {
    expect(Object.keys(file)).toEqual(["name", "services", "networks", "volumes"]);
  });

  it("node files are mounted that nobody shows: here each is one that we write", () => {
    expect(brokers().map(({ volumes }) => volumes![0])).toEqual(
      [1, 2, 3].map((number) => `../mosquitto/mosquitto-${number}.conf:/mosquitto/config/mosquitto.conf:ro`),
    );
  });

  it("settings and keys are passed that mosquitto does not know: here none are", () => {
    for (const { environment, volumes } of brokers()) {
      expect(environment).toBeUndefined();
      expect(JSON.stringify(volumes)).not.toMatch(/cluster/);
    }
  });

  it("data is mounted where nothing is written: here the volume is the folder that the node's file names", () => {
    expect(brokers().map(({ volumes }) => volumes!.at(-1))).toEqual(
      [1, 2, 3].map((number) => `mosquitto-${number}-data:/var/lib/mosquitto`),
    );
  });

  it("HAProxy as a daemon ends its container at once: here it stays in the foreground, and so does nginx", () => {
    expect(file.services.haproxy!.command!.slice(0, 3)).toEqual(["haproxy", "-W", "-db"]);
    expect(file.services.nginx!.command).toEqual(["nginx", "-g", "daemon off;"]);
  });

  it("nginx ends where a name is unknown when it starts: here it starts after the servers, and again if it ended", () => {
    expect(file.services.nginx!.depends_on).toEqual([
      ...["mosquitto-1", "mosquitto-2", "mosquitto-3"],
      ...["routemq-1", "routemq-2", "routemq-3"],
    ]);
    for (const { restart } of Object.values(file.services)) expect(restart).toBe("unless-stopped");
  });

  it("nobody asks whether anything is well: here every container is asked", () => {
    for (const { healthcheck } of Object.values(file.services)) expect(healthcheck!.test[0]).toBe("CMD");
  });

  it("a lost indentation makes one service of all: here each is a mapping, and no key comes twice", () => {
    expect(Object.keys(file.services)).toHaveLength(8); // js-yaml refuses duplicate keys
    for (const service of Object.values(file.services))
      expect(service.image).toMatch(/^(eclipse-mosquitto|nginx|haproxy):/);
  });
});
