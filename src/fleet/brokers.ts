import { affinityOf, balanceOf } from "./choice.js";
import { type Context, referenceAt, unknownName } from "./context.js";
import type { Access, Bridge, BrokerPool, BrokerSoftware, Cluster, Server } from "./fleet.js";
import { policyOf } from "./health.js";
import { buildListeners } from "./listeners.js";
import { at, type Part, shown } from "./part.js";
import { kubernetesOf, limitsOf, type PoolPart, sessionsOf, timeoutsOf } from "./pools.js";
import { BROKER_PORTS, buildPorts, buildServers } from "./servers.js";

/** MQTT 3.1.1 and 5, section 3.1.2.10: silence of 1.5 keep-alives ends a client. */
const SILENCE = 1.5;
const KEEPALIVE = 60_000;
const ID_LENGTH = 64;

export function buildBrokers(context: Context, { name, part }: PoolPart): BrokerPool {
  const software = (part.text("software") as BrokerSoftware | undefined) ?? "other";
  const keepalive = part.duration("keepalive") ?? KEEPALIVE;
  const ports = buildPorts(part.part("ports"), BROKER_PORTS);
  const servers = buildServers(context, part.parts("servers") ?? [], {
    port: ports.mqtt,
    ports,
    proxyProtocol: (part.text("proxyProtocol") as Server["proxyProtocol"] | undefined) ?? "none",
  });
  const clients = part.part("clients");
  const idLength = clients?.number("idLength") ?? ID_LENGTH;
  if (software === "mosquitto") checkMosquitto(context, name, part, servers);
  return {
    kind: "brokers",
    written: part.written,
    name,
    software,
    cluster: clusterOf(context, part, servers),
    access: accessOf(context, part),
    persistence: part.flag("persistence") ?? null,
    clients: {
      written: (clients ?? part).written,
      persistent: clients?.flag("persistent") ?? false,
      retained: clients?.flag("retained") ?? false,
      idLength,
    },
    keepalive,
    ports,
    listeners: buildListeners(context, part, "brokers"),
    servers,
    balance: balanceOf(context, part, "brokers"),
    affinity: affinityOf(context, part, "brokers", idLength),
    health: policyOf(context, part, "brokers"),
    timeouts: timeoutsOf({ pool: part, defaults: context.defaults }, SILENCE * keepalive),
    sessions: sessionsOf(part, "brokers"),
    limits: limitsOf(part),
    kubernetes: kubernetesOf(part),
  };
}

/** An empty mosquitto 2 listens on loopback only and refuses everyone: nothing of it is assumed. */
function checkMosquitto({ report }: Context, name: string, part: Part, servers: readonly Server[]): void {
  const must = (key: string, why: string, help: string): void =>
    report.error("missing-key", at(part), `broker pool "${name}" does not say \`${key}\`: ${why}`, help);
  if (!part.has("access"))
    must(
      "access",
      "mosquitto 2 refuses everyone by default",
      "write access: { anonymous: true }, or { passwordFile: PATH }",
    );
  if (!part.has("persistence"))
    must(
      "persistence",
      "without it sessions and retained messages end with a restart",
      "write persistence: true, or false",
    );
  if (servers.length > 1 && !part.has("cluster"))
    must(
      "cluster",
      `${servers.length} mosquittos share nothing by themselves`,
      "write cluster: { mode: bridge }, or { mode: none }",
    );
  if (part.part("cluster")?.text("mode") === "native")
    report.error(
      "wrong-value",
      at(part, "cluster.mode"),
      "mosquitto has bridges, no cluster of its own",
      "write mode: bridge",
    );
}

function accessOf({ report }: Context, part: Part): Access | null {
  const said = part.part("access");
  if (!said) return null;
  const anonymous = said.flag("anonymous") ?? false;
  const passwordFile = said.text("passwordFile") ?? null;
  if (!anonymous && passwordFile === null)
    report.error(
      "missing-key",
      at(said),
      "nobody can connect: neither `anonymous` nor `passwordFile` lets anyone in",
      "write { passwordFile: PATH }, or { anonymous: true }",
    );
  return { written: said.written, anonymous, passwordFile, aclFile: said.text("aclFile") ?? null };
}

function clusterOf(context: Context, part: Part, servers: readonly Server[]): Cluster | null {
  const said = part.part("cluster");
  if (!said) return null;
  const mode = said.text("mode") as Cluster["mode"];
  const topics = said.texts("topics") ?? ["#"];
  const qos = (said.number("qos") ?? 1) as Cluster["qos"];
  if (said.has("bridges") && mode !== "bridge")
    context.report.error(
      "unfit-key",
      at(said, "bridges"),
      `\`bridges\` means nothing to mode ${mode}`,
      "write mode: bridge",
    );
  const names = new Set(servers.map(({ name }) => name));
  const bridges =
    mode !== "bridge"
      ? []
      : (said.parts("bridges")?.map((bridge) => bridgeOf(context, bridge, names, topics)) ??
        starOf(context, said, servers, topics));
  return { written: said.written, mode, topics, qos, bridges };
}

function bridgeOf(context: Context, part: Part, names: ReadonlySet<string>, topics: readonly string[]): Bridge {
  const end = (key: "from" | "to"): string => {
    const name = part.text(key)!;
    if (!names.has(name)) unknownName(context, "servers", "server", referenceAt(part, key, name), names);
    return name;
  };
  const [from, to] = [end("from"), end("to")];
  if (from === to)
    context.report.error(
      "wrong-value",
      at(part, "to"),
      `a bridge goes from ${shown(part, "from")} to itself`,
      "name two servers",
    );
  return {
    written: part.written,
    from,
    to,
    failover: [],
    topics: part.texts("topics") ?? topics,
    direction: (part.text("direction") as Bridge["direction"] | undefined) ?? "both",
  };
}

/** Every node lists all before it: beyond this, the lists outgrow everything else. */
const LARGEST_STAR = 250;

/** Every node to the first; when that is gone, to the others before itself: lower-numbered ones can never make a cycle. */
function starOf({ report }: Context, part: Part, servers: readonly Server[], topics: readonly string[]): Bridge[] {
  if (servers.length > LARGEST_STAR) {
    const message = `a star of ${servers.length} brokers, where every one lists all before it`;
    report.error("wrong-value", at(part), message, `${LARGEST_STAR} at most: write \`bridges\``);
    return [];
  }
  return servers.slice(1).map(({ name }, index) => ({
    written: part.written,
    from: name,
    to: servers[0]!.name,
    failover: servers.slice(1, index + 1).map((server) => server.name),
    topics,
    direction: "both",
  }));
}
