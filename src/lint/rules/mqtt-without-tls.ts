import type { BrokerPool, Listener } from "../../fleet/fleet.js";
import { at } from "../../support/node.js";
import type { Rule } from "../rule.js";

export default {
  id: "mqtt-without-tls",
  severity: "warning",
  title: "plain MQTT on an address that strangers can reach",
  why: `
Whoever sits on the way reads everything: a relay between a client and mosquitto 2.0.11 saw user name and password in the first
packet, as text, and can publish in the client's name from then on.
A listener without \`address\` is on every address of the machine, also on those that come later.
`,
  bad: `
brokers:
  mqtt:
    servers: [broker-1]
    listeners:
      mqtt: 1883 # <- reported here
      websocket: { port: 9001, address: 203.0.113.5 } # <- reported here
`,
  good: `
tls:
  public: { certificate: /etc/ssl/public.pem, key: /etc/ssl/public.pem.key }
brokers:
  mqtt:
    servers: [broker-1]
    listeners:
      mqtt: { port: 1883, address: 10.0.0.5 }
      mqtts: { port: 8883, tls: public }
`,
  *check(fleet) {
    for (const pool of fleet.pools) {
      if (pool.kind !== "brokers") continue;
      for (const listener of pool.listeners) {
        if (!listener.public || listener.tls) continue;
        yield {
          at: at(listener, "port"),
          message: `plain MQTT${listener.kind === "websocket" ? " over WebSocket" : ""} on port ${listener.port} listens on ${whereOf(listener)}`,
          help: helpFor(pool, listener),
        };
      }
    }
  },
} satisfies Rule;

const whereOf = ({ address }: Listener): string =>
  address === null || address === "0.0.0.0" ? "every address" : `the public address ${address}`;

function helpFor(pool: BrokerPool, { kind }: Listener): string {
  const secure = kind === "websocket" ? "wss" : "mqtts";
  return pool.listeners.some((other) => other.kind === secure)
    ? `bind it to an inside address, or keep \`${secure}\` alone`
    : `bind it to an inside address, or write ${secure}: { port: PORT, tls: NAME } instead`;
}
