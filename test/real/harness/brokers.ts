import mqtt from "mqtt";
import type { ThrowAway } from "./certificate.js";
import { type Broker, startBroker } from "./mqtt.js";
import { freePort, until } from "./programs.js";
import { type Rendered, rendered } from "./rendered.js";

export const LISTENERS = ["mqtt", "websocket", "mqtts", "wss"] as const;
export type ListenerKind = (typeof LISTENERS)[number];

/** Three rendered mosquittos, and the topology that a balancer in front of them is rendered from. */
export interface BrokerFleet {
  readonly topology: string;
  readonly nodes: readonly { readonly name: string; readonly port: number }[];
  readonly made: Rendered;
  readonly ports: Readonly<Record<ListenerKind, number>>;
  /** Where clients connect to the balancer. */
  url(kind: ListenerKind): string;
}

const SCHEMES = { mqtt: "mqtt", websocket: "ws", mqtts: "mqtts", wss: "wss" } as const;

/** Brokers of these names on free ports, bridged for `news/#` alone; `keys` are further keys of the pool, `health: broker` unless they say another. */
export async function brokerFleet(
  names: readonly string[],
  tls: ThrowAway,
  ...keys: readonly string[]
): Promise<BrokerFleet> {
  const nodes: { name: string; port: number; websocket: number }[] = [];
  for (const name of names) nodes.push({ name, port: await freePort(), websocket: await freePort() });
  const ports = { mqtt: 0, websocket: 0, mqtts: 0, wss: 0 };
  for (const kind of LISTENERS) ports[kind] = await freePort();
  const said = [...keys, ...(keys.some((key) => key.startsWith("health:")) ? [] : ["health: broker"])];
  const servers = nodes.map(
    ({ name, port, websocket }) =>
      `{ name: ${name}, host: 127.0.0.1, ports: { mqtt: ${port}, websocket: ${websocket} } }`,
  );
  const topology = `
version: 1
name: real
tls: { site: { certificate: ${tls.file}, key: ${tls.file}.key } }
health:
  broker: { check: mqtt, interval: 300ms, timeout: 500ms, rise: 2, fall: 3 }
  forgiving: { check: mqtt, interval: 300ms, timeout: 500ms, passive: { failures: 3, window: 1s, out: 1s } }
brokers:
  fleet:
    software: mosquitto
    cluster: { mode: bridge, topics: ["news/#"], qos: 1 }
    access: { anonymous: true }
    persistence: false
${said.map((key) => `    ${key}\n`).join("")}    listeners:
      mqtt: { port: ${ports.mqtt}, address: 127.0.0.1 }
      websocket: { port: ${ports.websocket}, address: 127.0.0.1, path: /mqtt }
      mqtts: { port: ${ports.mqtts}, address: 127.0.0.1, tls: site }
      wss: { port: ${ports.wss}, address: 127.0.0.1, path: /mqtt, tls: site }
    servers:
${servers.map((server) => `      - ${server}\n`).join("")}`;
  const made = await rendered(`${topology}\ntargets: { mosquitto: {} }\n`);
  const url = (kind: ListenerKind): string =>
    `${SCHEMES[kind]}://127.0.0.1:${ports[kind]}${kind === "websocket" || kind === "wss" ? "/mqtt" : ""}`;
  return { topology, nodes, made, ports, url };
}

/** Starts all nodes, the hub first, and waits until messages of each arrive at the hub. */
export async function startFleet({ made, nodes }: BrokerFleet): Promise<Broker[]> {
  const brokers: Broker[] = [];
  for (const { name, port } of nodes) brokers.push(await startBroker(made, name, port));
  for (const { port } of nodes.slice(1)) await bridged(nodes[0]!.port, port);
  return brokers;
}

/** Waits until what is published at one port arrives at another. */
export async function bridged(to: number, from: number): Promise<void> {
  const options = { reconnectPeriod: 0 };
  const [there, here] = [
    await mqtt.connectAsync(`mqtt://127.0.0.1:${to}`, options),
    await mqtt.connectAsync(`mqtt://127.0.0.1:${from}`, options),
  ];
  let arrived = false;
  there.on("message", () => (arrived = true));
  await there.subscribeAsync("news/bridged");
  await until("the bridge carries messages", async () => {
    if (!arrived) await here.publishAsync("news/bridged", "");
    return arrived;
  });
  await there.endAsync();
  await here.endAsync();
}
