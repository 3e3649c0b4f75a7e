import { bare, isAddress, isDnsName, isHost } from "./addresses.js";
import { type Context, referenceAt, unknownName } from "./context.js";
import type { BrokerPorts, Server } from "./fleet.js";
import { at, type Part, shown } from "./part.js";

/** What servers of one pool have in common. */
export interface ServerDefaults {
  /** undefined: must be said. */
  readonly port: number | undefined;
  readonly ports: BrokerPorts | null;
  readonly proxyProtocol: Server["proxyProtocol"];
}

const MOST = 10_000;
const MOST_IN_ALL = 100_000;

/** The servers of a list: shorthands expanded, names made unique, everything filled in. */
export function buildServers(context: Context, parts: readonly Part[], defaults: ServerDefaults): Server[] {
  const drafts: Draft[] = [];
  for (const part of parts) {
    if (part.isMap) drafts.push(fromMap(context, part, defaults));
    else for (const draft of fromText(context, part, defaults)) drafts.push(draft);
    if (context.servers.count > MOST_IN_ALL) break;
  }
  return withNames(context, drafts);
}

type Draft = Omit<Server, "name"> & { readonly said: string | null };

function fromMap(context: Context, part: Part, defaults: ServerDefaults): Draft {
  const host = part.text("host")!;
  checkHost(context, part, "host", host);
  const own = part.part("ports");
  const ports = defaults.ports && buildPorts(own, defaults.ports);
  const port = part.number("port") ?? ports?.mqtt ?? defaults.port;
  if (port === undefined)
    context.report.error(
      "missing-key",
      at(part),
      `the server ${shown(part, "host")} has no port`,
      "write `port`: a service has no usual one",
    );
  if (own && !defaults.ports)
    context.report.error("unfit-key", at(part, "ports"), "`ports` is for brokers", "write `port`");
  const region = part.text("region") ?? null;
  if (region !== null && !context.regions.has(region))
    unknownName(context, "regions", "region", referenceAt(part, "region", region), context.regions.keys());
  return {
    written: part.written,
    said: part.text("name") ?? null,
    host: bare(host),
    port: port ?? 0,
    ports: ports && { ...ports, mqtt: port ?? ports.mqtt },
    weight: part.number("weight") ?? 1,
    maxConnections: part.number("maxConnections") ?? 0,
    backup: part.flag("backup") ?? false,
    state: (part.text("state") as Server["state"] | undefined) ?? "active",
    slowStart: part.duration("slowStart") ?? 0,
    proxyProtocol: (part.text("proxyProtocol") as Server["proxyProtocol"] | undefined) ?? defaults.proxyProtocol,
    region,
    id: part.number("id") ?? null,
  };
}

function fromText(context: Context, part: Part, defaults: ServerDefaults): Draft[] {
  const text = String(part.scalar);
  const [, hosts, portText] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65535))
    context.report.error("wrong-value", at(part), `"${shown(part)}" has no port from 1 to 65535`);
  const used = port ?? defaults.ports?.mqtt ?? defaults.port;
  if (used === undefined)
    context.report.error(
      "missing-key",
      at(part),
      `the server ${shown(part)} has no port`,
      "write HOST:PORT: a service has no usual one",
    );
  return expand(context, part, hosts ?? text).map((host) => {
    checkHost(context, part, "", host);
    return {
      written: part.written,
      said: null,
      host: bare(host),
      port: used ?? 0,
      ports: defaults.ports && { ...defaults.ports, mqtt: used ?? defaults.ports.mqtt },
      weight: 1,
      maxConnections: 0,
      backup: false,
      state: "active",
      slowStart: 0,
      proxyProtocol: defaults.proxyProtocol,
      region: null,
      id: null,
    };
  });
}

const RANGE = /\{(\d+)\.\.(\d+)\}/g;

/**
 * `{1..3}` as 1, 2, 3; `{01..10}` keeps its zeros. What is wrong with a range is reported, and nothing comes of it. A
 * fleet that is larger than any is refused as well: a short text must not fill the memory.
 */
