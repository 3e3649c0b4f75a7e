import type { Pool } from "../../fleet/fleet.js";
import { at } from "../../support/node.js";
import type { Place } from "../../support/source.js";
import { listed } from "../listed.js";
import { policyUses } from "../policyUses.js";
import type { Rule } from "../rule.js";

export default {
  id: "check-sees-only-tcp",
  severity: "warning",
  title: "the check asks for a connection, not for an answer",
  why: `
A hung program still accepts: the system does it. HAProxy 2.6.12, one of two brokers accepting and never answering: with a TCP check
it stayed up and got 3 of 6 clients, who heard nothing; with an MQTT check it was down and 6 of 6 were served.
PostgreSQL that is still starting up accepts as well, and refuses everyone.
`,
  bad: `
health:
  port: { check: tcp, interval: 10s } # <- reported here
brokers:
  mqtt: { health: port, servers: [broker-1, broker-2], cluster: { mode: native } }
`,
  good: `
health:
  broker: { check: mqtt, interval: 10s }
brokers:
  mqtt: { health: broker, servers: [broker-1, broker-2], cluster: { mode: native } }
`,
  *check(fleet) {
    for (const { policy, pools } of policyUses(fleet)) {
      const [pool, ...others] = pools.filter((one) => better(one) !== undefined && tcpIsEnough(one));
      if (!pool) continue;
      yield {
        at: placeOf(pool),
        // Without a policy a database is asked for its port, since the real check needs a user: nobody chose that.
        severity: policy.name === null ? "info" : "warning",
        message: `a TCP check of ${listed([pool, ...others].map(({ name }) => name))} passes while nobody answers there`,
        help: `write ${better(pool)}`,
      };
    }
  },
} satisfies Rule;

/** Whether the TCP checks alone can make a server healthy. */
function tcpIsEnough({ health }: Pool): boolean {
  const tcp = health.checks.filter(({ kind }) => kind === "tcp");
  return tcp.length > 0 && tcp.length >= health.require;
}

const placeOf = ({ health }: Pool): Place => {
  const tcp = health.checks.find(({ kind }) => kind === "tcp")!;
  return at(tcp, "check");
};

/** The check that speaks the pool's own protocol, as it is written. */
function better(pool: Pool): string | undefined {
  if (pool.kind === "brokers") return "check: mqtt";
  if (pool.kind === "apis") return "check: http";
  return pool.kind === "databases" ? `check: ${pool.software} with \`user\`, in a policy under \`health\`` : undefined;
}
