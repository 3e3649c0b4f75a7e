import { at } from "../../support/node.js";
import type { Rule } from "../rule.js";

export default {
  id: "mqtt-client-id-cut",
  severity: "warning",
  title: "affinity keeps fewer characters than client identifiers have",
  why: `
HAProxy 2.6.12 cuts the key of a stick table at its length without a word. With a length of 8, eight clients \`device-00-0\` to
\`device-00-7\` all went to the first of two brokers: to the table they were one client.
`,
  bad: `
brokers:
  mqtt:
    clients: { idLength: 64 }
    affinity: { by: client_id, length: 32 } # <- reported here
    servers: [broker-1, broker-2]
`,
  good: `
brokers:
  mqtt:
    clients: { idLength: 64 }
    affinity: client_id
    servers: [broker-1, broker-2]
`,
  *check(fleet) {
    for (const pool of fleet.pools) {
      if (pool.kind !== "brokers" || pool.affinity?.by.type !== "client_id") continue;
      const { idLength } = pool.clients;
      if (pool.affinity.length >= idLength) continue;
      yield {
        at: at(pool.affinity, "length"),
        message: `identifiers of "${pool.name}" have up to ${idLength} characters: clients alike in the first ${pool.affinity.length} share one server`,
        help: `leave \`length\` out, or write ${idLength}`,
      };
    }
  },
} satisfies Rule;
