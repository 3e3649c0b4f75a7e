import { at } from "../../support/node.js";
import type { Rule } from "../rule.js";
import { isUsable } from "../servers.js";

export default {
  id: "read-without-fallback",
  severity: "warning",
  title: "reads stop when the replicas are down, though the primary could answer",
  why: `
With \`readFallback: none\` a read listener knows the replicas only. HAProxy 2.6.12, all of them down: connections were closed at once;
with the primary as a backup the next one got its answer from there. One replica is one failure away from that.
`,
  bad: `
databases:
  main:
    software: mysql
    primary: db-1
    replicas: [db-2]
    listeners: { write: 3306, read: 3307 }
    readFallback: none # <- reported here
    health: mysql
health:
  mysql: { check: mysql, user: lbcheck }
`,
  good: `
databases:
  main:
    software: mysql
    primary: db-1
    replicas: [db-2]
    listeners: { write: 3306, read: 3307 }
    readFallback: primary
    health: mysql
health:
  mysql: { check: mysql, user: lbcheck }
`,
  *check(fleet) {
    for (const pool of fleet.pools) {
      if (pool.kind !== "databases" || pool.readFallback !== "none") continue;
      if (!pool.listeners.some(({ kind }) => kind === "read")) continue;
      const replicas = pool.replicas.filter(isUsable);
      if (replicas.length === 0) continue; // pool-without-servers says so
      yield {
        at: at(pool, "readFallback"),
        severity: replicas.length === 1 ? "warning" : "info",
        message:
          replicas.length === 1
            ? `reads of "${pool.name}" stop when ${replicas[0]!.name} is down: no other server takes them`
            : `reads of "${pool.name}" stop when all ${replicas.length} replicas are down`,
        help: "write readFallback: primary, or add a replica",
      };
    }
  },
} satisfies Rule;
