import type { Duration } from "../support/duration.js";
import type { Severity } from "../support/finding.js";
import type { Written } from "../support/node.js";
import type { Size } from "../support/size.js";
import type { Source } from "../support/source.js";

/**
 * What a topology means: every default filled in, every reference resolved, every server expanded. Read-only plain data,
 * the same for a fleet read from YAML or lifted from another program's configuration. Durations are milliseconds, sizes
 * bytes, 0 means "none" where a limit is meant. Every part remembers where it was written.
 */
export interface Fleet {
  readonly source: Source;
  readonly written: Written;
  readonly name: string;
  readonly domain: string | null;
  /** In file order. */
  readonly pools: readonly Pool[];
  /** The named policies, used or not. */
  readonly policies: readonly HealthPolicy[];
  readonly certificates: readonly Certificate[];
  readonly regions: readonly Region[];
  readonly geo: readonly GeoName[];
  /** What stands before all listeners that do not say otherwise. */
  readonly behind: Behind | null;
  readonly resolver: Resolver | null;
  readonly reload: { readonly grace: Duration };
  readonly lint: LintSettings;
  /** In file order; the default list where the topology names none. */
  readonly targets: readonly TargetRequest[];
  /** Texts that came from the environment, with the `${VAR}` that stands for them in messages. */
  readonly variables: readonly Variable[];
}

/** A value that was filled in from the environment. Never shown: `name` is (as `${NAME}`). */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** RULE (may end in `*`) to severity, in file order. */
export interface LintSettings {
  readonly severities: readonly { readonly rule: string; readonly severity: Severity | "off" }[];
}

/** An output that was asked for. `options` is the target's own part of the topology, as written, durations and sizes included. */
export interface TargetRequest {
  readonly written: Written;
  readonly name: string;
  readonly version: string | null;
  /** The pools it carries; null: all it can. */
  readonly pools: readonly string[] | null;
  readonly options: Readonly<Record<string, unknown>>;
}

export type Pool = BrokerPool | ApiPool | DatabasePool | ServicePool;
export type PoolKind = Pool["kind"];

interface PoolBase {
  readonly written: Written;
  readonly name: string;
  /** In file order; empty: no balancer carries the pool. */
  readonly listeners: readonly Listener[];
  /** Primary first, then the replicas, for databases. */
  readonly servers: readonly Server[];
  readonly balance: Balance;
  readonly affinity: Affinity | null;
  readonly health: HealthPolicy;
  readonly timeouts: Timeouts;
  readonly sessions: Sessions;
  readonly limits: Limits;
  /** Carried for the Kubernetes target, as written; null where absent. */
  readonly kubernetes: Readonly<Record<string, unknown>> | null;
}

export interface BrokerPool extends PoolBase {
  readonly kind: "brokers";
  readonly software: BrokerSoftware;
  /** null: not said. */
  readonly cluster: Cluster | null;
  readonly access: Access | null;
  readonly persistence: boolean | null;
  readonly clients: {
    readonly written: Written;
    readonly persistent: boolean;
    readonly retained: boolean;
    readonly idLength: number;
  };
  /** The longest keep-alive that clients ask for. */
  readonly keepalive: Duration;
  readonly ports: BrokerPorts;
}
export type BrokerSoftware = "mosquitto" | "emqx" | "vernemq" | "hivemq" | "other";
export interface BrokerPorts {
  readonly mqtt: number;
  readonly websocket: number;
  readonly mqtts: number;
  readonly wss: number;
}
export interface Access {
  readonly written: Written;
  readonly anonymous: boolean;
  readonly passwordFile: string | null;
  readonly aclFile: string | null;
}
export interface Cluster {
  readonly written: Written;
  readonly mode: "bridge" | "native" | "none";
  readonly topics: readonly string[];
  readonly qos: 0 | 1 | 2;
  /** As asked for, or the star around the first server. Empty unless `mode` is bridge. */
  readonly bridges: readonly Bridge[];
}
export interface Bridge {
  readonly written: Written;
  /** Server names: `from` opens the connection to `to`. */
  readonly from: string;
  readonly to: string;
  /** Where `from` goes when `to` is gone, in this order. */
  readonly failover: readonly string[];
  readonly topics: readonly string[];
  /** As `from` sees it. */
  readonly direction: "both" | "in" | "out";
}

export interface ApiPool extends PoolBase {
  readonly kind: "apis";
  /** Empty: every host name. */
  readonly hostnames: readonly string[];
  /** Longest path first, exact before prefix at one length. A pool without `routes` has one for all paths. */
  readonly routes: readonly Route[];
  readonly idleConnections: {
    readonly written: Written;
    readonly count: number;
    readonly timeout: Duration;
    readonly serverTimeout: Duration;
  };
  readonly serverTls: ServerTls | null;
  readonly retries: Retries;
  readonly rateLimit: RateLimit | null;
  readonly circuitBreaker: CircuitBreaker | null;
  readonly split: Split | null;
  readonly headers: Headers;
  readonly autoscale: Autoscale | null;
}

