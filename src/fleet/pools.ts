import { rateKeyOf } from "./choice.js";
import type { Context } from "./context.js";
import type { Limits, Pool, PoolKind, Sessions, Timeouts } from "./fleet.js";
import { Part } from "./part.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const MEGABYTE = 1024 * 1024;

/** A route's `websocket: true` changes these two, where the route does not say otherwise. */
const WEBSOCKET = { read: HOUR, request: null };

/** Merged key by key: route, its `websocket: true`, pool, `defaults`, the table of defaults. */
export function timeoutsOf(
  owners: { readonly route?: Part | undefined; readonly pool: Part; readonly defaults: Part | undefined },
  idle: number,
  websocket = false,
): Timeouts {
  const own = owners.route?.part("timeouts");
  const others = [owners.pool.part("timeouts"), owners.defaults?.part("timeouts")];
  const said = (key: string): number | undefined =>
    own?.duration(key) ?? others.map((part) => part?.duration(key)).find((value) => value !== undefined);
  return {
    connect: said("connect") ?? 5 * SECOND,
    send: said("send") ?? 60 * SECOND,
    read: websocket ? (own?.duration("read") ?? WEBSOCKET.read) : (said("read") ?? 60 * SECOND),
    idle: said("idle") ?? idle,
    request: websocket ? (own?.duration("request") ?? WEBSOCKET.request) : (said("request") ?? 2 * MINUTE),
    queue: said("queue") ?? 5 * SECOND,
  };
}

const TYPICAL: Readonly<Record<PoolKind, number>> = {
  brokers: 20 * MINUTE,
  databases: 10 * MINUTE,
  services: 10 * MINUTE,
  apis: 10 * SECOND,
};

export function sessionsOf(pool: Part, kind: PoolKind): Sessions {
  const said = pool.part("sessions");
  return {
    written: (said ?? pool).written,
    typical: said?.duration("typical") ?? TYPICAL[kind],
    max: said?.duration("max") ?? null,
    onDown: (said?.text("onDown") as Sessions["onDown"] | undefined) ?? (kind === "apis" ? "keep" : "close"),
    onDrain: (said?.text("onDrain") as Sessions["onDrain"] | undefined) ?? "keep",
  };
}

export function limitsOf(pool: Part): Limits {
  const said = pool.part("limits");
  const rate = said?.part("connectionRate");
  return {
    connections: said?.number("connections") ?? 0,
    connectionRate: rate
      ? {
          written: rate.written,
          requests: rate.number("requests")!,
          per: rate.duration("per")!,
          key: rateKeyOf(rate.text("key")),
        }
      : null,
    queue: said?.number("queue") ?? 0,
    bodySize: said?.size("bodySize") ?? MEGABYTE,
  };
}

export const IDLE: Readonly<Record<Exclude<PoolKind, "brokers">, number>> = {
  apis: 10 * MINUTE,
  databases: 10 * MINUTE,
  services: 10 * MINUTE,
};

/** Pool parts of one kind, in file order. */
export interface PoolPart {
  readonly kind: PoolKind;
  readonly name: string;
  readonly part: Part;
}

export type BuildPool = (context: Context, pool: PoolPart) => Pool;

/** As written, for the targets that read it. */
export function kubernetesOf(pool: Part): Readonly<Record<string, unknown>> | null {
  const part = pool.part("kubernetes");
  return part ? (plain(part) as Record<string, unknown>) : null;
}

/** A part as plain data, durations and sizes as text. */
export function plain(part: Part): unknown {
  const { node, source } = part.written;
  if (node.kind === "scalar") return node.value;
  if (node.kind === "sequence") return node.items.map((item) => plain(new Part(source, item)));
  return Object.fromEntries(part.entries().map(([key, value]) => [key, plain(value)]));
}
