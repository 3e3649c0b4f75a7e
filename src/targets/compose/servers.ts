import type { BrokerPool, DatabasePool, Fleet, Server } from "../../fleet/fleet.js";
import { STATE_FOLDER } from "../nodes.js";
import { serverImage, standInImage } from "./images.js";
import type { Member } from "./members.js";
import type { ComposeOptions } from "./options.js";
import { FromEnvironment, healthcheck, mountsOf, NETWORK, type Service } from "./service.js";
import { standIn } from "./standIns.js";

/** Long enough to write down what is in memory. */
const GRACE = "30s";

/** A server as a service: its image with what the software needs, or a stand-in. */
export function serverService(fleet: Fleet, options: ComposeOptions, member: Member): Service {
  const { pool, server, service, shares } = member;
  const image = serverImage(options, pool, server);
  return {
    image: image ?? standInImage(options, pool),
    container_name: `${fleet.name}-${service}`,
    ...(image === null ? standIn(pool, server) : software(member)),
    ...(shares === null
      ? { networks: { [NETWORK]: aliasesOf(service, server) } }
      : { network_mode: `service:${shares}` }),
    stop_grace_period: GRACE,
    restart: "unless-stopped",
  };
}

/** The balancers call a server by its host, whatever its service is called. */
const aliasesOf = (service: string, { host }: Server) => (host === service ? null : { aliases: [host] });

/** The named volumes of a service, for the file's own list. */
export const volumesOf = ({ volumes = [] }: Service): string[] =>
  volumes.flatMap((mount) => (typeof mount === "string" && !mount.startsWith(".") ? [mount.split(":")[0]!] : []));

function software({ pool, server, service, file }: Member): Partial<Service> {
  if (pool.kind === "databases")
    return pool.software === "postgres" ? postgres(pool, server, service) : mysql(server, service);
  return pool.kind === "brokers" && file !== null ? mosquitto(pool, server, service, file) : {};
}

const CONFIG = "/mosquitto/config/mosquitto.conf";

function mosquitto(pool: BrokerPool, server: Server, service: string, file: string): Partial<Service> {
  const start = ["mosquitto", "-c", CONFIG];
  return {
    // a new volume belongs to root, and mosquitto becomes a user of its own
    command: pool.persistence ? ["sh", "-c", `chown mosquitto ${STATE_FOLDER} && exec ${start.join(" ")}`] : start,
    volumes: [
      `../${file}:${CONFIG}:ro`,
      ...mountsOf([pool.access?.passwordFile ?? null, pool.access?.aclFile ?? null]),
      ...(pool.persistence ? [`${service}-data:${STATE_FOLDER.slice(0, -1)}`] : []),
    ],
    healthcheck: mosquittoCheck(pool, server),
  };
}

/** Where everyone may read, an answer of MQTT itself; else nobody has told us a login, and a port that opens must do. */
const mosquittoCheck = ({ access }: BrokerPool, { port }: Server) =>
  access?.anonymous && access.aclFile === null
    ? healthcheck("mosquitto_sub", "-p", `${port}`, "-t", "$SYS/broker/uptime", "-C", "1", "-W", "2")
    : healthcheck("nc", "-z", "127.0.0.1", `${port}`);

/** The official image starts an empty database, each server its own: replication is the owner's to set up. */
const postgres = (pool: DatabasePool, { port }: Server, service: string): Partial<Service> => ({
  environment: {
    POSTGRES_PASSWORD: new FromEnvironment("POSTGRES_PASSWORD", `set it: the password of database pool ${pool.name}`),
    PGPORT: `${port}`,
    PGDATA: "/var/lib/postgresql/pgdata",
  },
  volumes: [`${service}-data:/var/lib/postgresql`],
  healthcheck: healthcheck("pg_isready", "-q", "-p", `${port}`),
});

const mysql = ({ port }: Server, service: string): Partial<Service> => ({
  command: [`--port=${port}`],
  environment: {
    MYSQL_ROOT_PASSWORD: new FromEnvironment("MYSQL_ROOT_PASSWORD", "set it: the password of the databases' root"),
  },
  volumes: [`${service}-data:/var/lib/mysql`],
  healthcheck: healthcheck(
    "sh",
    "-c",
    '$(command -v mariadb-admin || echo mysqladmin) ping -h 127.0.0.1 -P "$0" --silent',
    `${port}`,
  ),
});
