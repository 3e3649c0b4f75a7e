import { bare, isAddress, isNetwork, isPublic } from "./addresses.js";
import { type Context, referenceAt, unknownName } from "./context.js";
import type { Behind, Listener, PoolKind } from "./fleet.js";
import { at, type Part, shown } from "./part.js";

/** Kinds whose listeners speak TLS to the client. */
const TLS_KINDS = new Set(["mqtts", "wss", "https"]);
const WEBSOCKET_KINDS = new Set(["websocket", "wss"]);

/** The listeners of a pool, in file order. */
export function buildListeners(context: Context, pool: Part, kind: PoolKind): Listener[] {
  const listeners = pool.part("listeners");
  return (listeners?.entries() ?? []).map(([name, part]) => buildListener(context, listeners!, part, name, kind));
}

function buildListener(context: Context, listeners: Part, part: Part, kind: string, pool: PoolKind): Listener {
  const address = addressOf(context, part);
  const { report } = context;
  const isWebsocket = pool === "brokers" && WEBSOCKET_KINDS.has(kind);
  if (part.has("path") && !isWebsocket)
    report.error(
      "unfit-key",
      at(part, "path"),
      `\`path\` means nothing to a listener \`${kind}\``,
      "it belongs to `websocket` and `wss` of brokers",
    );
  const allow = part.texts("allow") ?? null;
  for (const [index, network] of (allow ?? []).entries()) checkNetwork(context, part, `allow.${index}`, network);
  return {
    written: part.written,
    kind,
    port: part.isMap ? part.number("port")! : Number(part.scalar),
    address,
    public: isPublic(address),
    tls: tlsOf(context, part, kind, pool),
    path: isWebsocket ? (part.text("path") ?? "/mqtt") : null,
    redirectPort: redirectOf(context, listeners, part, pool === "apis" ? kind : ""),
    behind: part.has("behind")
      ? behindOf(context, part.part("behind")!)
      : context.root.has("behind") && !context.broken.has("behind")
        ? behindOf(context, context.root.part("behind")!, false)
        : null,
    allow,
  };
}

/** `*` and `::` are every address, as no address is; `0.0.0.0` is every IPv4 one. */
export function addressOf({ report }: Context, part: Part): string | null {
  const text = part.text("address");
  if (text === undefined || text === "*") return null;
  if (!isAddress(text))
    report.error(
      "wrong-value",
      at(part, "address"),
      `"${shown(part, "address")}" is no address`,
      "write an IPv4 or IPv6 address",
    );
  return bare(text) === "::" ? null : bare(text);
}

function tlsOf(context: Context, part: Part, kind: string, pool: PoolKind): Listener["tls"] {
  const { report } = context;
  const name = part.text("tls");
  if (name === undefined) {
    if (TLS_KINDS.has(kind) && pool !== "services")
      report.error(
        "missing-key",
        at(part),
        `the listener \`${kind}\` names no certificate`,
        "write { port, tls: NAME }, with NAME under `tls`, or tls: passthrough",
      );
    return null;
  }
  if (!TLS_KINDS.has(kind) && (pool === "brokers" || pool === "apis"))
    report.error(
      "unfit-key",
      at(part, "tls"),
      `a listener \`${kind}\` speaks no TLS`,
      `call it \`${({ mqtt: "mqtts", websocket: "wss", http: "https" } as Record<string, string>)[kind]}\``,
    );
  if (name === "passthrough") {
    if (pool === "apis")
      report.error(
        "unfit-key",
        at(part, "tls"),
        "routes and headers cannot act on TLS that passes through",
        "end it here with a certificate, or write a pool under `services`",
      );
    return { mode: "passthrough" };
  }
  if (pool === "databases")
    report.error(
      "unfit-key",
      at(part, "tls"),
      "databases begin TLS inside their own protocol: a balancer cannot end it",
      "leave `tls` out, the clients' TLS passes through",
    );
  const certificate = context.certificates.get(name);
  if (!certificate)
    unknownName(context, "tls", "certificate", referenceAt(part, "tls", name), [
      ...context.certificates.keys(),
      "passthrough",
    ]);
  return certificate ? { mode: "terminate", certificate } : null;
}

function redirectOf({ report }: Context, listeners: Part, part: Part, kind: string): number | null {
  if (!part.has("redirect")) return null;
  const target = listeners.part("https");
  if (kind !== "http")
    report.error(
      "unfit-key",
      at(part, "redirect"),
      "only plain HTTP can be redirected",
      "`redirect` belongs to the listener `http` of an API pool",
    );
  else if (!target)
    report.error(
      "missing-key",
      at(part, "redirect"),
      "there is no https listener to redirect to",
      "write listeners: { https: { port: 443, tls: NAME } }",
    );
  return target ? (target.number("port") ?? Number(target.scalar)) : null;
}

/** What stands before a listener. `report`: false where the same part was read before. */
export function behindOf(context: Context, part: Part, report = true): Behind {
  const proxies = part.texts("proxies") ?? [];
  if (report)
    for (const [index, network] of proxies.entries()) checkNetwork(context, part, `proxies.${index}`, network);
  const by = part.text("by")!;
  return {
    written: part.written,
    proxies,
    by: by === "proxy_protocol" ? { type: "proxy_protocol" } : { type: "header", name: by.slice("header:".length) },
  };
}

function checkNetwork({ report }: Context, part: Part, key: string, network: string): void {
  if (!isNetwork(network))
    report.error(
      "wrong-value",
      at(part, key),
      "this is no network",
      "write ADDRESS/BITS, such as 10.0.0.0/8 or fd00::/8",
    );
}
