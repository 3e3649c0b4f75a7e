import type { Route } from "../../fleet/fleet.js";
import { type Duration, formatDuration } from "../../support/duration.js";
import { at, isWritten } from "../../support/node.js";
import type { Place } from "../../support/source.js";
import { type RouteOf, routeName, routesOf } from "../routes.js";
import type { Rule } from "../rule.js";

export default {
  id: "retries-multiply-time",
  severity: "warning",
  title: "all tries together take longer than a request may",
  why: `
Each try has time-outs of its own, and the client waits for their sum: three silent servers, \`proxy_read_timeout 400ms\` and three
tries made a request last 1.2s in nginx 1.22.1. \`request\` (\`proxy_next_upstream_timeout\`) only stops further tries: with 500ms the
same request ended after 0.8s, so the last tries that were asked for never happened.
`,
  bad: `
apis:
  api:
    listeners: { http: 80 }
    timeouts: { connect: 5s, read: 20s, request: 60s }
    retries: { attempts: 4, when: [connect, timeout] } # <- reported here
    servers: ["app-{1..4}"]
`,
  good: `
apis:
  api:
    listeners: { http: 80 }
    timeouts: { connect: 2s, read: 10s, request: 60s }
    retries: { attempts: 4, when: [connect, timeout] }
    servers: ["app-{1..4}"]
`,
  *check(fleet) {
    for (const found of routesOf(fleet)) {
      const { request } = found.route.timeouts;
      const longest = longestOf(found.route);
      if (request === null || longest <= request) continue;
      yield {
        at: placeOf(found),
        severity: isChosen(found) ? "warning" : "info",
        message: `a request to ${routeName(found)} may take ${formatDuration(longest)} (${triesOf(found.route)}), its \`request\` time-out is ${formatDuration(request)}`,
        help: `shorten \`connect\` and \`read\`, try less often, or write request: ${formatDuration(longest)}`,
      };
    }
  },
} satisfies Rule;

const triesOnTimeout = ({ retries }: Route): boolean => retries.when.includes("timeout");

/** Every try runs into its time-outs, and then somebody reads an answer for as long as it may take. */
function longestOf(route: Route): Duration {
  const { connect, read } = route.timeouts;
  return route.retries.attempts * (connect + (triesOnTimeout(route) ? read : 0)) + read;
}

function triesOf(route: Route): string {
  const { connect, read } = route.timeouts;
  const each = triesOnTimeout(route) ? `${formatDuration(connect)} + ${formatDuration(read)}` : formatDuration(connect);
  const tries = route.retries.attempts === 1 ? "1 try" : `${route.retries.attempts} tries`;
  return `${tries} of ${each}, an answer of ${formatDuration(read)}`;
}

/** Whether somebody wrote how long a request may take, or how often it is tried: else nothing that was asked for fails. */
const isChosen = (found: RouteOf): boolean => retriesAreWritten(found) || isSaid(found, "timeouts.request");

const isSaid = ({ route, pool }: RouteOf, path: string): boolean => isWritten(route, path) || isWritten(pool, path);

const retriesAreWritten = ({ route, pool }: RouteOf): boolean =>
  route.retries.written.node !== pool.written.node && route.retries.written.node !== route.written.node;

function placeOf(found: RouteOf): Place {
  const { route, pool } = found;
  if (retriesAreWritten(found)) return at(route.retries, "attempts");
  for (const path of ["timeouts.request", "timeouts.read", "timeouts.connect"])
    for (const part of [route, pool]) if (isWritten(part, path)) return at(part, path);
  return at(pool, "timeouts");
}
