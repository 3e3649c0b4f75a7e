import type { Pool, Server } from "../../fleet/fleet.js";
import { at } from "../../support/node.js";
import type { Rule } from "../rule.js";

export default {
  id: "server-listed-twice",
  severity: "warning",
  title: "one server stands in its pool twice",
  why: `
Neither nginx 1.22.1 nor HAProxy 2.6.12 says a word, and the server gets two shares: beside one other server 20 of 30 requests in
nginx, two of three connections in HAProxy. It is checked twice, fails twice, and a retry on "another" server lands on it again.
`,
  bad: `
apis:
  api:
    listeners: { http: 80 }
    servers:
      - 10.0.0.1:8080
      - 10.0.0.2:8080
      - 10.0.0.1:8080 # <- reported here
`,
  good: `
apis:
  api:
    listeners: { http: 80 }
    servers:
      - { host: 10.0.0.1, port: 8080, weight: 2 }
      - 10.0.0.2:8080
`,
  *check(fleet) {
    for (const pool of fleet.pools) {
      const seen = new Map<string, Server>();
      for (const server of serversOf(pool)) {
        const address = addressOf(server);
        const first = seen.get(address);
        if (!first) seen.set(address, server);
        else
          yield {
            at: at(server),
            message: `the server ${address} stands in "${pool.name}" twice: it gets two shares`,
            help: "list it once, with a higher `weight` where it should get more",
            related: [{ message: "first used here", at: at(first) }],
          };
      }
    }
  },
} satisfies Rule;

/** A primary that takes reads as well stands among the replicas: on purpose, and once in each listener's list. */
const serversOf = (pool: Pool): readonly Server[] => (pool.kind === "databases" ? pool.replicas : pool.servers);

const addressOf = ({ host, port }: Server): string =>
  `${host.includes(":") ? `[${host}]` : host.toLowerCase()}:${port}`;
