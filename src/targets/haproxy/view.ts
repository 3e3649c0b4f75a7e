import type { ApiPool, Fleet, Pool } from "../../fleet/fleet.js";
import { headerLines } from "../header.js";
import { apiGroups } from "./apis.js";
import { contextOf } from "./context.js";
import { carriedPools, type GlobalView, globalView } from "./global.js";
import type { HaproxyOptions } from "./options.js";
import type { Group } from "./sections.js";
import { tcpGroup } from "./tcp.js";

/** A whole haproxy.cfg in HAProxy's words. */
export interface View extends GlobalView {
  readonly header: readonly string[];
  readonly include: readonly string[];
  readonly fleet: Fleet;
  readonly target: HaproxyOptions;
  readonly groups: readonly Group[];
}

/** Everything is decided here; the template only lays it out. O(listeners + servers x routes). */
export function viewOf(fleet: Fleet, options: HaproxyOptions): View {
  const context = contextOf(fleet, options);
  const pools = carriedPools(fleet, options);
  const own = pools.flatMap((pool) => (pool.kind === "apis" ? [] : [tcpGroup(context, pool)]));
  return {
    ...globalView(context, pools),
    header: headerLines(fleet),
    include: options.include,
    fleet,
    target: options,
    groups: [...own, ...apiGroups(context, pools.filter(isApi))],
  };
}

const isApi = (pool: Pool): pool is ApiPool => pool.kind === "apis";
