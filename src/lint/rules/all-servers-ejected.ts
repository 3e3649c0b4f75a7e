import { formatDuration } from "../../support/duration.js";
import { at } from "../../support/node.js";
import { ejectionOf, routeThatEmpties } from "../ejection.js";
import type { Rule } from "../rule.js";
import { isUsable } from "../servers.js";

export default {
  id: "all-servers-ejected",
  severity: "warning",
  title: "one bad request takes all servers out",
  why: `
A request that no server can answer is tried on each of them, and each is taken out for it. nginx 1.22.1, three servers with
\`max_fails=1\` and three tries: after one request that they all cut off, the next 10 of 10 of everybody else got 502, and so on for
10s. With statuses (502) the last server tried stays, and takes everything alone. With \`max_fails=3\`: 10 of 10 answered.
`,
  bad: `
health:
  api: { check: http, passive: { failures: 1, window: 10s, out: 20s } } # <- reported here
apis:
  api:
    health: api
    listeners: { http: 80 }
    retries: { attempts: 3, when: [connect, empty] }
    servers: ["app-{1..3}"]
`,
  good: `
health:
  api: { check: http, passive: { failures: 3, window: 10s, out: 20s } }
apis:
  api:
    health: api
    listeners: { http: 80 }
    retries: { attempts: 3, when: [connect, empty] }
    servers: ["app-{1..3}"]
`,
  *check(fleet) {
    for (const pool of fleet.pools) {
      const found = routeThatEmpties(fleet, pool);
      if (!found) continue;
      const { out, place } = ejectionOf(pool);
      const { attempts } = found.route.retries;
      yield {
        at: place(),
        message: `one request that fails everywhere takes all ${pool.servers.filter(isUsable).length} servers of "${pool.name}" out for ${formatDuration(out)}`,
        help: "write 3 or more failures, fewer `attempts`, or a server with `backup: true`",
        related: [{ message: `it is tried ${attempts} times`, at: at(found.route.retries, "attempts") }],
      };
    }
  },
} satisfies Rule;
