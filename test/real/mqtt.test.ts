import type { IClientOptions } from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BrokerFleet, brokerFleet, LISTENERS, type ListenerKind, startFleet } from "./harness/brokers.js";
import { certificate, type ThrowAway } from "./harness/certificate.js";
import { ask } from "./harness/http.js";
import { type Device, device, landing, silence } from "./harness/mqtt.js";
import { stopAll, suite, until } from "./harness/programs.js";
import { BALANCERS, balanced } from "./harness/rendered.js";

const NODES = ["one", "two", "three"];
/** Past it a balancer cuts: 1.5 times the topology's keep-alive of 2 s. */
const IDLE = 3000;
const KB = 1024;

for (const balancer of BALANCERS)
  suite(`MQTT through ${balancer} to three bridged mosquittos`, [balancer, "mosquitto"], () => {
    let tls: ThrowAway;
    let fleet: BrokerFleet;
    let client = 0;

    const options = (kind: ListenerKind): IClientOptions =>
      kind === "mqtts" || kind === "wss" ? { ca: tls.cert, servername: "mqtt.test" } : {};
    const through = (kind: ListenerKind, more: IClientOptions = {}, from?: string): Promise<Device> =>
      device(fleet.url(kind), { ...options(kind), ...more }, from);

    beforeAll(async () => {
      tls = certificate("mqtt.test");
      fleet = await brokerFleet(NODES, tls, "keepalive: 2s", "affinity: { by: client_id, fallback: ip }");
      await startFleet(fleet);
      await balanced(balancer, fleet.topology);
    });
    afterAll(stopAll);

    /** One client on each broker, from ever new addresses until all are reached. */
    async function oneEach(kind: ListenerKind): Promise<Device[]> {
      const found = new Map<string, Device>();
      for (let tries = 0; found.size < NODES.length && tries < 60; tries += 1) {
        client += 1;
        const one = await through(kind, { clientId: `${kind}-${client}`, keepalive: 1 }, `127.0.${client}.1`);
        const where = await one.where();
        if (found.has(where)) await one.end();
        else found.set(where, one);
      }
      expect([...found.keys()].sort()).toEqual([...NODES].sort());
      return [...found.values()];
    }

    for (const kind of LISTENERS)
      test(`what is published over ${kind} at one broker arrives at the others, once`, async () => {
        const devices = await oneEach(kind);
        const topic = `news/${kind}`;
        for (const { client } of devices) await client.subscribeAsync(topic, { qos: 1 });
        for (const [index, { client }] of devices.entries())
          await client.publishAsync(topic, `from ${index}`, { qos: 1 });
        const all = ["from 0", "from 1", "from 2"];
        await until("everybody has everything", () => devices.every(({ received }) => received(topic).length >= 3));
        await devices[0]!.client.publishAsync(topic, "last", { qos: 1 });
        await until("a later message is everywhere", () =>
          devices.every(({ received }) => received(topic).includes("last")),
        );
        for (const { received } of devices) expect(received(topic).toSorted()).toEqual([...all, "last"]);
        for (const one of devices) await one.end();
      });

    test("a client that keeps its keep-alive stays past the idle time-out, a mute one is cut by then and not before", async () => {
      await Promise.all(
        LISTENERS.map(async (kind) => {
          const alive = await through(kind, { keepalive: 2 });
          await alive.client.subscribeAsync(`news/alive-${kind}`);
          const before = performance.now();
          const mute = await through(kind, { keepalive: 0 });
          const after = performance.now();
          const cut = await until(`the mute client at ${kind} is cut`, () => mute.lost[0]);
          expect(cut - before, kind).toBeGreaterThan(IDLE - 10);
          expect(cut - after, kind).toBeLessThan(IDLE + 1500);
          await until("twice the idle time-out is over", () => performance.now() - after > 2 * IDLE);
          await alive.client.publishAsync(`news/alive-${kind}`, "still here");
          await until("its own message is back", () => alive.received(`news/alive-${kind}`).length > 0);
          expect(alive.lost, kind).toEqual([]);
          await alive.end();
        }),
      );
    });

    test("a client with a 60 KB will connects, and the will is published when it dies", async () => {
      const heir = await through("mqtt");
      await heir.client.subscribeAsync("news/last-will", { qos: 1 });
      const payload = Buffer.alloc(60 * KB, "w");
      const one = await through("mqtt", { will: { topic: "news/last-will", payload, qos: 1, retain: false } });
      one.client.stream.destroy();
      const [will] = await until(
        "the will",
        () => heir.received("news/last-will").length > 0 && heir.received("news/last-will"),
      );
      expect(will!.length).toBe(payload.length);
      await heir.end();
    });

    test("a plain GET on the WebSocket path gets 426 and takes nothing down; other paths are 404", async () => {
      const port = fleet.ports.websocket;
      for (let time = 0; time < 6; time += 1) expect((await ask({ port, path: "/mqtt" })).status).toBe(426);
      expect((await ask({ port, path: "/other" })).status).toBe(404);
      for (let time = 0; time < 6; time += 1) expect(NODES).toContain(await landing(fleet.url("websocket")));
    });

    test("one address comes back to one broker over WebSocket, and addresses spread", async () => {
      const reached = new Set<string>();
      for (let address = 1; address <= 10; address += 1) {
        const from = `127.0.${address}.1`;
        const first = await landing(fleet.url("websocket"), {}, from);
        expect(await landing(fleet.url("websocket"), {}, from)).toBe(first);
        reached.add(first);
      }
      expect(reached.size).toBeGreaterThan(1);
    });

    if (balancer === "nginx")
      test("one address comes back to one broker, and addresses spread", async () => {
        const reached = new Set<string>();
        for (let address = 1; address <= 10; address += 1) {
          const from = `127.0.${address}.1`;
          const first = await landing(fleet.url("mqtt"), {}, from);
          expect(await landing(fleet.url("mqtt"), {}, from)).toBe(first);
          reached.add(first);
        }
        expect(reached.size).toBeGreaterThan(1);
      });
    else {
      for (const kind of ["mqtt", "mqtts"] as const)
        for (const protocolVersion of [4, 5] as const)
          test(`a client identifier comes back to its broker (${kind}, MQTT ${protocolVersion === 4 ? "3.1.1" : "5"})`, async () => {
            const reached = new Set<string>();
            for (let index = 0; index < 4; index += 1) {
              const same = { ...options(kind), protocolVersion, clientId: `${kind}-${protocolVersion}-${index}` };
              const first = await landing(fleet.url(kind), same);
              const between = await landing(fleet.url(kind), {
                ...options(kind),
                clientId: `${kind}-${protocolVersion}-other-${index}`,
              });
              reached.add(first).add(between);
              for (let time = 0; time < 2; time += 1)
                expect(await landing(fleet.url(kind), same, `127.0.${index + 1}.9`)).toBe(first);
            }
            expect(reached.size).toBeGreaterThan(1);
          });

      test("what is not MQTT is closed without a byte", async () => {
        const { answer, closedAfter } = await silence(fleet.ports.mqtt, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        expect(answer.length).toBe(0);
        expect(closedAfter).toBeLessThan(500);
      });
    }
  });
