import type { Affinity, AffinityKey, Algorithm, Balance, HashKey } from "../../fleet/fleet.js";
import { argument } from "../../syntax/haproxy/quote.js";
import { time } from "./words.js";

/** What HAProxy can read of a connection: HTTP, a whole MQTT CONNECT, or nothing but addresses. */
export type Speaks = "http" | "mqtt" | "tcp";

/** The variable in which a frontend leaves the client identifier: hashed directly, the payload gives no affinity. */
export const CLIENT_ID_VARIABLE = "sess.client_id";
export const CLIENT_ID = "req.payload(0,0),mqtt_field_value(connect,client_identifier)";

const PLAIN: Readonly<Record<Exclude<Algorithm, "ip_hash" | "consistent_hash">, string>> = {
  round_robin: "roundrobin",
  least_connections: "leastconn",
  least_response_time: "leastconn",
  random: "random(1)",
  power_of_two: "random(2)",
  first: "first",
};

/** Words behind `balance`, and whether they hash: then the ring is wanted, since the map keeps a dead server. */
export interface Balancing {
  readonly words: readonly string[];
  readonly consistent: boolean;
}

/** `moved`: whether the client's address is not the connection's own (a trusted header says it). */
export function balancing(balance: Balance, speaks: Speaks, moved: boolean): Balancing {
  const { algorithm, key } = spoken(balance, speaks);
  if (algorithm !== "ip_hash" && algorithm !== "consistent_hash")
    return { words: [PLAIN[algorithm]], consistent: false };
  return { words: hashWords(algorithm === "ip_hash" ? { type: "client_ip" } : key!, moved), consistent: true };
}

/** The balance itself, or its fallback where HAProxy has no such algorithm there. */
function spoken(balance: Balance, speaks: Speaks): { algorithm: Algorithm; key: HashKey | null } {
  const { algorithm, key, fallback } = balance;
  if (algorithm !== "least_response_time" && (key === null || canHash(key, speaks))) return { algorithm, key };
  return { algorithm: fallback ?? "least_connections", key: { type: "client_ip" } };
}

export function canHash(key: HashKey, speaks: Speaks): boolean {
  if (key.type === "client_ip") return true;
  return key.type === "client_id" ? speaks === "mqtt" : speaks === "http";
}

function hashWords(key: HashKey, moved: boolean): string[] {
  switch (key.type) {
    case "client_ip":
      return moved ? ["hash", "src"] : ["source"];
    case "uri":
      return ["uri", "whole"];
    case "header":
      return [`hdr(${argument(key.name)})`];
    case "cookie":
      return ["hash", `req.cook(${argument(key.name)})`];
    case "client_id":
      return ["hash", `var(${CLIENT_ID_VARIABLE})`];
  }
}

/** What a client is known by where HAProxy `speaks`: as asked, else the fallback, else nothing. */
export function affinityThere(affinity: Affinity | null, speaks: Speaks): AffinityKey | null {
  if (!affinity) return null;
  return [affinity.by, affinity.fallback].find((key) => key !== null && canKnow(key, speaks)) ?? null;
}

export function canKnow(key: AffinityKey, speaks: Speaks): boolean {
  if (key.type === "ip") return true;
  return key.type === "client_id" ? speaks === "mqtt" : speaks === "http";
}

/** A stick table and what is looked up in it. */
export interface Sticking {
  readonly table: readonly string[];
  readonly on: string;
}

const REMEMBERED = { ip: "1h", header: "1h", client_id: "1d" } as const;
const CLIENTS = { ip: "100k", header: "100k", client_id: "1m" } as const;

/** null for cookies, which need no table. `peers`: words that share it. */
export function sticking(affinity: Affinity, key: AffinityKey, peers: readonly string[]): Sticking | null {
  if (key.type === "cookie") return null;
  const type = key.type === "ip" ? ["ipv6"] : ["string", "len", `${affinity.length}`];
  const size = affinity.size === null ? CLIENTS[key.type] : `${affinity.size}`;
  const expire = affinity.expire === null ? REMEMBERED[key.type] : time(affinity.expire);
  const on = "name" in key ? `req.hdr(${argument(key.name)})` : key.type === "ip" ? "src" : CLIENT_ID;
  return { table: ["type", ...type, "size", size, "expire", expire, ...peers], on };
}
