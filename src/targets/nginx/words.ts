import type { Duration } from "../../support/duration.js";
import type { Size } from "../../support/size.js";

/** Unit, its length, and from when on it reads better than the next smaller one. */
const UNITS = [
  ["d", 86_400_000, 86_400_000],
  ["h", 3_600_000, 3_600_000],
  ["m", 60_000, 120_000],
] as const;

/** A time as nginx reads it, one whole number with its unit: `1500ms`, `90s`, `10m`, `1h`. */
export function time(ms: Duration): string {
  if (ms % 1000 !== 0) return `${ms}ms`;
  for (const [unit, length, from] of UNITS) if (ms >= from && ms % length === 0) return `${ms / length}${unit}`;
  return `${ms / 1000}s`;
}

/** Where nginx counts whole seconds: rounded up, at least one. */
export const seconds = (ms: Duration): string => time(Math.max(1000, Math.ceil(ms / 1000) * 1000));

/** A size as nginx reads it; it has no `g` everywhere, so megabytes are the largest unit. */
export function size(bytes: Size): string {
  if (bytes > 0 && bytes % 1_048_576 === 0) return `${bytes / 1_048_576}m`;
  return bytes > 0 && bytes % 1024 === 0 ? `${bytes / 1024}k` : `${bytes}`;
}

/** An address and port: `10.0.0.1:80`, `[::1]:80`. */
export const hostPort = (host: string, port: number): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

/** Whether a host has to be looked up. */
export const isName = (host: string): boolean => !host.includes(":") && !/^[0-9.]+$/.test(host);

/** The smallest power of two that is not below `wanted`, from `from` on. */
export function powerOfTwo(wanted: number, from: number): number {
  let power = from;
  while (power < wanted) power *= 2;
  return power;
}

/** The variable that holds a request header. */
export const headerVariable = (name: string): string => `$http_${name.toLowerCase().replaceAll("-", "_")}`;
