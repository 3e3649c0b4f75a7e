import type { Fleet, Pool } from "../../fleet/fleet.js";
import type { NginxOptions } from "./options.js";

/** The pools that this nginx listens for. */
export function carriedPools({ pools }: Fleet, { pools: named }: Pick<NginxOptions, "pools">): Pool[] {
  return pools.filter(({ name, listeners }) => listeners.length > 0 && (named === null || named.includes(name)));
}

/** What a reader calls a pool: `broker pool mqtt`. */
export const titleOf = ({ kind, name }: Pick<Pool, "kind" | "name">): string =>
  `${{ brokers: "brokers", apis: "API", databases: "databases", services: "service" }[kind]} ${name}`;
