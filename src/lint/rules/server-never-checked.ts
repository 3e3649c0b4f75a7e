import type { Pool } from "../../fleet/fleet.js";
import { at } from "../../support/node.js";
import { listed } from "../listed.js";
import { policyUses } from "../policyUses.js";
import type { Rule } from "../rule.js";

export default {
  id: "server-never-checked",
  severity: "warning",
  title: "nobody looks whether the servers are alive",
  why: `
A server without a check is up for ever. HAProxy 2.6.12, one of two servers dead, no check: every second request got 503; with a
check, 10 of 10 were answered. In nginx each dead server is found out again and again, at the cost of a client's time.
`,
  bad: `
health:
  quiet: { check: none } # <- reported here
apis:
  api: { health: quiet, listeners: { http: 80 }, servers: [app-1, app-2] }
`,
  good: `
health:
  api: { check: http, path: /health }
apis:
  api: { health: api, listeners: { http: 80 }, servers: [app-1, app-2] }
`,
  *check(fleet) {
    for (const { policy, pools } of policyUses(fleet)) {
      const unchecked = pools.filter((pool) => pool.health.checks.length === 0 && !isUdp(pool));
      if (unchecked.length === 0) continue;
      yield {
        at: at(policy, "check"),
        message: `servers of ${listed(unchecked.map(({ name }) => name))} are never checked: clients are sent to dead ones too`,
        help: `write check: ${checkFor(unchecked[0]!)}`,
      };
    }
  },
} satisfies Rule;

/** No check can see a UDP port. */
const isUdp = (pool: Pool): boolean => pool.kind === "services" && pool.protocol === "udp";

const checkFor = (pool: Pool): string =>
  pool.kind === "brokers" ? "mqtt" : pool.kind === "apis" ? "http" : "software" in pool ? pool.software : "tcp";