export function expand({ report, servers }: Pick<Context, "report" | "servers">, part: Part, text: string): string[] {
  const wrong = (message: string, help: string): string[] => {
    report.error("wrong-range", at(part), message, help);
    return [];
  };
  const [range, ...more] = text.matchAll(RANGE);
  const [whole, first, last] = (range ?? ["", "1", "1"]) as unknown as [string, string, string];
  const count = Number(last) - Number(first) + 1;
  if (more.length > 0) return wrong(`"${shown(part)}" holds ${more.length + 1} ranges`, "one range a string");
  if (count < 1) return wrong(`the range in "${shown(part)}" runs backwards`, "the lower number comes first");
  if (count > MOST) return wrong(`the range in "${shown(part)}" makes more than ${MOST} servers`, `${MOST} at most`);
  servers.count += count;
  if (servers.count > MOST_IN_ALL)
    return wrong(`more than ${MOST_IN_ALL} servers stand up to here`, "split the fleet into several topologies");
  const digits = first.startsWith("0") ? first.length : 0;
  return range
    ? Array.from({ length: count }, (_, index) =>
        text.replace(whole, String(Number(first) + index).padStart(digits, "0")),
      )
    : [text];
}

/** Whether `host`, said at `key`, is an address or a DNS name; what is neither is reported. */
export function checkHost({ report }: Context, part: Part, key: string, host: string): void {
  if (/^unix$/i.test(host))
    report.error(
      "wrong-value",
      at(part, key),
      "`unix:` begins the path of a socket in nginx, whatever the case",
      "write the host's full name, such as unix.example.com",
    );
  else if (!isHost(host))
    report.error(
      "wrong-value",
      at(part, key),
      `"${shown(part, key)}" is no address`,
      host.startsWith("[") ? "write an IPv6 address in the brackets" : "an IPv4 address has four numbers from 0 to 255",
    );
  else if (!isAddress(host) && !isDnsName(host))
    report.error(
      "wrong-value",
      at(part, key),
      `"${shown(part, key)}" is no DNS name`,
      "the words between its dots have 1 to 63 letters, digits and inner hyphens, all of them 253 at most",
    );
}

/** The default name is the host's; where two share a host, with the port. */
function withNames({ report }: Context, drafts: readonly Draft[]): Server[] {
  const hosts = new Map<string, number>();
  for (const { host } of drafts) hosts.set(host, (hosts.get(host) ?? 0) + 1);
  const taken = new Map<string, Draft>();
  const copies = new Map<string, number>();
  /** The same server written twice is a lint rule's matter, not one of names: any free name will do. */
  const another = (name: string): string => {
    let copy = copies.get(name) ?? 1;
    do copy += 1;
    while (taken.has(`${name}-${copy}`.toLowerCase()));
    copies.set(name, copy);
    return `${name}-${copy}`;
  };
  return drafts.map((draft) => {
    const { said, ...rest } = draft;
    const usual = said ?? nameOf(hosts.get(rest.host)! > 1 ? `${rest.host}-${rest.port}` : rest.host);
    const first = taken.get(usual.toLowerCase());
    const isCopy = first !== undefined && isSameServer(first, draft);
    if (first && !isCopy)
      report.error(
        "duplicate-name",
        at(draft, said === null ? "" : "name"),
        `a second server is called "${said === null ? usual : shown(draft, "name")}"`,
        "give one of them another `name`",
        [{ message: "first used here", at: at(first, first.said === null ? "" : "name") }],
      );
    const name = isCopy ? another(usual) : usual;
    taken.set(name.toLowerCase(), draft);
    return { name, ...rest };
  });
}

const isSameServer = (a: Draft, b: Draft): boolean =>
  a.said === null && b.said === null && a.host === b.host && a.port === b.port;

/** A DNS label made of a host: other characters than letters, digits and `-` become `-`, at its ends they go. */
const nameOf = (host: string): string =>
  host
    .replace(/[^A-Za-z0-9-]/g, "-")
    .replace(/^-+/, "")
    .slice(0, 63)
    .replace(/-+$/, "") || "server";

export const BROKER_PORTS: BrokerPorts = { mqtt: 1883, websocket: 9001, mqtts: 8883, wss: 9002 };

export const buildPorts = (part: Part | undefined, base: BrokerPorts): BrokerPorts => ({
  mqtt: part?.number("mqtt") ?? base.mqtt,
  websocket: part?.number("websocket") ?? base.websocket,
  mqtts: part?.number("mqtts") ?? base.mqtts,
  wss: part?.number("wss") ?? base.wss,
});
