import type { BrokerPool } from "../../fleet/fleet.js";
import { at } from "../../support/node.js";
import type { Problem, Rule } from "../rule.js";
import { isUsable } from "../servers.js";

export default {
  id: "brokers-share-no-state",
  severity: "error",
  title: "brokers behind one address know nothing of each other's messages or sessions",
  why: `
Behind HAProxy 2.6.12, two mosquitto 2.0.11 without bridges: of six messages, published by six clients, a subscriber got three,
those that happened to land on its own broker.
Bridges carry messages, but no sessions: a persistent client that came back to the other broker found no session and none of its
two queued messages; they waited at the first. And at each reconnect of a bridge every retained message is sent again: clients
that had it already got one to four copies, as ordinary messages.
`,
  bad: `
brokers:
  mqtt:
    cluster: { mode: none } # <- reported here
    servers: ["broker-{1..2}"]
  devices:
    cluster: { mode: bridge }
    clients: { persistent: true } # <- reported here
    servers: ["device-broker-{1..2}"]
`,
  good: `
brokers:
  mqtt:
    cluster: { mode: bridge }
    servers: ["broker-{1..2}"]
  devices:
    cluster: { mode: bridge }
    clients: { persistent: true }
    affinity: client_id
    servers: ["device-broker-{1..2}"]
`,
  *check(fleet) {
    for (const pool of fleet.pools) {
      if (pool.kind !== "brokers" || pool.servers.filter(isUsable).length < 2) continue;
      if (pool.cluster?.mode === "none") yield separate(pool);
      if (pool.cluster?.mode === "bridge") yield* bridged(pool);
    }
  },
} satisfies Rule;

const separate = (pool: BrokerPool): Problem => ({
  at: at(pool, "cluster.mode"),
  message: `the ${pool.servers.length} brokers of "${pool.name}" share nothing: a message published on one never reaches the others' clients`,
  help:
    pool.software === "mosquitto"
      ? "write cluster: { mode: bridge }, or keep one server"
      : "write cluster: { mode: native } where they are one cluster, else { mode: bridge }",
});

function* bridged(pool: BrokerPool): Generator<Problem> {
  const { clients, affinity } = pool;
  const known = affinity?.by.type === "client_id";
  if (clients.persistent && !known)
    yield {
      at: at(clients, "persistent"),
      severity: "warning",
      message: `bridges carry no sessions: a client of "${pool.name}" that comes back to another broker has lost what was queued for it`,
      help: "write affinity: client_id, or use brokers that form a cluster",
    };
  if (clients.retained && !(clients.persistent && !known))
    yield {
      at: at(clients, "retained"),
      severity: known ? "info" : "warning",
      message: `when a bridge of "${pool.name}" reconnects, clients get retained messages again as if they were new`,
      help: "use brokers that form a cluster, or clients that can bear copies",
    };
}
