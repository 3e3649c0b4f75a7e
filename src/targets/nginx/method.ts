import type { Affinity, AffinityKey, Algorithm, Balance } from "../../fleet/fleet.js";
import { has } from "./versions.js";
import { headerVariable, seconds } from "./words.js";

export type Layer = "http" | "tcp" | "udp";

/** How an upstream picks, in nginx's words. */
export interface Method {
  /** The directive, or null for nginx's own round robin. */
  readonly pick: readonly string[] | null;
  /** The directive behind it that keeps a client at its server, or null. */
  readonly sticky: readonly string[] | null;
  /** What tells upstreams of the same servers apart; made of letters, digits and `_`. */
  readonly label: string;
}

/** Methods that refuse `backup` servers (1.22.1: "balancing method does not support parameter"). */
const WITHOUT_BACKUP = new Set(["hash", "ip_hash", "random"]);
export const refusesBackup = ({ pick }: Method): boolean => pick !== null && WITHOUT_BACKUP.has(pick[0]!);

/** The method of an upstream: affinity decides where nginx can have it, balance otherwise. */
export function methodOf(balance: Balance, affinity: Affinity | null, layer: Layer, version: string): Method {
  const algorithm = expressible(balance, layer, version);
  const key = affinity && affinityUsed(affinity, layer, version);
  const base = algorithm ? pickOf(algorithm, balance, layer) : pickOf(nearest(balance), balance, layer);
  if (!key) return { pick: base, sticky: null, label: labelOf(base) };
  if (key.type === "cookie") {
    const sticky = ["sticky", "cookie", key.name, ...expires(affinity), "path=/", "httponly"];
    return { pick: base, sticky, label: `${labelOf(base)}_sticky_${labelOf([key.name])}` };
  }
  const pick = affinityPick(key, layer);
  return { pick, sticky: null, label: labelOf(pick) };
}

/** The cookie's life, in whole seconds. */
const expires = ({ expire }: Affinity): string[] => (expire === null ? [] : [`expires=${seconds(expire)}`]);

/** What nginx keys affinity by: `by`, else `fallback`, else null where it can do neither. */
export function affinityUsed({ by, fallback }: Affinity, layer: Layer, version: string): AffinityKey | null {
  if (canKeep(by, layer, version)) return by;
  return fallback && canKeep(fallback, layer, version) ? fallback : null;
}

export function canKeep({ type }: AffinityKey, layer: Layer, version: string): boolean {
  if (type === "ip") return true;
  if (type === "client_id" || layer !== "http") return false;
  return type === "header" || has(version, "sticky");
}

/** ip_hash exists in http alone; stream hashes the address consistently. */
function affinityPick(key: AffinityKey, layer: Layer): string[] {
  if (key.type === "header") return ["hash", headerVariable(key.name), "consistent"];
  return layer === "http" ? ["ip_hash"] : ["hash", "$remote_addr", "consistent"];
}

/** The algorithm nginx uses: the one asked for, else its fallback, else null where it has neither. */
export function expressible({ algorithm, key, fallback }: Balance, layer: Layer, version: string): Algorithm | null {
  if (canPick(algorithm, key?.type ?? null, layer, version)) return algorithm;
  return fallback && canPick(fallback, null, layer, version) ? fallback : null;
}

export function canPick(algorithm: Algorithm, key: string | null, layer: Layer, version: string): boolean {
  if (algorithm === "first") return false;
  if (algorithm === "least_response_time") return has(version, "leastTime");
  if (algorithm !== "consistent_hash" || key === null || key === "client_ip") return true;
  return key !== "client_id" && layer === "http";
}

/** What comes nearest where nginx has no such algorithm; the audit has said so. */
export function nearest({ algorithm }: Balance): Algorithm {
  if (algorithm === "least_response_time") return "least_connections";
  return algorithm === "consistent_hash" ? "ip_hash" : "round_robin";
}

function pickOf(algorithm: Algorithm, { key }: Balance, layer: Layer): string[] | null {
  switch (algorithm) {
    case "round_robin":
    case "first":
      return null;
    case "least_connections":
      return ["least_conn"];
    case "least_response_time":
      return ["least_time", layer === "http" ? "header" : "connect"];
    case "random":
      return ["random"];
    case "power_of_two":
      return ["random", "two", "least_conn"];
    case "ip_hash":
      return layer === "http" ? ["ip_hash"] : ["hash", "$remote_addr", "consistent"];
    case "consistent_hash":
      return ["hash", keyVariable(key), "consistent"];
  }
}

function keyVariable(key: Balance["key"]): string {
  switch (key?.type) {
    case "uri":
      return "$request_uri";
    case "header":
      return headerVariable(key.name);
    case "cookie":
      return cookieVariable(key.name);
    default:
      return "$remote_addr";
  }
}

/** nginx has a variable for cookies of letters, digits and `_`; for others `map`s of our own (see `cookieMaps`). */
export const needsCookieMap = (name: string): boolean => name.includes("-");
export function cookieVariable(name: string): string {
  if (!needsCookieMap(name)) return `$cookie_${name}`;
  return `$lb_cookie_${name.replace(/[_-]/g, (sign) => (sign === "_" ? "_5f" : "_2d"))}`;
}

const labelOf = (pick: readonly string[] | null): string =>
  pick === null
    ? "round_robin"
    : pick
        .filter((part) => part !== "consistent")
        .join("_")
        .replace(/[^A-Za-z0-9_]/g, "");
