import { formatDuration } from "../../support/duration.js";
import { at } from "../../support/node.js";
import type { Rule } from "../rule.js";

/** MQTT 3.1.1 and 5, section 3.1.2.10: a server closes a client only after 1.5 times its keep-alive of silence. */
const SILENCE = 1.5;

export default {
  id: "mqtt-idle-below-keepalive",
  severity: "error",
  title: "the balancer closes idle MQTT clients before their keep-alive does",
  why: `
Connections are cut that the broker still counts as alive: healthy clients reconnect for ever.
A client with a keep-alive of 60s that had nothing to say was closed after 3.01s by nginx 1.22.1 with \`proxy_timeout 3s\`,
and after 50.01s by HAProxy 2.6.12 with \`timeout client 50s\`; mosquitto 2.0.11 itself waited 94s. The client is told no reason.
`,
  bad: `
brokers:
  mqtt: { keepalive: 50s, timeouts: { idle: 30s }, servers: [broker-1:1883] } # <- reported here
`,
  good: `
brokers:
  mqtt: { keepalive: 50s, timeouts: { idle: 75s }, servers: [broker-1:1883] }
`,
  *check(fleet) {
    for (const pool of fleet.pools) {
      if (pool.kind !== "brokers") continue;
      const least = SILENCE * pool.keepalive;
      if (pool.timeouts.idle >= least) continue;
      yield {
        at: at(pool, "timeouts.idle"),
        message: `idle time-out of ${formatDuration(pool.timeouts.idle)} cuts clients whose keep-alive is ${formatDuration(pool.keepalive)}`,
        help: `set it to ${formatDuration(least)} or more`,
      };
    }
  },
} satisfies Rule;
