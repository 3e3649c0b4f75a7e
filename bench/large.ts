/** A topology of `pools` pools with ten servers each, some 100 bytes a server: APIs by host name, services, databases. */
export function largeTopology(pools: number): string {
  const sections: Record<"apis" | "services" | "databases", string[]> = { apis: [], services: [], databases: [] };
  for (let pool = 0; pool < pools; pool += 1) {
    if (pool % 10 < 6) sections.apis.push(apiPool(pool));
    else if (pool % 10 < 9) sections.services.push(servicePool(pool));
    else sections.databases.push(databasePool(pool));
  }
  const parts = Object.entries(sections).map(([name, texts]) => `${name}:\n${texts.join("")}`);
  return `version: 1\nname: large\nhealth:\n  api: { check: http, path: /health, interval: 10s, timeout: 3s }\n${parts.join("")}targets: { nginx: { connections: 16384 }, haproxy: { maxConnections: 16384 } }\n`;
}

const SERVERS = 10;

const address = (pool: number, server: number): string => `10.${pool >> 8}.${pool & 255}.${server + 1}`;

const servers = (pool: number, port: number): string =>
  Array.from(
    { length: SERVERS },
    (_, server) =>
      `      - { host: ${address(pool, server)}, port: ${port}, weight: ${1 + (server % 3)}, maxConnections: ${100 + server} }\n`,
  ).join("");

const apiPool = (pool: number): string => `  api-${pool}:
    hostnames: [api-${pool}.example.com]
    listeners: { http: 8080 }
    balance: least_connections
    health: api
    timeouts: { connect: 3s, read: 20s }
    retries: { attempts: 3, when: [connect, timeout, 503] }
    routes:
      - { path: /api/ }
      - { path: /ws/, websocket: true }
    servers:
${servers(pool, 8080)}`;

const servicePool = (pool: number): string => `  service-${pool}:
    listeners: { main: { port: ${20_000 + pool}, address: 127.0.0.1 } }
    timeouts: { idle: 5m }
    servers:
${servers(pool, 7000)}`;

const databasePool = (pool: number): string => `  database-${pool}:
    software: postgres
    listeners: { write: { port: ${22_000 + pool}, address: 127.0.0.1 } }
    primary: ${address(pool, 0)}:5432
    replicas:
${servers(pool, 5432)}`;
