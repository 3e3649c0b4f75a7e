import type { Resolver } from "../../fleet/fleet.js";
import { isIP } from "../../support/ip.js";
import { leftToBalancers, type OwnFeature } from "../balancers.js";
import type { Feature, Use } from "../features.js";
import { nearly, type Support, yes } from "../support.js";
import type { Answer } from "../target.js";
import { certificateFiles } from "./balancers.js";
import { serverImage } from "./images.js";
import type { ComposeOptions } from "./options.js";
import { isMountable } from "./service.js";

type Own = (use: Use, options: ComposeOptions) => Support;

/** Which servers of the use's pool are stand-ins; a server that is named by address is no container at all. */
function standIns({ pool }: Use, options: ComposeOptions): string[] {
  const all = pool?.servers.filter(({ host }) => isIP(host) === 0) ?? [];
  return all.filter((server) => serverImage(options, pool!, server) === null).map(({ name }) => name);
}

const HELP = "name an image for the pool under `images`";

/** What a stand-in does instead of what its server would, said with whom it is about. */
const unlessStandIn =
  (does: string): Own =>
  (use, options) => {
    const [first, ...others] = standIns(use, options);
    if (first === undefined) return yes();
    const who = others.length === 0 ? first : `${first} and ${others.length} more`;
    return nearly(`${who}: without an image of its own a container ${does}`, "info", HELP);
  };

const answers = unlessStandIn("answers every request with status 200 and the server's name");
const speaksNot = (protocol: string): Own => unlessStandIn(`does not speak ${protocol}: HAProxy counts it as down`);

/** The check's user exists in no fresh database. */
const mysqlCheck: Own = (use, options) => {
  const check = use.pool?.health.checks.find(({ kind }) => kind === "mysql");
  if (check?.kind !== "mysql" || standIns(use, options).length > 0) return speaksNot("MySQL")(use, options);
  return nearly(
    `a new MySQL container has no user "${check.user}": HAProxy counts it as down until there is one`,
    "warning",
    `run in it: CREATE USER '${check.user}'@'%'`,
  );
};

/** Files are mounted under the path that the programs are told: a relative one is another file for each of them. */
function mountable(paths: readonly (string | null)[]): Support {
  const path = paths.find((each) => each !== null && !isMountable(each));
  return path === undefined || path === null
    ? yes()
    : nearly(
        `${JSON.stringify(path)} is not mounted: a relative path is another file in a container`,
        "warning",
        "write an absolute path",
      );
}

const certificateOf = (use: Use): (string | null)[] =>
  use.listener?.tls?.mode === "terminate" ? certificateFiles(use.listener.tls.certificate) : [];

const serverTls: Own = (use, options) => {
  const plain = unlessStandIn("speaks plain HTTP, the balancers TLS")(use, options);
  return plain.is === "yes" ? mountable([use.pool?.kind === "apis" ? (use.pool.serverTls?.ca ?? null) : null]) : plain;
};

/** Docker's own name server, the only one that knows the containers. */
const DOCKER = "127.0.0.11";

function resolver({ part }: Use): Support {
  const { servers } = part as unknown as Partial<Resolver>;
  if (!servers || servers.some((address) => address.startsWith(DOCKER))) return yes();
  return nearly(`the containers' names are known to ${DOCKER} alone`, "info", `add ${DOCKER} to the servers`);
}

const access: Own = ({ pool }) =>
  pool?.kind === "brokers" && pool.software === "mosquitto"
    ? mountable([pool.access?.passwordFile ?? null, pool.access?.aclFile ?? null])
    : yes();

/** Loopback is the container's own; any other address is one that a container does not have. */
function address({ listener }: Use): Support {
  const { address = null, port } = listener ?? {};
  if (address === null || address === "0.0.0.0") return yes();
  if (/^(127\.|::1$)/.test(address))
    return nearly(`port ${port} is reached inside the balancer's container alone`, "info", "leave `address` out");
  return nearly(
    `no container has the address ${address}: the balancer does not start in one`,
    "warning",
    "leave `address` out",
  );
}

const own = {
  "listeners.address": address,
  "servers.host": nearly("a server that is named by its address gets no container", "info", "name it by a host name"),
  "health.check.tcp": yes(),
  "health.check.http": (use, options) => {
    const check = use.pool?.health.checks.find(({ kind }) => kind === "http");
    const passes = check?.kind !== "http" || check.expect.status.some(({ from, to }) => from <= 200 && 200 <= to);
    return passes ? yes() : answers(use, options);
  },
  "health.check.mqtt": yes(),
  "health.check.postgres": speaksNot("PostgreSQL"),
  "health.check.mysql": mysqlCheck,
  "health.check.redis": speaksNot("Redis"),
  "health.expect.body": answers,
  "listeners.tls.passthrough": unlessStandIn("does not speak TLS"),
  "servers.maxConnections": yes(),
  "servers.proxyProtocol": unlessStandIn("takes the PROXY header for the client's first words"),
  serverTls,
  "protocol.udp": yes(),
  "tls.certificate": (use) => mountable(certificateOf(use)),
  "tls.clientCa": (use) => mountable(certificateOf(use)),
  resolver,
  "cluster.bridge": yes(),
  access,
  persistence: yes(),
} satisfies Record<OwnFeature, Answer<ComposeOptions>>;

/** What containers add to what balancers do: images, files and names. */
export const supports: Readonly<Record<Feature, Answer<ComposeOptions>>> = { ...leftToBalancers, ...own };
