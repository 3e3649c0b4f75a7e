import type { ApiPool, BrokerPool, Fleet, RateKey, RateLimit, Route, Server, Split } from "../../fleet/fleet.js";
import type { Duration } from "../../support/duration.js";
import type { Written } from "../../support/node.js";
import { titleOf } from "./carried.js";
import { cookieVariable, type Method, methodOf, needsCookieMap } from "./method.js";
import { rate } from "./rate.js";
import { type Lookup, type Member, passiveOf, upstreamOf } from "./upstreams.js";
import type { CookieMap, RateView, RateZone, ServerTlsView, SplitView, UpstreamView } from "./view.js";
import { headerVariable, isName } from "./words.js";

/** Where a location passes its requests. */
export interface Destination {
  readonly scheme: "http" | "https";
  /** An upstream's name, or the variable that holds one. */
  readonly upstream: string;
  readonly variable: boolean;
}

/** What locations ask for that stands outside of them: upstreams, splits, zones, maps. Each is made once, when first asked for. */
export class Destinations {
  readonly upstreams = new Map<string, UpstreamView>();
  readonly splits = new Map<string, SplitView>();
  readonly rates = new Map<string, RateZone>();
  readonly cookies = new Map<string, CookieMap>();
  readonly #pools: ReadonlyMap<string, ApiPool>;
  readonly #lookup: Lookup;
  readonly #methods = new Map<string, string>();
  readonly #zones = new Map<RateLimit, string>();

  constructor(fleet: Fleet, lookup: Lookup) {
    this.#pools = new Map(fleet.pools.flatMap((pool) => (pool.kind === "apis" ? [[pool.name, pool] as const] : [])));
    this.#lookup = lookup;
  }

  poolOf(name: string): ApiPool {
    return this.#pools.get(name)!;
  }

