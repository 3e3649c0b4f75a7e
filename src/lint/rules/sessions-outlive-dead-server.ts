import { formatDuration } from "../../support/duration.js";
import { at } from "../../support/node.js";
import type { Rule } from "../rule.js";
import { calledIn } from "../servers.js";

export default {
  id: "sessions-outlive-dead-server",
  severity: "warning",
  title: "connections to a dead server stay open",
  why: `
A server that hangs, or whose machine is gone, closes nothing. HAProxy 2.6.12 marked such a server down, and its open connection
stayed; the clients waited for the idle time-out. With \`on-marked-down shutdown-sessions\` it was closed within two checks, 0.2s
after the server had died, and the client could connect elsewhere.
`,
  bad: `
databases:
  main:
    software: mysql
    primary: db-1
    health: mysql
    sessions: { onDown: keep } # <- reported here
health:
  mysql: { check: mysql, user: lbcheck }
`,
  good: `
databases:
  main:
    software: mysql
    primary: db-1
    health: mysql
    sessions: { onDown: close }
health:
  mysql: { check: mysql, user: lbcheck }
`,
  *check(fleet) {
    for (const pool of fleet.pools) {
      if (pool.kind === "apis" || (pool.kind === "services" && pool.protocol === "udp")) continue;
      if (pool.sessions.onDown === "close") continue;
      yield {
        at: at(pool.sessions, "onDown"),
        message: `connections to a dead ${calledIn(pool)} of "${pool.name}" stay open: its clients wait up to ${formatDuration(pool.timeouts.idle)}`,
        help: "write onDown: close",
      };
    }
  },
} satisfies Rule;
