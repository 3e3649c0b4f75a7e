import { formatDuration } from "../../support/duration.js";
import { at } from "../../support/node.js";
import { routesOf } from "../routes.js";
import type { Rule } from "../rule.js";

/** Browsers send no pings; libraries that do wait 20 to 60 seconds. */
const PINGS = 60_000;

export default {
  id: "websocket-cut-when-idle",
  severity: "warning",
  title: "a WebSocket that is quiet for a minute is closed",
  why: `
A WebSocket is one long answer to the balancer: nginx 1.22.1 closed an idle one 500ms after its last byte with
\`proxy_read_timeout 500ms\`, and after 60.06s with the 60s that it uses where nothing is written. Both sides see a broken
connection, no close frame, and reconnect.
`,
  bad: `
apis:
  chat:
    listeners: { http: 80 }
    servers: [chat-1, chat-2]
    routes:
      - { path: /ws/, websocket: true, timeouts: { read: 30s } } # <- reported here
`,
  good: `
apis:
  chat:
    listeners: { http: 80 }
    servers: [chat-1, chat-2]
    routes:
      - { path: /ws/, websocket: true }
`,
  *check(fleet) {
    for (const { route } of routesOf(fleet)) {
      if (!route.websocket || route.timeouts.read > PINGS) continue;
      yield {
        at: at(route, "timeouts.read"),
        message: `WebSockets on ${route.path} that are idle for ${formatDuration(route.timeouts.read)} are cut`,
        help: "leave `read` out (1h), or make it longer than the time between two pings",
      };
    }
  },
} satisfies Rule;
