import type { TargetRequest } from "../../fleet/fleet.js";
import type { Written } from "../../support/node.js";

/** What `targets: { haproxy: ... }` says, with its defaults. */
export interface HaproxyOptions {
  readonly written: Written;
  /** X.Y or X.Y.Z, as asked for. */
  readonly version: string;
  /** null: every pool that has listeners. */
  readonly pools: readonly string[] | null;
  readonly maxConnections: number;
  /** null: closed. */
  readonly stats: Endpoint | null;
  readonly prometheus: Endpoint | null;
  /** Path of the runtime socket; null: none. */
  readonly socket: string | null;
  /** Every HAProxy that shares its stick tables, this one included. */
  readonly peers: readonly { readonly name: string; readonly host: string; readonly port: number }[];
  readonly health: Endpoint & { readonly path: string };
  readonly logs: { readonly address: string; readonly facility: string; readonly level: string };
  /** Files that are given to the program behind ours. */
  readonly include: readonly string[];
}

interface Endpoint {
  /** null: all addresses. */
  readonly address: string | null;
  readonly port: number;
}

/** Releases that were measured, by line (topology.md: a version X.Y is the newest measured release of that line). */
export const VERSIONS: Readonly<Record<string, string>> = {
  "2.6": "2.6.12",
  "2.8": "2.8.0",
  "3.0": "3.0.11",
  "3.1": "3.1.0",
  "3.2": "3.2.26",
  "3.3": "3.3.0",
  "3.4": "3.4.0",
};

const LOOPBACK = "127.0.0.1";

export function options(request: TargetRequest): HaproxyOptions {
  const said = request.options as Said;
  return {
    written: request.written,
    version: request.version ?? "2.6",
    pools: request.pools,
    maxConnections: said.maxConnections ?? 16_384,
    stats: said.stats ? endpoint(said.stats, 8404) : null,
    prometheus: said.prometheus ? endpoint(said.prometheus, 8406) : null,
    socket: said.socket ?? null,
    peers: (said.peers ?? []).map(({ name, host, port }) => ({ name, host: unbracketed(host), port: port ?? 10_000 })),
    health: { ...endpoint(said.health ?? {}, 8405), path: said.health?.path ?? "/lb-health" },
    logs: {
      address: said.logs?.address ?? "stdout",
      facility: said.logs?.facility ?? "local0",
      level: said.logs?.level ?? "info",
    },
    include: said.include ?? [],
  };
}

/** The part of the topology as its schema lets it through. */
interface Said {
  readonly maxConnections?: number;
  readonly stats?: SaidEndpoint;
  readonly prometheus?: SaidEndpoint;
  readonly socket?: string;
  readonly peers?: readonly { readonly name: string; readonly host: string; readonly port?: number }[];
  readonly health?: SaidEndpoint & { readonly path?: string };
  readonly logs?: { readonly address?: string; readonly facility?: string; readonly level?: string };
  readonly include?: readonly string[];
}
interface SaidEndpoint {
  readonly address?: string;
  readonly port?: number;
}

const endpoint = ({ address = LOOPBACK, port }: SaidEndpoint, defaultPort: number): Endpoint => ({
  address: address === "*" ? null : unbracketed(address),
  port: port ?? defaultPort,
});

const unbracketed = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");
