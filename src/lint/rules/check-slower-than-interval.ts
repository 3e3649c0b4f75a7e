import type { Fleet, HealthPolicy } from "../../fleet/fleet.js";
import { formatDuration } from "../../support/duration.js";
import { at } from "../../support/node.js";
import { distinct } from "../distinct.js";
import type { Rule } from "../rule.js";

export default {
  id: "check-slower-than-interval",
  severity: "warning",
  title: "a check may take longer than the time between two checks",
  why: `
The next check begins when the last one has ended and the interval has passed: HAProxy 2.6.12 with \`inter 500ms\` and
\`timeout check 1s\` asked a silent server every 1.5s, with 200ms and 600ms every 0.8s. So the interval is not what is written, and
a silent server is found out that much later.
`,
  bad: `
health:
  api: { check: http, interval: 2s, timeout: 10s } # <- reported here
apis:
  api: { health: api, listeners: { http: 80 }, servers: [app-1, app-2] }
`,
  good: `
health:
  api: { check: http, interval: 10s, timeout: 2s }
apis:
  api: { health: api, listeners: { http: 80 }, servers: [app-1, app-2] }
`,
  *check(fleet) {
    for (const policy of distinct(everyPolicy(fleet))) {
      const { interval, timeout, checks } = policy;
      if (timeout <= interval || checks.length === 0) continue;
      yield {
        at: at(policy, "timeout"),
        message: `a check may take ${formatDuration(timeout)}, longer than its interval of ${formatDuration(interval)}: a silent server is asked every ${formatDuration(interval + timeout)}`,
        help: `write a timeout of ${formatDuration(interval)} or less`,
      };
    }
  },
} satisfies Rule;

function* everyPolicy(fleet: Fleet): Generator<HealthPolicy> {
  yield* fleet.policies;
  for (const { health } of fleet.pools) yield health;
}
