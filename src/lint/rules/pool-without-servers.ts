import type { Pool, Server } from "../../fleet/fleet.js";
import { at, atKey } from "../../support/node.js";
import type { Place } from "../../support/source.js";
import type { Rule } from "../rule.js";
import { isUsable } from "../servers.js";

export default {
  id: "pool-without-servers",
  severity: "error",
  title: "no server of a pool takes clients",
  why: `
Every client is refused. HAProxy 2.6.12 accepts such a backend and answers 503: without servers, with all of them disabled, with all
weights 0. nginx 1.22.1 answers 502 where all are \`down\`, and does not start where all are backups ("no servers in upstream"), which
in HAProxy serve, but only the first of them.
`,
  bad: `
apis:
  api:
    listeners: { http: 80 }
    servers: # <- reported here
      - { host: app-1, state: maintenance }
      - { host: app-2, backup: true }
`,
  good: `
apis:
  api:
    listeners: { http: 80 }
    servers:
      - { host: app-1 }
      - { host: app-2, backup: true }
`,
  *check(fleet) {
    for (const pool of fleet.pools)
      for (const { servers, what, at } of groupsOf(pool)) {
        if (servers.some(isUsable)) continue;
        yield { at, message: `${what} takes no clients (${reason(servers)})`, help: helpFor(servers) };
      }
  },
} satisfies Rule;

/** Servers of which at least one must take clients. */
interface Group {
  readonly servers: readonly Server[];
  readonly what: string;
  readonly at: Place;
}

function groupsOf(pool: Pool): Group[] {
  if (pool.kind === "databases") return databaseGroups(pool);
  const whole = { servers: pool.servers, what: `pool "${pool.name}"`, at: atKey(pool, "servers") };
  if (pool.kind !== "apis" || !pool.split || !pool.servers.some(isUsable)) return [whole];
  return pool.split.groups.map((group) => ({
    servers: pool.servers.filter(({ name }) => group.servers.includes(name)),
    what: `group "${group.name}" of "${pool.name}"`,
    at: at(group, "servers"),
  }));
}

/** Writes go to the primary alone; reads to the replicas, and to the primary where that may stand in. */
function databaseGroups(pool: Pool & { readonly kind: "databases" }): Group[] {
  const write = { servers: [pool.primary], what: `"${pool.name}" write`, at: at(pool, "primary") };
  const reads = pool.listeners.find(({ kind }) => kind === "read");
  if (!reads || pool.readFallback === "primary") return [write];
  const place = pool.replicas.length > 0 ? atKey(pool, "replicas") : at(reads);
  return [write, { servers: pool.replicas, what: `"${pool.name}" read`, at: place }];
}

/** Why a server takes no clients, the first that is true of it. */
const STATES: readonly [(server: Server) => boolean, string][] = [
  [({ state }) => state === "maintenance", "in maintenance"],
  [({ state }) => state === "drain", "draining"],
  [({ weight }) => weight === 0, "of weight 0"],
  [({ backup }) => backup, "backup"],
];

/** `1 in maintenance, 2 backup`. */
function reason(servers: readonly Server[]): string {
  if (servers.length === 0) return "no servers";
  const counts = STATES.map(() => 0);
  for (const server of servers) counts[STATES.findIndex(([is]) => is(server))]! += 1;
  return STATES.flatMap(([, word], index) => (counts[index]! > 0 ? [`${counts[index]} ${word}`] : [])).join(", ");
}

const helpFor = (servers: readonly Server[]): string =>
  servers.length === 0
    ? "write at least one server"
    : servers.every(({ backup }) => backup)
      ? "leave `backup` out at one of them"
      : "keep one server active, with a weight of 1 or more and no `backup`";