/** A route with everything that its pool says filled in. */
export interface Route {
  readonly written: Written;
  readonly path: string;
  readonly match: "prefix" | "exact";
  /** The API pool whose servers answer; the route's own unless `pool` names another. */
  readonly pool: string;
  /** Upper case; null: all. */
  readonly methods: readonly string[] | null;
  /** What `path` becomes at the server; null: unchanged. */
  readonly rewrite: string | null;
  readonly websocket: boolean;
  readonly balance: Balance;
  readonly affinity: Affinity | null;
  readonly timeouts: Timeouts;
  readonly retries: Retries;
  readonly rateLimit: RateLimit | null;
  readonly headers: Headers;
}

export interface DatabasePool extends PoolBase {
  readonly kind: "databases";
  readonly software: "postgres" | "mysql";
  readonly primary: Server;
  readonly replicas: readonly Server[];
  readonly readFallback: "primary" | "none";
  readonly clientPool: {
    readonly written: Written;
    readonly size: number | null;
    readonly overflow: number | null;
    readonly acquireTimeout: Duration | null;
    readonly recycle: Duration | null;
  } | null;
}

export interface ServicePool extends PoolBase {
  readonly kind: "services";
  readonly protocol: "tcp" | "udp";
}

/**
 * Where a balancer listens for a pool. `kind` is the key in the topology: brokers `mqtt`, `websocket`, `mqtts`, `wss`;
 * APIs `http`, `https`; databases `write`, `read`; services any name.
 */
export interface Listener {
  readonly written: Written;
  readonly kind: string;
  readonly port: number;
  /** An IPv4 or IPv6 address without brackets; null: all addresses, IPv4 and IPv6. */
  readonly address: string | null;
  /** Whether strangers can reach it: a wildcard, or not private, loopback or link-local. */
  readonly public: boolean;
  readonly tls:
    | { readonly mode: "terminate"; readonly certificate: Certificate }
    | { readonly mode: "passthrough" }
    | null;
  /** The WebSocket path of brokers (`/mqtt`). null elsewhere. */
  readonly path: string | null;
  /** Port of the https listener that plain requests are sent to; null: no redirect. */
  readonly redirectPort: number | null;
  readonly behind: Behind | null;
  /** CIDRs that may connect; null: everyone. */
  readonly allow: readonly string[] | null;
}

export interface Behind {
  readonly written: Written;
  readonly proxies: readonly string[];
  /** How the client's address arrives: the PROXY protocol, or a header. */
  readonly by: { readonly type: "proxy_protocol" } | { readonly type: "header"; readonly name: string };
}

export interface Server {
  readonly written: Written;
  readonly name: string;
  /** DNS name, IPv4, or IPv6 without brackets. */
  readonly host: string;
  /** Plain MQTT of brokers, the service's own port of others. */
  readonly port: number;
  /** Brokers only: every port it listens on. */
  readonly ports: BrokerPorts | null;
  readonly weight: number;
  /** 0: no limit. */
  readonly maxConnections: number;
  readonly backup: boolean;
  readonly state: "active" | "drain" | "maintenance";
  readonly slowStart: Duration;
  /** What the balancer sends to it. */
  readonly proxyProtocol: "none" | "v1" | "v2";
  readonly region: string | null;
  readonly id: number | null;
}

export type Algorithm =
  | "round_robin"
  | "least_connections"
  | "least_response_time"
  | "random"
  | "power_of_two"
  | "ip_hash"
  | "consistent_hash"
  | "first";

export interface Balance {
  readonly written: Written;
  readonly algorithm: Algorithm;
  /** What is hashed; null for algorithms that hash nothing. */
  readonly key: HashKey | null;
  /** Used by targets that have no such algorithm, because the topology says so. */
  readonly fallback: Algorithm | null;
}

export type HashKey =
  | { readonly type: "client_ip" | "uri" | "client_id" }
  | { readonly type: "header" | "cookie"; readonly name: string };

export interface Affinity {
  readonly written: Written;
  readonly by: AffinityKey;
  readonly fallback: AffinityKey | null;
  /** How long a client is remembered. */
  readonly expire: Duration | null;
  /** How many clients are remembered. */
  readonly size: number | null;
  /** Characters of the table's key. */
  readonly length: number;
}
export type AffinityKey =
  | { readonly type: "ip" | "client_id" }
  | { readonly type: "cookie" | "header"; readonly name: string };

