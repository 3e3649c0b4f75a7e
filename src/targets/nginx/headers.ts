import type { Headers, Listener } from "../../fleet/fleet.js";
import { literal } from "../../syntax/nginx/quote.js";
import type { HeaderLine, TrustedHeaders } from "./view.js";

/** Which listeners believe forwarded headers, and the variables for them; equal lists of proxies share one. */
export class Trust {
  readonly list: TrustedHeaders[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of the variables for what stands before this listener, or null where no header is believed. */
  numberOf({ behind }: Listener): number | null {
    if (behind?.by.type !== "header") return null;
    const key = behind.proxies.join(" ");
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.list.length + 1;
      this.#numbers.set(key, number);
      this.list.push({ proxies: behind.proxies, number });
    }
    return number;
  }
}

/**
 * What every request takes to the servers. The address is the client's own (`set_real_ip_from` has put the believed one in
 * its place); what a client claims of itself is overwritten, or believed where it comes from a named proxy.
 */
function forwardedHeaders(trust: number | null): HeaderLine[] {
  const line = (name: string, value: string): HeaderLine => ({ written: null, name, value });
  return [
    line("Host", "$host"),
    line("X-Forwarded-For", "$remote_addr"),
    line("X-Forwarded-Proto", trust === null ? "$scheme" : `$forwarded_proto_${trust}`),
    line("X-Forwarded-Host", trust === null ? "$host" : `$forwarded_host_${trust}`),
    line("X-Real-IP", "$remote_addr"),
    line("Forwarded", ""),
  ];
}

const KEPT_OPEN: HeaderLine = { written: null, name: "Connection", value: "" };
const UPGRADED: readonly HeaderLine[] = [
  { written: null, name: "Upgrade", value: "$http_upgrade" },
  { written: null, name: "Connection", value: "upgrade" },
];

/** What is sent where nothing else is asked for. */
export const USUAL_HEADERS: readonly HeaderLine[] = [KEPT_OPEN, ...forwardedHeaders(null)];

/** All of `proxy_set_header`: nginx inherits none of them as soon as one is written. The topology's own win. */
export function requestHeaders({ request }: Headers, trust: number | null, websocket: boolean): readonly HeaderLine[] {
  if (request.length === 0 && trust === null && !websocket) return USUAL_HEADERS;
  const own = new Set(request.map(({ name }) => name.toLowerCase()));
  const usual = [...(websocket ? UPGRADED : [KEPT_OPEN]), ...forwardedHeaders(trust)];
  return [
    ...usual.filter(({ name }) => !own.has(name.toLowerCase())),
    ...request.map(({ written, name, value }) => ({ written, name, value: value === null ? "" : literal(value) })),
  ];
}

/** A response header that is set replaces the server's: the server's is hidden, ours is added. */
export const hiddenHeaders = ({ response }: Headers): string[] => response.map(({ name }) => name);

export const addedHeaders = ({ response }: Headers): HeaderLine[] =>
  response.flatMap(({ written, name, value }) => (value === null ? [] : [{ written, name, value: literal(value) }]));
