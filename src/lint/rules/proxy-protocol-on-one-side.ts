import type { Fleet, Pool, Server } from "../../fleet/fleet.js";
import { at, isWritten } from "../../support/node.js";
import type { Place } from "../../support/source.js";
import type { Problem, Rule } from "../rule.js";
import { sharedListeners } from "../sharedListeners.js";

export default {
  id: "proxy-protocol-on-one-side",
  severity: "error",
  title: "one side speaks the PROXY protocol, the other does not expect it",
  why: `
The header comes before the first byte of the protocol proper. mosquitto 2.0.11 does not read it: behind HAProxy 2.6.12 with
\`send-proxy\` or \`send-proxy-v2\` no client got an answer, the broker's log said "disconnected due to protocol error".
PostgreSQL 15 closes such a connection: "invalid length of startup packet". And a listener that
expects it refuses everyone who comes without: all its pools must agree.
`,
  bad: `
brokers:
  mqtt:
    software: mosquitto
    access: { anonymous: true }
    persistence: true
    proxyProtocol: v1 # <- reported here
    servers: [broker-1]
services:
  mail:
    listeners: { smtp: 25 }
    servers:
      - { host: mail-1, port: 25, proxyProtocol: v2 }
      - { host: mail-2, port: 25 } # <- reported here
`,
  good: `
brokers:
  mqtt:
    software: mosquitto
    access: { anonymous: true }
    persistence: true
    servers: [broker-1]
services:
  mail:
    listeners: { smtp: 25 }
    proxyProtocol: v2
    servers: ["mail-{1..2}:25"]
`,
  *check(fleet) {
    for (const pool of fleet.pools) yield* notRead(pool) ?? mixed(pool);
    yield* listenersThatDisagree(fleet);
  },
} satisfies Rule;

/** Where a server's PROXY protocol was asked for: at the server, else at its pool. */
const placeOf = (pool: Pool, server: Server): Place =>
  isWritten(server, "proxyProtocol") ? at(server, "proxyProtocol") : at(pool, "proxyProtocol");

/** What cannot read the header. MySQL cannot, MariaDB can: nothing is said of `mysql`. */
const DEAF: Readonly<Record<string, string>> = { mosquitto: "mosquitto", postgres: "PostgreSQL" };

function notRead(pool: Pool): Problem[] | undefined {
  const program = "software" in pool ? DEAF[pool.software] : undefined;
  if (program === undefined) return undefined;
  return pool.servers
    .filter(({ proxyProtocol }) => proxyProtocol !== "none")
    .map((server) => ({
      at: placeOf(pool, server),
      message: `${program} does not read the PROXY protocol: ${server.name} refuses every connection`,
      help: "leave `proxyProtocol` out",
    }));
}

function* mixed(pool: Pool): Generator<Problem> {
  const sent = pool.servers.find(({ proxyProtocol }) => proxyProtocol !== "none");
  const plain = pool.servers.find(({ proxyProtocol }) => proxyProtocol === "none");
  if (!sent || !plain) return;
  yield {
    at: at(plain),
    severity: "warning",
    message: `${plain.name} is sent no PROXY protocol, ${sent.name} of the same pool is`,
    help: "servers of one pool are set up alike: write `proxyProtocol` at the pool",
    related: [{ message: `${sent.proxyProtocol} is sent to ${sent.name}`, at: placeOf(pool, sent) }],
  };
}

function* listenersThatDisagree(fleet: Fleet): Generator<Problem> {
  const expects = (one: { behind: { by: { type: string } } | null }): boolean =>
    one.behind?.by.type === "proxy_protocol";
  for (const { first, second } of sharedListeners(fleet)) {
    if (expects(first.listener) === expects(second.listener)) continue;
    const [strict, plain] = expects(first.listener) ? [first, second] : [second, first];
    yield {
      at: at(second.listener),
      message: `"${strict.pool.name}" expects the PROXY protocol on port ${strict.listener.port}, "${plain.pool.name}" shares that listener and does not`,
      help: "write the same `behind` at both, or give one of them another port",
      related: [{ message: `"${first.pool.name}" listens there too`, at: at(first.listener) }],
    };
  }
}
