import { afterEach, beforeEach, expect, test } from "vitest";
import { type BrokerFleet, bridged, brokerFleet, startFleet } from "./harness/brokers.js";
import { certificate } from "./harness/certificate.js";
import { type Broker, type Device, device, landing, startBroker } from "./harness/mqtt.js";
import { stopAll, suite, until } from "./harness/programs.js";
import { BALANCERS, balanced } from "./harness/rendered.js";

const NODES = ["one", "two", "three"];
// The policy of `brokerFleet`, in ms.
const INTERVAL = 300;
const TIMEOUT = 500;
const FALL = 3;
const RISE = 2;
/** What this test may be late in seeing it. */
const SLACK = 400;

for (const balancer of BALANCERS)
  suite(`brokers that fail behind ${balancer}`, [balancer, "mosquitto"], () => {
    let fleet: BrokerFleet;
    let brokers: Broker[];

    beforeEach(async () => {
      fleet = await brokerFleet(
        NODES,
        certificate("mqtt.test"),
        "keepalive: 4s",
        "affinity: { by: client_id, fallback: ip }",
      );
      brokers = await startFleet(fleet);
    });
    afterEach(stopAll);

    /** Clients that reconnect, at least one on the named broker. */
    async function clientsWithOneOn(name: string): Promise<{ all: Device[]; there: Device }> {
      const all: Device[] = [];
      for (let index = 1; index < 40; index += 1) {
        const one = await device(
          fleet.url("mqtt"),
          { clientId: `client-${index}`, reconnectPeriod: 100, keepalive: 4 },
          `127.0.${index}.2`,
        );
        all.push(one);
        if ((await one.where()) === name) return { all, there: one };
      }
      throw new Error(`nobody reached ${name}`);
    }

    const restart = async (name: string): Promise<void> => {
      const { port } = fleet.nodes.find((node) => node.name === name)!;
      await startBroker(fleet.made, name, port);
    };

    test("a broker is killed: its clients reconnect at the others, and messages go on", async () => {
      await balanced(balancer, fleet.topology);
      const { all, there } = await clientsWithOneOn("two");
      await brokers[1]!.running.kill();
      await until("the client is connected again", () => there.lost.length > 0 && there.client.connected);
      expect(["one", "three"]).toContain(await there.where());
      for (const { client } of all) await client.subscribeAsync("news/after", { qos: 1 });
      await there.client.publishAsync("news/after", "all well", { qos: 1 });
      await until("everybody has it", () => all.every(({ received }) => received("news/after").length === 1));
    });

    test("a broker that is back is used again, and messages reach it", async () => {
      await balanced(balancer, fleet.topology.replace("health: broker", "health: forgiving"));
      await brokers[1]!.running.kill();
      for (let index = 1; index < 8; index += 1)
        expect(await landing(fleet.url("mqtt"), {}, `127.0.${index}.3`)).not.toBe("two");
      await restart("two");
      let address = 0;
      await until("somebody lands there", async () => {
        address += 1;
        return (await landing(fleet.url("mqtt"), {}, `127.0.${address}.4`)) === "two";
      });
      await bridged(brokers[0]!.port, brokers[1]!.port);
    });

    if (balancer !== "haproxy") return;

    test("a killed broker is out after `fall` checks, and back after `rise`", async () => {
      const lb = await balanced(balancer, fleet.topology);
      const is = async (state: string): Promise<boolean> => (await lb.states("fleet")).two!.startsWith(state);
      await until("all are up, and checked", async () =>
        Object.values(await lb.states("fleet")).every((state) => state === "UP"),
      );
      await brokers[1]!.running.kill();
      const killed = performance.now();
      await until("it is taken out", () => is("DOWN"), FALL * (INTERVAL + TIMEOUT) + SLACK);
      const out = performance.now() - killed;
      expect(out).toBeGreaterThan((FALL - 1) * INTERVAL - 50);
      expect(out).toBeLessThan(FALL * INTERVAL + TIMEOUT + SLACK);
      for (let index = 0; index < 6; index += 1) expect(await landing(fleet.url("mqtt"))).not.toBe("two");
      const starting = performance.now();
      await restart("two");
      await until("it is back", () => is("UP"), RISE * (INTERVAL + TIMEOUT) + SLACK);
      expect(performance.now() - starting).toBeGreaterThan((RISE - 1) * INTERVAL);
    });

    test("a frozen broker's clients are cut when it is taken out, and find another", async () => {
      const lb = await balanced(balancer, fleet.topology);
      const { there } = await clientsWithOneOn("three");
      brokers[2]!.running.signal("SIGSTOP");
      const frozen = performance.now();
      const cut = await until("its client is cut", () => there.lost[0], FALL * (INTERVAL + TIMEOUT) + INTERVAL + SLACK);
      expect(cut - frozen).toBeGreaterThan((FALL - 1) * INTERVAL);
      expect((await lb.states("fleet")).three).toMatch(/^DOWN/);
      await until("it is connected again", () => there.client.connected);
      expect(["one", "two"]).toContain(await there.where());
    });
  });

suite("sessions on their broker", ["nginx", "haproxy", "mosquitto"], () => {
  afterEach(stopAll);

  test("with client_id affinity a kept session is found again, with what came meanwhile", async () => {
    const fleet = await brokerFleet(
      NODES,
      certificate("mqtt.test"),
      "affinity: { by: client_id, fallback: ip }",
      "clients: { persistent: true }",
    );
    await startFleet(fleet);
    await balanced("haproxy", fleet.topology);
    const kept = { clientId: "meter-7", clean: false };
    const first = await device(fleet.url("mqtt"), kept);
    const home = await first.where();
    await first.client.subscribeAsync("news/for-meter", { qos: 1 });
    await first.end();
    const watcher = await device(`mqtt://127.0.0.1:${fleet.nodes.find(({ name }) => name === home)!.port}`);
    await watcher.client.subscribeAsync("news/for-meter");
    const sender = await device(fleet.url("mqtt"));
    await sender.client.publishAsync("news/for-meter", "while away", { qos: 1 });
    await until("it is there", () => watcher.received("news/for-meter").length > 0);
    const again = await device(fleet.url("mqtt"), kept);
    await until("what came meanwhile", () => again.received("news/for-meter").length > 0);
    expect(again.received("news/for-meter")).toEqual(["while away"]);
    expect(await again.where()).toBe(home);
  });

  test("a broker in drain gets no new clients", async () => {
    const fleet = await brokerFleet(NODES, certificate("mqtt.test"), "affinity: { by: client_id, fallback: ip }");
    await startFleet(fleet);
    const topology = fleet.topology.replace("name: two,", "name: two, state: drain,");
    for (const balancer of BALANCERS) {
      const lb = await balanced(balancer, topology);
      for (let index = 1; index < 10; index += 1)
        expect(await landing(fleet.url("mqtt"), {}, `127.0.${index}.5`)).not.toBe("two");
      await lb.kill();
    }
  });
});
