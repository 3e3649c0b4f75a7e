import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { type Device, device } from "./harness/mqtt.js";
import { accepts, freePort, type Running, ready, stopAll, suite, until } from "./harness/programs.js";
import { rendered, startMosquitto } from "./harness/rendered.js";

const HOSTS = { n1: "127.0.0.91", n2: "127.0.0.92", n3: "127.0.0.93" };
const NAMES = ["n1", "n2", "n3"] as const;
type Name = (typeof NAMES)[number];

/** Three brokers at work on their rendered files, each with a subscriber to everything. */
interface Cluster {
  readonly brokers: Readonly<Record<Name, Running>>;
  readonly devices: Readonly<Record<Name, Device>>;
  start(name: Name): Promise<void>;
}

async function cluster(qos: 0 | 1 | 2): Promise<Cluster> {
  const port = await freePort();
  const servers = NAMES.map((name) => `{ name: ${name}, host: ${HOSTS[name]} }`);
  const made = await rendered(`
version: 1
name: bridges
brokers:
  mqtt:
    software: mosquitto
    cluster: { mode: bridge, topics: [telemetry/#, "ready/#"], qos: ${qos} }
    access: { anonymous: true }
    persistence: false
    ports: { mqtt: ${port} }
    servers: [${servers.join(", ")}]
targets: { mosquitto: {} }
`);
  const brokers: Partial<Record<Name, Running>> = {};
  const devices: Partial<Record<Name, Device>> = {};
  const start = async (name: Name): Promise<void> => {
    const running = (brokers[name] = startMosquitto(made, name));
    await ready(running, `${name} listens`, () => accepts(port, HOSTS[name]));
    const own = (devices[name] = await device(`mqtt://${HOSTS[name]}:${port}`));
    await own.client.subscribeAsync("#", { qos: 2 });
  };
  for (const name of NAMES) await start(name);
  return { brokers: brokers as Cluster["brokers"], devices: devices as Cluster["devices"], start };
}

let tries = 0;
/** Waits until what is published on `from` comes to `to`. Every try has a topic of its own. */
async function joined({ devices }: Cluster, from: Name, to: Name, limitMs: number): Promise<void> {
  await until(
    `${from} reaches ${to}`,
    async () => {
      const topic = `ready/${(tries += 1)}`;
      devices[from].client.publish(topic, "x");
      await pause(100);
      return devices[to].received(topic).length > 0;
    },
    limitMs,
  );
}

/** Publishes one message on each of `names` and waits until all have had time to come round a loop, if there were one. */
async function published({ devices }: Cluster, names: readonly Name[], topic: string, qos: 0 | 1 | 2) {
  for (const name of names) await devices[name].client.publishAsync(topic, `from ${name}`, { qos });
  const all = (name: Name): boolean => new Set(devices[name].received(topic)).size === names.length;
  await until("every message is everywhere", () => names.every(all));
  await pause(500);
  return names.map((name) => devices[name].received(topic).toSorted());
}

suite("bridged mosquittos", ["mosquitto"], () => {
  afterEach(stopAll);

  it.each([1, 2] as const)("a message published on any node arrives exactly once on each, with QoS %i", async (qos) => {
    const fleet = await cluster(qos);
    await joined(fleet, "n2", "n1", 5000);
    await joined(fleet, "n3", "n2", 5000);
    const once = ["from n1", "from n2", "from n3"];
    expect(await published(fleet, NAMES, "telemetry/a/b", qos)).toEqual([once, once, once]);
  });

  it("the others go on through the second node when the first is killed", async () => {
    const fleet = await cluster(1);
    await joined(fleet, "n3", "n1", 5000);
    await fleet.brokers.n1.kill();
    await joined(fleet, "n3", "n2", 15_000);
    await joined(fleet, "n2", "n3", 5000);
    const once = ["from n2", "from n3"];
    expect(await published(fleet, ["n2", "n3"], "telemetry/without-n1", 1)).toEqual([once, once]);
  });

  it("what is published while the first node is away is kept for it", async () => {
    const fleet = await cluster(1);
    await joined(fleet, "n2", "n1", 5000);
    await fleet.brokers.n1.kill();
    // retained, so that it is seen too where the bridge is back before the subscriber; then it may come more than once
    await fleet.devices.n2.client.publishAsync("telemetry/kept", "while n1 was away", { qos: 1, retain: true });
    await fleet.start("n1");
    await until("n1 has it", () => fleet.devices.n1.received("telemetry/kept").length > 0, 15_000);
    expect(new Set(fleet.devices.n1.received("telemetry/kept"))).toEqual(new Set(["while n1 was away"]));
  });
});
