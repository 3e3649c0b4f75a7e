import { affinityOf, balanceOf } from "./choice.js";
import type { Context } from "./context.js";
import type { DatabasePool, Server, ServicePool } from "./fleet.js";
import { policyOf } from "./health.js";
import { buildListeners } from "./listeners.js";
import { at } from "./part.js";
import { IDLE, kubernetesOf, limitsOf, type PoolPart, sessionsOf, timeoutsOf } from "./pools.js";
import { buildServers } from "./servers.js";

const PORTS = { postgres: 5432, mysql: 3306 } as const;

export function buildDatabase(context: Context, { name, part }: PoolPart): DatabasePool {
  const software = part.text("software") as DatabasePool["software"];
  const primary = part.part("primary")!;
  const servers = buildServers(context, [primary, ...(part.parts("replicas") ?? [])], {
    port: PORTS[software],
    ports: null,
    proxyProtocol: (part.text("proxyProtocol") as Server["proxyProtocol"] | undefined) ?? "none",
  });
  const primaries = servers.filter(({ written }) => written.node === primary.written.node);
  if (primaries.length > 1)
    context.report.error(
      "wrong-value",
      at(primary),
      `${primaries.length} servers stand where one primary must`,
      "the others are `replicas`",
    );
  const pool = part.part("clientPool");
  return {
    kind: "databases",
    written: part.written,
    name,
    software,
    primary: servers[0]!,
    replicas: servers.slice(1),
    servers,
    readFallback: (part.text("readFallback") as DatabasePool["readFallback"] | undefined) ?? "primary",
    clientPool: pool
      ? {
          written: pool.written,
          size: pool.number("size") ?? null,
          overflow: pool.number("overflow") ?? null,
          acquireTimeout: pool.duration("acquireTimeout") ?? null,
          recycle: pool.duration("recycle") ?? null,
        }
      : null,
    ...tcpParts(context, { kind: "databases", name, part }),
  };
}

export function buildService(context: Context, { name, part }: PoolPart): ServicePool {
  return {
    kind: "services",
    written: part.written,
    name,
    protocol: (part.text("protocol") as ServicePool["protocol"] | undefined) ?? "tcp",
    servers: buildServers(context, part.parts("servers") ?? [], {
      port: undefined,
      ports: null,
      proxyProtocol: (part.text("proxyProtocol") as Server["proxyProtocol"] | undefined) ?? "none",
    }),
    ...tcpParts(context, { kind: "services", name, part }),
  };
}

const tcpParts = (context: Context, { kind, part }: PoolPart & { kind: "databases" | "services" }) => ({
  listeners: buildListeners(context, part, kind),
  balance: balanceOf(context, part, kind),
  affinity: affinityOf(context, part, kind, 64),
  health: policyOf(context, part, kind),
  timeouts: timeoutsOf({ pool: part, defaults: context.defaults }, IDLE[kind]),
  sessions: sessionsOf(part, kind),
  limits: limitsOf(part),
  kubernetes: kubernetesOf(part),
});
