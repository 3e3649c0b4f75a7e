import type { Certificate, Fleet, Pool } from "../../fleet/fleet.js";
import { balancerImage } from "./images.js";
import type { Balancer, Member } from "./members.js";
import type { ComposeOptions } from "./options.js";
import { healthcheckUrl, mountsOf, NETWORK, type Service } from "./service.js";

/** What the balancers' targets say about their health endpoint, files and size, as the schema lets it through. */
interface Said {
  readonly health?: { readonly address?: string; readonly port?: number; readonly path?: string };
  readonly include?: readonly string[];
  readonly connections?: number;
  readonly maxConnections?: number;
}

const CONFIG = { nginx: "/etc/nginx/nginx.conf", haproxy: "/usr/local/etc/haproxy/haproxy.cfg" } as const;
const FILE = { nginx: "nginx/nginx.conf", haproxy: "haproxy/haproxy.cfg" } as const;
/** Open files for connections on both sides, and those that a container has anyhow. */
const LEAST_FILES = 65_536;

/** A balancer as a service, on its rendered configuration. */
export function balancerService(
  fleet: Fleet,
  options: ComposeOptions,
  balancer: Balancer,
  servers: readonly Member[],
  ports: readonly string[],
): Service {
  const { name, request, pools } = balancer;
  const said = request.options as Said;
  const paths = [...filesOf(pools), ...(said.include ?? [])];
  const files = Math.max(LEAST_FILES, 2 * (said.connections ?? said.maxConnections ?? 0) + 1024);
  return {
    image: balancerImage(options, name, request),
    container_name: `${fleet.name}-${name}`,
    ...(name === "haproxy" && readsSecrets(fleet, paths) ? { user: "0:0" } : {}),
    command: commandOf(name, said.include ?? []),
    volumes: [`../${FILE[name]}:${CONFIG[name]}:ro`, ...mountsOf(paths)],
    ...(ports.length > 0 ? { ports } : {}),
    networks: { [NETWORK]: null },
    ...dependsOn(pools, servers),
    ...healthOf(said),
    ulimits: { nofile: { soft: files, hard: files } },
    restart: "unless-stopped",
  };
}

/** HAProxy's image runs as a user of its own, who cannot read private keys, nor a file of mode 0600. */
const readsSecrets = (fleet: Fleet, paths: readonly string[]): boolean =>
  fleet.variables.length > 0 || paths.length > 0;

/** In the foreground, whatever the image would do by itself. */
const commandOf = (name: Balancer["name"], include: readonly string[]): string[] =>
  name === "nginx"
    ? ["nginx", "-g", "daemon off;"]
    : ["haproxy", "-W", "-db", "-f", CONFIG.haproxy, ...include.flatMap((path) => ["-f", path])];

/** All that it has to find when it starts: nginx ends where a name is unknown. */
function dependsOn(pools: readonly Pool[], servers: readonly Member[]): Pick<Service, "depends_on"> {
  const hosts = new Set(pools.flatMap((pool) => pool.servers.map(({ host, port }) => `${host}:${port}`)));
  const names = servers
    .filter(({ server }) => hosts.has(`${server.host}:${server.port}`))
    .map(({ service }) => service);
  return names.length > 0 ? { depends_on: names } : {};
}

/** The balancer's own endpoint, asked from within; one that is bound to another address is not there. */
function healthOf({ health }: Said): Pick<Service, "healthcheck"> {
  const { address = "127.0.0.1", port = 8405, path = "/lb-health" } = health ?? {};
  const host = /^(\*|[0.]+)$/.test(address) ? "127.0.0.1" : /^\[?::\]?$/.test(address) ? "[::1]" : address;
  return /^(127\.|\[?::1\]?$)/.test(host) || host === "[::1]"
    ? { healthcheck: healthcheckUrl(`http://${host}:${port}${path}`) }
    : {};
}

/** The files that a balancer reads besides its configuration. */
function filesOf(pools: readonly Pool[]): string[] {
  const certificates = pools.flatMap(({ listeners }) =>
    listeners.flatMap(({ tls }) => (tls?.mode === "terminate" ? certificateFiles(tls.certificate) : [])),
  );
  const authorities = pools.map((pool) => (pool.kind === "apis" ? (pool.serverTls?.ca ?? null) : null));
  return [...certificates, ...authorities].filter((path) => path !== null);
}

export const certificateFiles = ({ bundle, certificate, key, clientCa }: Certificate): (string | null)[] => [
  bundle,
  certificate,
  key,
  clientCa,
];
