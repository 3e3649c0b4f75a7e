import type { RateLimit } from "../../fleet/fleet.js";
import { formatDuration } from "../../support/duration.js";
import { at } from "../../support/node.js";
import { routesOf } from "../routes.js";
import type { Rule } from "../rule.js";

export default {
  id: "rate-limit-without-burst",
  severity: "warning",
  title: "a rate limit refuses requests that come together",
  why: `
A rate is a distance: ten a second is one every 100ms. nginx 1.22.1 with \`rate=10r/s\` and no burst answered the first of three
requests sent at once and refused two, though the client had made none for a second; with \`burst=5 nodelay\` all three passed.
A browser opens six connections for one page.
`,
  bad: `
apis:
  api:
    listeners: { http: 80 }
    rateLimit: { requests: 10, per: 1s } # <- reported here
    servers: [app-1, app-2]
`,
  good: `
apis:
  api:
    listeners: { http: 80 }
    rateLimit: { requests: 10, per: 1s, burst: 20 }
    servers: [app-1, app-2]
`,
  *check(fleet) {
    for (const { route } of routesOf(fleet)) {
      const limit = route.rateLimit;
      if (!limit || limit.burst > 0) continue;
      yield {
        at: at(limit, "burst"),
        message: `a limit of ${limit.requests} per ${formatDuration(limit.per)} without a burst: a second request within ${distanceOf(limit)} is refused with ${limit.status}`,
        help: `write burst: ${Math.max(1, Math.ceil(limit.requests / BURSTS))} or more: how many may come at once`,
      };
    }
  },
} satisfies Rule;

/** The examples of nginx's manual, and ours, let a tenth of the rate come at once. */
const BURSTS = 10;

/** The time that one request stands for. Below a millisecond it is said as such. */
function distanceOf({ requests, per }: RateLimit): string {
  const ms = per / requests;
  return ms < 1 ? "a millisecond" : formatDuration(Math.round(ms));
}
