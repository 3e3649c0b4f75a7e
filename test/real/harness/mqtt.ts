import net from "node:net";
import tls from "node:tls";
import mqtt, { type IClientOptions, MqttClient } from "mqtt";
import { atEnd, type Running, ready, until } from "./programs.js";
import { type Rendered, startMosquitto } from "./rendered.js";

/** A broker at work, on its rendered file. */
export interface Broker {
  readonly name: string;
  readonly port: number;
  readonly running: Running;
}

/** The topic that tells a client where it is: retained on each node, never bridged. */
const WHO = "who/are/you";

/** Starts mosquitto on a node's rendered file and lets it say who it is on a topic that its bridges do not carry. */
export async function startBroker(made: Rendered, name: string, port: number): Promise<Broker> {
  const running = startMosquitto(made, name);
  await ready(running, `${name} says who it is`, () => leaveName(name, port));
  return { name, port, running };
}

async function leaveName(name: string, port: number): Promise<boolean> {
  try {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, connectTimeout: 500 });
    await client.publishAsync(WHO, name, { retain: true, qos: 1 });
    await client.endAsync();
    return true;
  } catch {
    return false;
  }
}

/** A connected MQTT client that keeps what it receives. */
export interface Device {
  readonly client: MqttClient;
  /** Name of the broker that it reached, asked anew each time. */
  where(): Promise<string>;
  /** Texts received on a topic, in order. */
  received(topic: string): string[];
  /** Moments (performance.now) at which its connection was lost. */
  readonly lost: number[];
  end(): Promise<void>;
}

/** Connects by a URL; fails where the first connection does. `from`: the client's own loopback address. */
export async function device(url: string, options: IClientOptions = {}, from?: string): Promise<Device> {
  const all: IClientOptions = { reconnectPeriod: 0, connectTimeout: 3000, ...options };
  const client = clientFrom(url, all, from);
  const messages = new Map<string, string[]>();
  const lost: number[] = [];
  client.on("message", (topic, payload) => messages.set(topic, [...(messages.get(topic) ?? []), payload.toString()]));
  atEnd(() => void client.end(true));
  await new Promise<void>((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("error", reject);
    client.once("close", () => reject(new Error("closed before CONNACK")));
  });
  client.on("close", () => lost.push(performance.now()));
  client.on("error", () => {});
  const received = (topic: string): string[] => messages.get(topic) ?? [];
  return {
    ...{ client, lost, received },
    async where() {
      messages.delete(WHO);
      await client.subscribeAsync(WHO, { qos: 1 });
      const [name] = await until("the broker says who it is", () => received(WHO).length > 0 && received(WHO));
      return name!;
    },
    end: async () => void (await client.endAsync()),
  };
}

function clientFrom(url: string, options: IClientOptions, localAddress: string | undefined): MqttClient {
  const { protocol, hostname: host, port } = new URL(url);
  if (localAddress === undefined) return mqtt.connect(url, options);
  if (protocol.startsWith("ws"))
    return mqtt.connect(url, { ...options, wsOptions: { localAddress, ...tlsOf(options) } });
  const to = { host, port: Number(port), localAddress };
  const connect = (): net.Socket =>
    protocol === "mqtts:" ? tls.connect({ ...to, ...tlsOf(options) }) : net.connect(to);
  return new MqttClient(connect, { protocolVersion: 4, ...options });
}

const tlsOf = ({ ca, servername }: IClientOptions): tls.ConnectionOptions => ({ ca: ca as string, servername });

/** Where a client with these options lands; it leaves again. */
export async function landing(url: string, options: IClientOptions = {}, from?: string): Promise<string> {
  const one = await device(url, options, from);
  const name = await one.where();
  one.client.end(true);
  return name;
}

/** What came back on a connection that sends and then says nothing more, and after how many ms it was closed. */
export const silence = (port: number, send: Buffer | string): Promise<{ answer: Buffer; closedAfter: number }> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const start = performance.now();
    const socket = net.connect(port, "127.0.0.1", () => socket.write(send));
    atEnd(() => void socket.destroy());
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => {});
    socket.on("close", () => resolve({ answer: Buffer.concat(chunks), closedAfter: performance.now() - start }));
  });