export interface HealthPolicy {
  /** Its entry under `health`; for a default, the pool. */
  readonly written: Written;
  /** null: nobody named one. */
  readonly name: string | null;
  /** One or more; empty: `check: none`. */
  readonly checks: readonly HealthCheck[];
  /** How many of `checks` must pass. */
  readonly require: number;
  readonly interval: Duration;
  readonly timeout: Duration;
  readonly rise: number;
  readonly fall: number;
  /** Failures seen in live traffic. `named`: the policy says so itself. */
  readonly passive: {
    readonly named: boolean;
    readonly failures: number;
    readonly window: Duration;
    readonly out: Duration;
  };
  readonly onFail: "mark_down" | "drain";
}
export type HealthCheck =
  | (CheckBase & { readonly kind: "tcp" | "redis" })
  | (CheckBase & {
      readonly kind: "http";
      readonly path: string;
      /** Host header; null: the pool's first host name, else the server's own. */
      readonly host: string | null;
      readonly expect: { readonly status: readonly StatusRange[]; readonly body: string | null };
    })
  | (CheckBase & {
      readonly kind: "mqtt";
      readonly username: string | null;
      readonly password: string | null;
      /** CONNACK codes that count as alive. */
      readonly accept: readonly number[];
    })
  | (CheckBase & { readonly kind: "postgres" | "mysql"; readonly user: string });
interface CheckBase {
  readonly written: Written;
  /** null: where the traffic goes. */
  readonly port: number | null;
  readonly tls: boolean;
}
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

export interface Timeouts {
  readonly connect: Duration;
  readonly send: Duration;
  readonly read: Duration;
  /** TCP and MQTT pools: silence after which a connection is closed. */
  readonly idle: Duration;
  /** After it no further try begins; null: never (WebSocket routes). */
  readonly request: Duration | null;
  readonly queue: Duration;
}

export interface Sessions {
  readonly written: Written;
  readonly typical: Duration;
  readonly max: Duration | null;
  readonly onDown: "close" | "keep";
  readonly onDrain: "close" | "keep";
}

export interface Limits {
  /** Open connections of a pool; 0: none. */
  readonly connections: number;
  readonly connectionRate: {
    readonly written: Written;
    readonly requests: number;
    readonly per: Duration;
    readonly key: RateKey;
  } | null;
  /** How many may wait; 0: none said. */
  readonly queue: number;
  readonly bodySize: Size;
}
export type RateKey = { readonly type: "client_ip" | "global" } | { readonly type: "header"; readonly name: string };

export interface Retries {
  readonly written: Written;
  /** All tries, the first included. */
  readonly attempts: number;
  readonly when: readonly ("connect" | "timeout" | "empty" | number)[];
  readonly methods: "safe" | "idempotent" | "all";
}

export interface RateLimit {
  readonly written: Written;
  readonly requests: number;
  readonly per: Duration;
  readonly burst: number;
  readonly key: RateKey;
  readonly status: number;
}

export interface CircuitBreaker {
  readonly written: Written;
  readonly failures: number;
  readonly window: Duration;
  readonly open: Duration;
  readonly halfOpen: number;
}

export interface Split {
  readonly written: Written;
  readonly key: { readonly type: "client_ip" } | { readonly type: "cookie"; readonly name: string };
  readonly groups: readonly {
    readonly written: Written;
    readonly name: string;
    readonly weight: number;
    /** Names of servers of the pool; every server is in one group. */
    readonly servers: readonly string[];
  }[];
}

/** NAME to value, or null to remove it. */
export interface Headers {
  readonly request: readonly { readonly written: Written; readonly name: string; readonly value: string | null }[];
  readonly response: readonly { readonly written: Written; readonly name: string; readonly value: string | null }[];
}

export interface ServerTls {
  readonly written: Written;
  readonly verify: boolean;
  /** Path of a CA bundle; null: the system's. */
  readonly ca: string | null;
  /** null: the server's host name. */
  readonly sni: string | null;
}

export interface Autoscale {
  readonly written: Written;
  readonly min: number;
  readonly max: number;
  readonly target: { readonly metric: "connections" | "cpu" | "rps"; readonly value: number };
  readonly cooldown: Duration | null;
}

export interface Certificate {
  readonly written: Written;
  readonly name: string;
  /** Paths. Either `bundle`, or `certificate` and `key`. */
  readonly certificate: string | null;
  readonly key: string | null;
  readonly bundle: string | null;
  readonly minVersion: "1.2" | "1.3";
  readonly clientCa: string | null;
  readonly secret: string | null;
}

export interface Resolver {
  readonly written: Written;
  readonly servers: readonly string[];
  readonly valid: Duration | null;
}

export interface Region {
  readonly written: Written;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly endpoints: Readonly<Record<string, readonly string[]>>;
  readonly location: { readonly latitude: number; readonly longitude: number } | null;
  readonly health: HealthPolicy | null;
}

export interface GeoName {
  readonly written: Written;
  readonly name: string;
  readonly hostname: string;
  readonly answer: "addresses" | "endpoints";
  readonly ttl: Duration;
  readonly default: string;
  readonly rules: readonly {
    readonly written: Written;
    readonly continent: string | null;
    readonly country: string | null;
    readonly subdivisions: readonly string[];
    readonly region: string;
  }[];
  readonly failover: Readonly<Record<string, readonly string[]>>;
  readonly failoverWithin: Duration | null;
}
