import type { Fleet } from "../../fleet/fleet.js";
import { Names } from "./names.js";
import type { HaproxyOptions } from "./options.js";

/** What all parts of one file share while its view is made. */
export interface Context {
  readonly fleet: Fleet;
  readonly options: HaproxyOptions;
  /** Frontends and backends may bear one name, two of a kind may not. */
  readonly frontends: Names;
  readonly backends: Names;
  /** Words that share a stick table with the other balancers; empty without `peers`. */
  readonly peers: readonly string[];
}

/** Name of the `peers` section. */
const PEERS = "balancers";

export const contextOf = (fleet: Fleet, options: HaproxyOptions): Context => ({
  fleet,
  options,
  frontends: new Names(),
  backends: new Names(),
  peers: options.peers.length > 0 ? ["peers", PEERS] : [],
});
