import type { BrokerPorts, Server, ServerTls } from "../../fleet/fleet.js";
import type { Written } from "../../support/node.js";
import { argument } from "../../syntax/haproxy/quote.js";
import { hostPort, isHostName, time } from "./words.js";

/** One `server` line. The widths are those of its columns. */
export interface ServerView {
  readonly written: Written;
  readonly name: string;
  readonly nameWidth: number;
  readonly address: string;
  readonly addressWidth: number;
  readonly words: readonly string[];
}

/** What all servers of a backend share. */
export interface Serving {
  /** Which of a broker's ports the traffic goes to; null: the server's own. */
  readonly port: keyof BrokerPorts | null;
  /** Whether the servers are checked at all. */
  readonly checked: boolean;
  /** Whether checks go to the broker's port for MQTT over TLS. */
  readonly atMqtts: boolean;
  /** Backend and server whose checks decide, by server name; null: this backend's own. */
  readonly tracked: ReadonlyMap<string, string> | null;
  /** Whether a cookie names the server. */
  readonly cookie: boolean;
  readonly tls: ServerTls | null;
  /** Whether names are looked up again while running. */
  readonly resolved: boolean;
  /** Name of the server that only serves when the others cannot, beside those marked so. */
  readonly fallback: string | null;
}

/** The lines of a backend's servers, in columns. */
export function serverViews(servers: readonly Server[], serving: Serving): ServerView[] {
  const weighted = servers.some(({ weight, state }) => weight !== 1 || state === "drain");
  let nameWidth = 0;
  let addressWidth = 0;
  const addresses = servers.map((server) => {
    const address = hostPort(server.host, portOf(server, serving.port));
    nameWidth = Math.max(nameWidth, server.name.length);
    addressWidth = Math.max(addressWidth, address.length);
    return address;
  });
  return servers.map((server, index) => {
    const words = serverWords(server, serving, weighted);
    return {
      written: server.written,
      name: server.name,
      nameWidth,
      address: addresses[index]!,
      addressWidth,
      words,
    };
  });
}

const portOf = (server: Server, port: keyof BrokerPorts | null): number =>
  port === null || server.ports === null ? server.port : server.ports[port];

function serverWords(server: Server, serving: Serving, weighted: boolean): string[] {
  const words: string[] = [];
  if (weighted) words.push("weight", `${server.state === "drain" ? 0 : server.weight}`);
  if (serving.cookie) words.push("cookie", server.name);
  if (server.id !== null) words.push("id", `${server.id}`);
  if (server.maxConnections > 0) words.push("maxconn", `${server.maxConnections}`);
  if (server.slowStart > 0) words.push("slowstart", time(server.slowStart));
  pushProxyProtocol(words, server, serving);
  if (serving.tls) pushTls(words, server, serving.tls);
  if (serving.atMqtts && server.ports) words.push("port", `${server.ports.mqtts}`);
  const tracked = serving.tracked?.get(server.name);
  if (tracked !== undefined) words.push("track", tracked);
  if (serving.resolved && isHostName(server.host)) words.push("resolvers", "dns");
  if (server.backup || serving.fallback === server.name) words.push("backup");
  if (server.state === "maintenance") words.push("disabled");
  return words;
}

/** Checks speak it as well: a server that wants it refuses them otherwise. */
function pushProxyProtocol(words: string[], { proxyProtocol }: Server, { checked }: Serving): void {
  if (proxyProtocol === "none") return;
  words.push(proxyProtocol === "v1" ? "send-proxy" : "send-proxy-v2");
  if (checked) words.push("check-send-proxy");
}

/** The name that is asked for is also the one that the certificate must have; an address asks for none. */
function pushTls(words: string[], server: Server, tls: ServerTls): void {
  const name = tls.sni ?? (isHostName(server.host) ? server.host : null);
  if (name === null) return;
  words.push("sni", `str(${argument(name)})`, "check-sni", name);
  if (tls.verify) words.push("verifyhost", name);
}
