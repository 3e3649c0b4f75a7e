import type { Pool, Server } from "../../fleet/fleet.js";
import type { Duration } from "../../support/duration.js";
import { isWritten, type Written } from "../../support/node.js";
import { type Layer, type Method, refusesBackup } from "./method.js";
import { has } from "./versions.js";
import type { ServerLine, UpstreamView } from "./view.js";
import { hostPort, isName, powerOfTwo, seconds, size } from "./words.js";

/** What an upstream is made of. */
export interface UpstreamParts {
  readonly written: Written;
  readonly name: string;
  readonly comment: string;
  readonly layer: Layer;
  readonly method: Method;
  readonly members: readonly Member[];
  readonly passive: Passive;
  /** Idle connections to keep; null: the layer has none. */
  readonly idle: { readonly count: number; readonly timeout: Duration } | null;
}
export interface Member {
  readonly server: Server;
  readonly port: number;
  readonly backup: boolean;
}
/** Failures in live traffic, and for how long a server is then left out. */
export interface Passive {
  readonly failures: number;
  readonly out: Duration;
}

/** What decides over the parameters of all servers. */
export interface Lookup {
  readonly version: string;
  /** Whether names are looked up again while running. */
  readonly resolves: boolean;
}

/** A circuit breaker wins over the health policy's passive checks. */
export function passiveOf(pool: Pool): Passive {
  const breaker = pool.kind === "apis" ? pool.circuitBreaker : null;
  return breaker ? { failures: breaker.failures, out: breaker.open } : pool.health.passive;
}

export function upstreamOf(parts: UpstreamParts, lookup: Lookup): UpstreamView {
  const { written, name, comment, method, idle } = parts;
  const members = usableMembers(parts);
  return {
    written,
    name,
    comment,
    zone: zoneSize(members),
    pick: method.pick,
    sticky: method.sticky,
    servers: serverLines(parts, members, lookup),
    idle: idle ? idleLines(idle, lookup.version) : [],
  };
}

/** None is kept unless asked for, until the release that keeps them unless told not to. */
function idleLines({ count, timeout }: { count: number; timeout: Duration }, version: string): string[][] {
  if (count > 0)
    return [
      ["keepalive", String(count)],
      ["keepalive_timeout", seconds(timeout)],
    ];
  return has(version, "keepaliveOff") ? [["keepalive", "0"]] : [];
}

/** Hashing refuses backup servers (the audit has said so); where all are backups, none is. */
function usableMembers({ members, method }: UpstreamParts): readonly Member[] {
  if (members.every(({ backup }) => backup)) return members.map((member) => ({ ...member, backup: false }));
  return refusesBackup(method) ? members.filter(({ backup }) => !backup) : members;
}

// Measured on 1.22.1: 64k hold 63 servers, 128k 144, 1m 1311; a server takes some 790 bytes beside 16k of the zone's own.
const ZONE_BASE = 16 * 1024;
const ZONE_SERVER = 1024;
const SMALLEST_ZONE = 64 * 1024;
/** A name may stand for several addresses, each of which becomes a server. */
const ADDRESSES_A_NAME = 4;

function zoneSize(members: readonly Member[]): string {
  let peers = 0;
  for (const { server } of members) peers += isName(server.host) ? ADDRESSES_A_NAME : 1;
  return size(powerOfTwo(ZONE_BASE + peers * ZONE_SERVER, SMALLEST_ZONE));
}

/**
 * A server whose only companions are `down` is never alone to nginx, which then remembers its failures and has nobody
 * left: one error would give 502 for all of `fail_timeout`. `max_fails=0` makes it as a single server is.
 */
function serverLines(parts: UpstreamParts, members: readonly Member[], lookup: Lookup): ServerLine[] {
  const drains = parts.layer === "http" && has(lookup.version, "drain");
  const states = members.map(({ server }) => stateWord(server, drains));
  const alone = members.length > 1 && states.filter((state) => state !== "down").length === 1;
  const failures = [
    `max_fails=${alone ? 0 : parts.passive.failures}`,
    `fail_timeout=${seconds(parts.passive.out)}`,
  ] as const;
  const addresses = members.map(({ server, port }) => hostPort(server.host, port));
  let width = 0;
  for (const address of addresses) if (address.length > width) width = address.length;
  return members.map(({ server, backup }, index) => ({
    written: server.written,
    address: addresses[index]!,
    width,
    parameters: parametersOf(server, backup, failures, states[index]!, lookup.resolves),
    note: noteOf(server, states[index]!),
  }));
}

const stateWord = ({ state, weight }: Server, drains: boolean): string | null => {
  if (state === "maintenance") return "down";
  if (state === "drain" || weight === 0) return drains ? "drain" : "down";
  return null;
};

function parametersOf(
  server: Server,
  backup: boolean,
  failures: readonly string[],
  state: string | null,
  resolves: boolean,
): readonly string[] {
  const resolved = resolves && isName(server.host);
  const usual = server.weight < 2 && server.maxConnections === 0 && !backup && !state && !resolved;
  if (usual) return failures;
  const parameters = server.weight > 1 ? [`weight=${server.weight}`, ...failures] : [...failures];
  if (server.maxConnections > 0) parameters.push(`max_conns=${server.maxConnections}`);
  if (backup) parameters.push("backup");
  if (state) parameters.push(state);
  if (resolved) parameters.push("resolve");
  return parameters;
}

/** nginx knows servers by address: a name of their own, or why one is down, is only for the reader. */
function noteOf(server: Server, parameter: string | null): string | null {
  const { name, state, weight } = server;
  const named = isWritten(server, "name");
  if (!named && parameter === null) return null;
  const notes = named ? [name] : [];
  if (state !== "active" && state !== parameter) notes.push(state);
  else if (state === "active" && weight === 0) notes.push("weight 0");
  return notes.length > 0 ? notes.join(", ") : null;
}
