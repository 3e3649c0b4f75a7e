import { formatDuration } from "../../support/duration.js";
import { ejectionOf, routeThatEmpties } from "../ejection.js";
import type { Rule } from "../rule.js";

export default {
  id: "one-failure-ejects-server",
  severity: "warning",
  title: "a single failed request takes a server out",
  why: `
nginx 1.22.1 with \`max_fails=1\`: one of two servers closed one connection without an answer and was well again at once; the next
20 of 20 requests went to the other. Every deploy, every slow query halves such a pool for the whole time-out, and the load that
moves makes the next failure likelier.
`,
  bad: `
health:
  api: { check: http, passive: { failures: 1, window: 10s, out: 20s } } # <- reported here
apis:
  api: { health: api, listeners: { http: 80 }, servers: [app-1, app-2] }
`,
  good: `
health:
  api: { check: http, passive: { failures: 3, window: 10s, out: 20s } }
apis:
  api: { health: api, listeners: { http: 80 }, servers: [app-1, app-2] }
`,
  *check(fleet) {
    for (const pool of fleet.pools) {
      const { failures, out, place } = ejectionOf(pool);
      if (failures > 1 || pool.servers.length < 2 || routeThatEmpties(fleet, pool)) continue;
      yield {
        at: place(),
        message: `one failed ${pool.kind === "apis" ? "request" : "connection"} takes a server of "${pool.name}" out for ${formatDuration(out)}`,
        help: "write 3 or more failures",
      };
    }
  },
} satisfies Rule;