  /** The servers of a route's pool, picked in the route's own way. */
  of(owner: ApiPool, route: Route): Destination {
    const pool = this.poolOf(route.pool);
    const { balance, affinity } = choiceOf(owner, route, pool);
    const method = methodOf(balance, affinity, "http", this.#lookup.version);
    if (balance.key?.type === "cookie") this.#cookie(balance.key.name);
    const name = this.#nameOf(pool, method);
    const upstream = pool.split
      ? this.#split(pool, pool.split, name, method)
      : this.#add(pool, name, whatOf(pool, name, method), pool.servers, method);
    return {
      scheme: pool.serverTls ? "https" : "http",
      upstream,
      variable: pool.split !== null,
    };
  }

  /** A broker pool's WebSocket ports. */
  webSockets(pool: BrokerPool): string {
    const name = `${pool.name}_websocket`;
    if (this.upstreams.has(name)) return name;
    const method = methodOf(pool.balance, pool.affinity, "http", this.#lookup.version);
    const members = pool.servers.map((server) => memberOf(server, (server.ports ?? pool.ports).websocket));
    const parts = {
      written: pool.written,
      name,
      comment: `${titleOf(pool)}: MQTT over WebSocket`,
      layer: "http" as const,
    };
    this.upstreams.set(
      name,
      upstreamOf({ ...parts, method, members, passive: passiveOf(pool), idle: null }, this.#lookup),
    );
    return name;
  }

  /** The rate limit of a route; what the pool says for all of its routes is counted together. */
  rateOf(pool: ApiPool, limit: RateLimit | null): RateView | null {
    if (!limit) return null;
    let zone = this.#zones.get(limit);
    if (zone === undefined) {
      zone = limit === pool.rateLimit ? `${pool.name}_rate` : `${pool.name}_rate_${this.#zones.size + 1}`;
      this.#zones.set(limit, zone);
      this.rate(zone, limit);
    }
    return {
      words: [`zone=${zone}`, ...(limit.burst > 0 ? [`burst=${limit.burst}`, "nodelay"] : [])],
      status: limit.status,
    };
  }

  /** A zone that counts requests. */
  rate(zone: string, limit: { written: Written; requests: number; per: Duration; key: RateKey }): void {
    this.rates.set(zone, {
      written: limit.written,
      key:
        limit.key.type === "client_ip"
          ? "$binary_remote_addr"
          : limit.key.type === "header"
            ? headerVariable(limit.key.name)
            : zone,
      zone,
      size: limit.key.type === "global" ? "1m" : "10m",
      rate: (rate(limit.requests, limit.per) ?? { text: "1r/m" }).text,
    });
  }

  /** The pool's own name for its own method; other routes' methods stand behind it. */
  #nameOf(pool: ApiPool, method: Method): string {
    const key = `${pool.name} ${method.label}`;
    let name = this.#methods.get(key);
    if (name === undefined) {
      const own = methodOf(pool.balance, pool.affinity, "http", this.#lookup.version).label;
      name = own === method.label ? pool.name : `${pool.name}_${method.label}`;
      this.#methods.set(key, name);
    }
    return name;
  }

  #add(pool: ApiPool, name: string, what: string, servers: readonly Server[], method: Method): string {
    if (this.upstreams.has(name)) return name;
    const parts = {
      written: pool.written,
      name,
      comment: `${titleOf(pool)}${what}`,
      layer: "http" as const,
      method,
      members: servers.map((server) => memberOf(server, server.port)),
      passive: passiveOf(pool),
      idle: pool.idleConnections,
    };
    this.upstreams.set(name, upstreamOf(parts, this.#lookup));
    return name;
  }

  /** An upstream for each group, and the variable that names one of them for a client. */
  #split(pool: ApiPool, split: Split, base: string, method: Method): string {
    const variable = `$${base.replaceAll("-", "_").toLowerCase()}_group`;
    if (this.splits.has(variable)) return variable;
    const byName = new Map(pool.servers.map((server) => [server.name, server]));
    const names = split.groups.map((group) => {
      const servers = group.servers.flatMap((name) => byName.get(name) ?? []);
      return this.#add(pool, `${base}_group_${group.name}`, `: group ${group.name}`, servers, method);
    });
    const cookie = split.key.type === "cookie" ? this.#cookie(split.key.name) : null;
    const keyVariable = `${variable}_key`;
    const shares = sharesOf(split.groups.map(({ weight }) => weight));
    this.splits.set(variable, {
      written: split.written,
      comment: `${titleOf(pool)}: ${split.groups.map(({ name, weight }) => `${name} ${weight}`).join(", ")}`,
      keyMap: cookie === null ? null : { cookie, variable: keyVariable },
      key: cookie !== null ? keyVariable : "$remote_addr",
      variable,
      parts: names.map((upstream, index) => ({ share: shares[index]!, upstream })),
    });
    return variable;
  }

  /** The variable that holds a cookie, with a map of its own where nginx has none for such a name. */
  #cookie(name: string): string {
    const variable = cookieVariable(name);
    if (needsCookieMap(name)) {
      this.cookies.set(variable, { pattern: `~(?:^|;[ \\t]*)${name}=(?<value>[^;]*)`, variable });
    }
    return variable;
  }
}

/** How a route picks: in its own words, else as the pool does whose servers answer. */
export function choiceOf(owner: ApiPool, route: Route, target: ApiPool): Pick<Route, "balance" | "affinity"> {
  return {
    balance: route.balance === owner.balance ? target.balance : route.balance,
    affinity: route.affinity === owner.affinity ? target.affinity : route.affinity,
  };
}

const whatOf = (pool: ApiPool, name: string, { label }: Method): string =>
  name === pool.name ? "" : `: ${label.replaceAll("_", " ")}, for the routes that ask for it`;

const memberOf = (server: Server, port: number): Member => ({ server, port, backup: server.backup });

/** Percentages with two decimals, as `split_clients` takes them, at least 0.01 % each; the last takes the rest. */
export function sharesOf(weights: readonly number[]): string[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight, index) => {
    if (index === weights.length - 1) return "*";
    return `${Math.max(0.01, Math.floor((weight / total) * 10_000) / 100)}%`;
  });
}

/** Where Debian, Alpine and the official images keep the system's certificate authorities. */
const SYSTEM_CA = "/etc/ssl/certs/ca-certificates.crt";

/** nginx asks all servers of an upstream for one name: the one that is said, else the host's where they share one. */
export function serverTlsOf({ serverTls, servers }: ApiPool): ServerTlsView | null {
  if (!serverTls) return null;
  const hosts = new Set(servers.map(({ host }) => host));
  const [host] = hosts;
  const shared = hosts.size === 1 && isName(host!) ? host! : null;
  const name = serverTls.sni ?? shared;
  return { name, verify: serverTls.verify && name !== null, ca: serverTls.ca ?? SYSTEM_CA };
}
