/** A topology of API pools (each a block of YAML, see `pool`), checked every 200 ms at `/health` unless it says `health`. */
export const apis = (...pools: readonly string[]): string => `
version: 1
name: real
health:
  quick: { check: http, path: /health, interval: 200ms, timeout: 2s, rise: 2, fall: 2, passive: { failures: 3, window: 1s, out: 1s } }
  asleep: { check: http, path: /health, interval: 60s, timeout: 2s, passive: { failures: 100, window: 10s, out: 1s } }
  never: { check: none }
  port: { check: tcp, interval: 1s, timeout: 2s, rise: 2, fall: 2 }
apis:${pools.join("")}`;

/** An API pool; `more` are further keys, which may say `health` and `listeners` another way. */
export function pool(name: string, port: number | null, servers: string, more: readonly string[] = []): string {
  const keys = [...more, `servers: ${servers}`];
  if (port !== null && !has(keys, "listeners")) keys.push(`listeners: { http: { port: ${port}, address: 127.0.0.1 } }`);
  if (!has(keys, "health")) keys.push("health: quick");
  return `\n  ${name}:\n${keys.map((key) => `    ${key}\n`).join("")}`;
}

const has = (keys: readonly string[], name: string): boolean => keys.some((key) => key.startsWith(`${name}:`));
