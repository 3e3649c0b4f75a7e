import type { Written } from "../../support/node.js";

/** A whole nginx.conf as plain data in nginx's own words. Texts are values yet to be quoted; the template lays them out. */
export interface NginxView {
  readonly header: readonly string[];
  readonly workers: string;
  readonly connections: number;
  readonly files: number;
  readonly grace: string;
  readonly errorLog: readonly string[];
  readonly modules: readonly string[];
  /** Whether Debian's folder of enabled modules is read. */
  readonly enabledModules: boolean;
  readonly stream: StreamView | null;
  readonly http: HttpView;
}

/** What is written once for all of `stream` or `http`. */
interface Shared {
  readonly accessLog: string | null;
  readonly resolver: readonly string[] | null;
  /** Whether a server of the block ends TLS. */
  readonly tls: boolean;
  readonly connectionZones: readonly ConnectionZone[];
  readonly upstreams: readonly UpstreamView[];
}

export interface StreamView extends Shared {
  readonly servers: readonly StreamServer[];
}

export interface HttpView extends Shared {
  /** Sizes of nginx's own tables where the usual ones are too small. */
  readonly tables: readonly { readonly name: string; readonly value: number }[];
  readonly dollar: boolean;
  readonly serverTls: boolean;
  readonly usual: Settings;
  readonly cookies: readonly CookieMap[];
  readonly behinds: readonly TrustedHeaders[];
  readonly rates: readonly RateZone[];
  readonly splits: readonly SplitView[];
  readonly servers: readonly HttpServer[];
  readonly health: { readonly listens: readonly (readonly string[])[]; readonly path: string };
  readonly include: readonly string[];
}

export interface ConnectionZone {
  readonly written: Written;
  readonly key: string;
  readonly zone: string;
}

export interface UpstreamView {
  readonly written: Written;
  readonly name: string;
  readonly comment: string;
  readonly zone: string;
  readonly pick: readonly string[] | null;
  readonly sticky: readonly string[] | null;
  readonly servers: readonly ServerLine[];
  /** Directives about idle connections to the servers. */
  readonly idle: readonly (readonly string[])[];
}

export interface ServerLine {
  readonly written: Written;
  readonly address: string;
  /** How wide the addresses of its upstream are, so that parameters align. */
  readonly width: number;
  readonly parameters: readonly string[];
  /** What nginx has no word for. */
  readonly note: string | null;
}

/** What both kinds of server say of their listeners. */
export interface Door {
  readonly listens: readonly (readonly string[])[];
  readonly tls: TlsView | null;
  readonly behind: BehindView | null;
  readonly allow: readonly string[] | null;
}

export interface TlsView {
  readonly certificate: string;
  readonly key: string;
  readonly protocols: readonly string[];
  readonly clientCa: string | null;
}

export interface BehindView {
  readonly proxies: readonly string[];
  /** The header of http that brings the client's address, or `proxy_protocol`. */
  readonly header: string;
  /** Headers bring a chain; the PROXY protocol one address. */
  readonly recursive: boolean;
}

export interface StreamServer extends Door {
  readonly written: Written;
  readonly comment: string;
  readonly connections: LimitView | null;
  readonly pass: string;
  /** What is sent to the servers first: `on`, `v2`, or null. */
  readonly proxyProtocol: string | null;
  readonly connectTimeout: string;
  readonly idleTimeout: string;
  readonly idleComment: string | null;
  readonly tryTimeout: string | null;
}

interface LimitView {
  readonly zone: string;
  readonly count: number;
}

export interface CookieMap {
  readonly pattern: string;
  readonly variable: string;
}

/** Variables for forwarded headers that are believed only of the named proxies. */
export interface TrustedHeaders {
  readonly proxies: readonly string[];
  readonly number: number;
}

export interface RateZone {
  readonly written: Written;
  readonly key: string;
  readonly zone: string;
  readonly size: string;
  readonly rate: string;
}

export interface SplitView {
  readonly written: Written;
  readonly comment: string;
  /** The map that puts the client's address in place of a missing cookie, or null. */
  readonly keyMap: { readonly cookie: string; readonly variable: string } | null;
  readonly key: string;
  readonly variable: string;
  readonly parts: readonly { readonly share: string; readonly upstream: string }[];
}

export interface HttpServer extends Door {
  readonly written: Written;
  readonly comment: string;
  /** Empty: none written, so that the server takes every name its listener knows no other for. */
  readonly names: readonly string[];
  readonly http2: boolean;
  /** Answers 404 to everything: these are the host names that no pool has. */
  readonly unknown: boolean;
  /** What all locations inherit; null: there is nothing to inherit. */
  readonly base: Settings | null;
  readonly locations: readonly LocationView[];
  /** Where everything else is redirected, or null. */
  readonly to: string | null;
}

export interface HeaderLine {
  readonly written: Written | null;
  readonly name: string;
  readonly value: string;
}

/** Directives that a location inherits from its server unless it says otherwise; null: inherited. */
export interface Settings {
  readonly rate: RateView | null;
  readonly connections: LimitView | null;
  readonly bodySize: string | null;
  readonly connectTimeout: string | null;
  readonly sendTimeout: string | null;
  readonly readTimeout: string | null;
  readonly readComment: string | null;
  readonly next: readonly string[] | null;
  readonly tries: number | null;
  readonly tryTimeout: string | null;
  readonly setHeaders: readonly HeaderLine[] | null;
  readonly hideHeaders: readonly string[] | null;
  readonly addHeaders: readonly HeaderLine[] | null;
  readonly serverTls: ServerTlsView | null;
}

/** Requests above a rate are refused at once. */
export interface RateView {
  readonly words: readonly string[];
  readonly status: number;
}

export interface LocationView {
  readonly written: Written;
  /** `["=", PATH]` or `[PATH]`. */
  readonly match: readonly string[];
  readonly comment: string | null;
  /** What is answered at once, or null where a server answers. */
  readonly status: number | null;
  readonly methods: { readonly pattern: string; readonly allow: string } | null;
  readonly websocket: boolean;
  readonly settings: Settings | null;
  /** `rewrite` before passing on, where the pass goes to a variable. */
  readonly rewrite: { readonly pattern: string; readonly to: string } | null;
  readonly pass: string;
}

export interface ServerTlsView {
  readonly name: string | null;
  readonly verify: boolean;
  readonly ca: string;
}
