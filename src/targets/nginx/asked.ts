import type { ApiPool, Fleet, Listener } from "../../fleet/fleet.js";

const HTTP_PORT = 80;

/**
 * The paths that regions' health policies ask for in the clear at this listener, with a geo name of the pool as Host. They
 * are never redirected: most checkers follow no redirect, and all of them mean this port.
 */
export function asksOf({ regions, geo }: Fleet, { hostnames }: ApiPool, { port }: Listener): string[] {
  const known = hostnames.length === 0 || geo.some(({ hostname }) => hostnames.includes(hostname));
  if (!known || geo.length === 0) return [];
  const paths = new Set<string>();
  for (const check of regions.flatMap(({ health }) => health?.checks ?? [])) {
    if (check.kind === "http" && !check.tls && (check.port ?? HTTP_PORT) === port)
      paths.add(check.path.split("?", 1)[0]!);
  }
  return [...paths];
}
