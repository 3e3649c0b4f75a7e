import { formatDuration } from "../../support/duration.js";
import { at } from "../../support/node.js";
import type { Rule } from "../rule.js";

export default {
  id: "backend-closes-first",
  severity: "warning",
  title: "connections to the servers are kept for longer than the servers keep them",
  why: `
A server closes an idle connection in the moment the balancer sends the next request on it. nginx 1.22.1 repeats a GET on a new
connection, a POST becomes 502: 2 of 4 in a row when the server closed each time, and 7 of 60 that were sent as the
keep-alive of a real Node server (100ms here, 5s by default) ran out. Whoever opened the connection must close it first.
`,
  bad: `
apis:
  api:
    listeners: { http: 80 }
    idleConnections: { timeout: 60s, serverTimeout: 5s } # <- reported here
    servers: [app-1, app-2]
`,
  good: `
apis:
  api:
    listeners: { http: 80 }
    idleConnections: { timeout: 4s, serverTimeout: 5s }
    servers: [app-1, app-2]
`,
  *check(fleet) {
    for (const pool of fleet.pools) {
      if (pool.kind !== "apis") continue;
      const { count, timeout, serverTimeout } = pool.idleConnections;
      if (count === 0 || timeout < serverTimeout) continue;
      yield {
        at: at(pool.idleConnections, "timeout"),
        message: `idle connections to "${pool.name}" are kept for ${formatDuration(timeout)}, its servers close them after ${formatDuration(serverTimeout)}: requests sent in that moment fail`,
        help: `write a timeout below ${formatDuration(serverTimeout)}, or let the servers keep them longer`,
      };
    }
  },
} satisfies Rule;
