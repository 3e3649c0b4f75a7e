import type { ApiPool } from "../../fleet/fleet.js";
import { argument, pattern } from "../../syntax/haproxy/quote.js";
import type { Entrance } from "./entrance.js";
import { acl, type Rule, rule } from "./words.js";

/** The pools at one address and port, and the rules that tell which of them a request is for. */
export interface Door {
  readonly entrances: readonly Entrance[];
  readonly rules: readonly Rule[];
}

type Bare = Omit<Entrance, "when">;

/** Entrances by address and port. The pools with host names come first: one without takes what is left. */
export function doorsOf(pools: readonly ApiPool[]): Door[] {
  const doors = new Map<string, Bare[]>();
  for (const pool of pools)
    for (const listener of pool.listeners) {
      const key = `${listener.address ?? ""}|${listener.port}`;
      const door = doors.get(key);
      if (door) door.push({ pool, listener });
      else doors.set(key, [{ pool, listener }]);
    }
  return [...doors.values()].map((door) => {
    const sorted = door.toSorted((a, b) => Number(isOpen(a)) - Number(isOpen(b)));
    return needsRanks(sorted) ? ranked(sorted) : plain(sorted);
  });
}

const isOpen = ({ pool }: Bare): boolean => pool.hostnames.length === 0;
const isWildcard = (name: string): boolean => name.startsWith("*.");

/** Whether one name can fit several pools, so that the order of rules alone does not tell them apart. */
function needsRanks(door: readonly Bare[]): boolean {
  if (door.length === 1) return false;
  return door.some(
    (entrance) =>
      entrance.pool.hostnames.some(isWildcard) ||
      (isOpen(entrance) && (entrance.listener.redirectPort !== null || entrance.listener.allow !== null)) ||
      (isOpen(entrance) && entrance.listener.tls !== null),
  );
}

const HOST = "req.hdr(Host),host_only";

const aclOf = ({ name }: ApiPool): string => `host-${name}`;

/** Each pool by its own names; one without takes every request, or what the others leave. */
function plain(door: readonly Bare[]): Door {
  return {
    entrances: door.map((entrance) => ({ ...entrance, when: isOpen(entrance) ? [] : [aclOf(entrance.pool)] })),
    rules: door.flatMap(({ pool }) => [
      ...acl(pool, aclOf(pool), [HOST, "-i"], pool.hostnames.filter((name) => !isWildcard(name)).map(pattern)),
      ...acl(pool, aclOf(pool), [HOST, "-m", "end", "-i"], pool.hostnames.filter(isWildcard).map(below)),
    ]),
  };
}

/** `*.example.com` is any name that ends so. */
const below = (name: string): string => pattern(name.slice(1));

/** The last that fits wins: no name at all, then wildcards, the longest last, then the very name. */
function ranked(door: readonly Bare[]): Door {
  const set = (pool: ApiPool, ...when: string[]): Rule =>
    rule(pool, ["http-request", "set-var(txn.pool)", `str(${argument(pool.name)})`, ...when]);
  const names = door.flatMap(({ pool }) => pool.hostnames.map((name) => ({ pool, name })));
  const wildcards = names.filter(({ name }) => isWildcard(name)).sort((a, b) => a.name.length - b.name.length);
  const exact = names.filter(({ name }) => !isWildcard(name));
  const rules = [
    ...door.filter(isOpen).map(({ pool }) => set(pool)),
    ...wildcards.map(({ pool, name }) => set(pool, "if", "{", HOST, "-m", "end", "-i", below(name), "}")),
    ...exact.map(({ pool, name }) => set(pool, "if", "{", HOST, "-i", pattern(name), "}")),
    ...door.flatMap(({ pool }) => acl(pool, aclOf(pool), ["var(txn.pool)", "-m", "str"], [pattern(pool.name)])),
  ];
  const [first, ...rest] = rules;
  return {
    entrances: door.map((entrance) => ({ ...entrance, when: [aclOf(entrance.pool)] })),
    rules: [{ ...first!, why: "the pool whose name fits best: the very name, else the longest wildcard" }, ...rest],
  };
}
