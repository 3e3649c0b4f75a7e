import { bare, isAddress, isHost } from "./addresses.js";
import { type Context, unknownName } from "./context.js";
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

/** The servers of a list: shorthands expanded, names made unique, everything filled in. */
export function buildServers(context: Context, parts: readonly Part[], defaults: ServerDefaults): Server[] {
  const drafts = parts.flatMap((part) =>
    part.isMap ? [fromMap(context, part, defaults)] : fromText(context, part, defaults),
  );
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
      `the server ${host} has no port`,
      "write `port`: a service has no usual one",
    );
  if (own && !defaults.ports)
    context.report.error("unfit-key", at(part, "ports"), "`ports` is for brokers", "write `port`");
  const region = part.text("region") ?? null;
  if (region !== null && !context.regions.has(region))
    unknownName(context, "regions", "region", part, "region", region, context.regions);
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
    context.report.error("wrong-value", at(part), `${port} is not a port`, "a port is 1 to 65535");
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

/** `{1..3}` as 1, 2, 3; `{01..10}` keeps its zeros. What is wrong with a range is reported, and nothing comes of it. */
export function expand({ report }: Pick<Context, "report">, part: Part, text: string): string[] {
  const [range, ...more] = text.matchAll(/\{(\d+)\.\.(\d+)\}/g);
  if (!range) return [text];
  const [whole, first, last] = range as unknown as [string, string, string];
  const count = Number(last) - Number(first) + 1;
  const wrong = (message: string, help: string): string[] => {
    report.error("wrong-range", at(part), message, help);
    return [];
  };
  if (more.length > 0) return wrong(`"${shown(part)}" holds ${more.length + 1} ranges`, "one range a string");
  if (count < 1) return wrong(`the range ${whole} runs backwards`, `write {${last}..${first}}`);
  if (count > MOST) return wrong(`the range ${whole} makes ${count} servers`, `${MOST} at most`);
  return Array.from({ length: count }, (_, index) =>
    text.replace(whole, String(Number(first) + index).padStart(first.startsWith("0") ? first.length : 0, "0")),
  );
}

function checkHost({ report }: Context, part: Part, key: string, host: string): void {
  if (!isHost(host))
    report.error(
      "wrong-value",
      at(part, key),
      `"${shown(part, key)}" is no address`,
      "an IPv4 address has four numbers from 0 to 255",
    );
  else if (!isAddress(host) && host.length > 253)
    report.error("wrong-value", at(part, key), "the host name is longer than 253 characters");
}

/** The default name is the host's; where two share a host, with the port. */
function withNames({ report }: Context, drafts: readonly Draft[]): Server[] {
  const hosts = new Map<string, number>();
  for (const { host } of drafts) hosts.set(host, (hosts.get(host) ?? 0) + 1);
  const taken = new Map<string, Draft>();
  const unique = (name: string): string => {
    for (let copy = 2; ; copy += 1) if (!taken.has(`${name}-${copy}`.toLowerCase())) return `${name}-${copy}`;
  };
  return drafts.map(({ said, ...rest }, index) => {
    const draft = drafts[index]!;
    let name = said ?? nameOf(hosts.get(rest.host)! > 1 ? `${rest.host}-${rest.port}` : rest.host);
    const first = taken.get(name.toLowerCase());
    if (first && sameServer(first, draft)) name = unique(name);
    else if (first) {
      const related = [{ message: "first used here", at: at(first, "name") }];
      report.error(
        "duplicate-name",
        at(draft, "name"),
        `a second server is called "${name}"`,
        "give one of them another `name`",
        related,
      );
    }
    taken.set(name.toLowerCase(), draft);
    return { name, ...rest };
  });
}

/** The same server written twice is a lint rule's matter, not one of names. */
const sameServer = (a: Draft, b: Draft): boolean =>
  a.said === null && b.said === null && a.host === b.host && a.port === b.port;

export const nameOf = (host: string): string =>
  host
    .replace(/[^A-Za-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 63)
    .replace(/-+$/, "") || "server";

export const BROKER_PORTS: BrokerPorts = { mqtt: 1883, websocket: 9001, mqtts: 8883, wss: 9002 };

export const buildPorts = (part: Part | undefined, base: BrokerPorts): BrokerPorts => ({
  mqtt: part?.number("mqtt") ?? base.mqtt,
  websocket: part?.number("websocket") ?? base.websocket,
  mqtts: part?.number("mqtts") ?? base.mqtts,
  wss: part?.number("wss") ?? base.wss,
});
