import type { Duration } from "../../support/duration.js";
import type { Written } from "../../support/node.js";

/** A line below a section's head, as words that are quoted one by one. `why` stands as a comment above it; "": none. */
export interface Rule {
  readonly written: Written;
  readonly why: string;
  readonly words: readonly string[];
}

/** A part of the fleet, as the place a line comes from. */
export interface Part {
  readonly written: Written;
}

export const rule = ({ written }: Part, words: readonly string[], why = ""): Rule => ({ written, why, words });

/** HAProxy's timers are 31 bits of milliseconds: some 24.8 days. */
export const LONGEST_TIMER: Duration = 2_147_483_647;

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
] as const;

/** A duration in the one unit that HAProxy takes: `90s`, `1h`, `250ms`. Cut at the longest timer. */
export function time(ms: Duration): string {
  if (ms > LONGEST_TIMER) return "24d";
  if (ms <= 90_000 && ms % 1000 === 0) return `${ms / 1000}s`;
  for (const [unit, length] of UNITS) if (ms > 0 && ms % length === 0) return `${ms / length}${unit}`;
  return `${ms}ms`;
}

/** `10.0.0.1:1883`, `[2001:db8::1]:1883`, `mosquitto-1:1883`. */
export const hostPort = (host: string, port: number): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

/**
 * The `bind` lines of an address, each with `words` behind. All addresses are two lines: on one socket for both families,
 * IPv4 clients would appear as `::ffff:192.0.2.1` in headers and logs.
 */
export const bindLines = (
  { address, port }: { readonly address: string | null; readonly port: number },
  words: readonly string[] = [],
): readonly (readonly string[])[] =>
  address === null
    ? [
        [`*:${port}`, ...words],
        [`:::${port}`, "v6only", ...words],
      ]
    : [[hostPort(address, port), ...words]];

/** HAProxy reads 64 words a line; the rest of a list goes to further lines of the same ACL. */
const PATTERNS_A_LINE = 40;

/** `acl NAME TEST PATTERN...`, on as many lines as it takes; lines of one name are alternatives. */
export function acl(part: Part, name: string, test: readonly string[], patterns: readonly string[], why = ""): Rule[] {
  const lines: Rule[] = [];
  for (let from = 0; from < patterns.length; from += PATTERNS_A_LINE)
    lines.push(
      rule(part, ["acl", name, ...test, ...patterns.slice(from, from + PATTERNS_A_LINE)], from === 0 ? why : ""),
    );
  return lines;
}

/** Whether a host is a name that somebody has to look up. */
export const isHostName = (host: string): boolean => !host.includes(":") && !/^[0-9.]+$/.test(host);
