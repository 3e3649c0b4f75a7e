import type { Affinity, Balance, BrokerPorts, Pool, Server, ServerTls, Timeouts } from "../../fleet/fleet.js";
import { affinityThere, balancing, type Speaks, sticking } from "./balance.js";
import { type Asked, checking } from "./checks.js";
import type { Context } from "./context.js";
import type { BackendView, Timer } from "./sections.js";
import { serverViews } from "./servers.js";
import { type Part, type Rule, rule, time } from "./words.js";

/** Everything that one backend is made of; what its kind does not know has the neutral value. */
export interface Plan {
  readonly part: Part;
  readonly name: string;
  readonly title: string;
  readonly pool: Pool;
  readonly servers: readonly Server[];
  readonly mode: "http" | "tcp";
  readonly speaks: Speaks;
  readonly balance: Balance;
  readonly affinity: Affinity | null;
  readonly timeouts: Timeouts;
  readonly port: keyof BrokerPorts | null;
  readonly asked: Asked;
  readonly serverTls: ServerTls | null;
  /** By server name: the backend and server whose checks decide here. */
  readonly tracked: ReadonlyMap<string, string> | null;
  /** Server that serves only when all others are down. */
  readonly fallback: string | null;
  readonly moved: boolean;
  /** Whether every client of a cookie comes by TLS. */
  readonly secure: boolean;
  readonly timers: readonly Timer[];
  readonly rules: readonly Rule[];
  readonly retries: number | null;
  readonly retryOn: readonly string[];
  /** Further words of `default-server`. */
  readonly words: readonly string[];
}

/** A backend with servers. */
export function backendView(context: Context, plan: Plan): BackendView {
  const { pool, servers, affinity } = plan;
  const known = affinityThere(affinity, plan.speaks);
  const stick = affinity && known ? sticking(affinity, known, context.peers) : null;
  const tracks = plan.tracked !== null && servers.every(({ name }) => plan.tracked!.has(name));
  const checks = tracks ? null : checking(pool, servers, plan.asked);
  const cookie = known?.type === "cookie" ? cookieWords(known.name, affinity!, plan.secure) : [];
  const { words, consistent } = balancing(plan.balance, plan.speaks, plan.moved);
  return {
    written: plan.part.written,
    name: plan.name,
    title: plan.title,
    mode: plan.mode,
    balance: words,
    consistent,
    allBackups: servers.filter(({ backup, name }) => backup || name === plan.fallback).length > 1,
    table: stick?.table ?? [],
    stick: stick?.on ?? "",
    cookie,
    timers: [...usualTimers(plan.timeouts), ...plan.timers, ...checkTimers(checks?.timeout ?? 0)],
    retried: plan.retries !== null,
    retries: plan.retries ?? 0,
    retryOn: plan.retryOn,
    rules: [...roomRules(plan), ...plan.rules],
    checks: checks?.rules ?? [],
    defaults: defaultWords(plan, checks?.words ?? [], tracks),
    servers: serverViews(servers, {
      port: plan.port,
      checked: (checks?.words.length ?? 0) > 0,
      atMqtts: checks?.atMqtts ?? false,
      tracked: tracks ? plan.tracked : null,
      cookie: cookie.length > 0,
      tls: plan.serverTls,
      resolved: context.fleet.resolver !== null,
      fallback: plan.fallback,
    }),
  };
}

/** Written in `defaults`; a backend repeats only what differs. */
const USUAL = { connect: 5000, queue: 5000 } as const;

function usualTimers({ connect, queue }: Timeouts): Timer[] {
  const timers: Timer[] = [];
  if (connect !== USUAL.connect) timers.push({ name: "connect", time: time(connect), why: "" });
  if (queue !== USUAL.queue) timers.push({ name: "queue", time: time(queue), why: "" });
  return timers;
}

const checkTimers = (timeout: number): Timer[] =>
  timeout > 0 ? [{ name: "check", time: time(timeout), why: "" }] : [];

/** The balancer's own cookie: never cached, out of reach of scripts, removed before the server sees it. */
function cookieWords(name: string, { expire }: Affinity, secure: boolean): string[] {
  const words = [name, "insert", "indirect", "nocache", "httponly"];
  if (secure) words.push("secure");
  if (expire !== null) words.push("maxidle", time(expire));
  return words;
}

/** How many may wait. `queue` counts those in the servers' queues as well. */
function roomRules({ pool, mode }: Plan): Rule[] {
  const { queue } = pool.limits;
  if (queue === 0) return [];
  const refuse =
    mode === "http" ? ["http-request", "deny", "deny_status", "503"] : ["tcp-request", "content", "reject"];
  return [rule(pool, [...refuse, "if", "{", "queue", "ge", `${queue}`, "}"], `${queue} may wait, no more`)];
}

function defaultWords(plan: Plan, checked: readonly string[], tracks: boolean): string[] {
  const words = [...checked];
  if (checked.length > 0) words.push(...failureWords(plan));
  if ((checked.length > 0 || tracks) && closesOnDown(plan.pool)) words.push("on-marked-down", "shutdown-sessions");
  words.push(...plan.words);
  if (plan.serverTls) words.push("ssl", ...verifyWords(plan.serverTls));
  return words;
}

/** A draining server keeps its sessions, so does one that only drains when it fails. */
const closesOnDown = ({ sessions, health }: Pool): boolean => sessions.onDown === "close" && health.onFail !== "drain";

/** Failures of live traffic, in a row, that mark a server down; its checks bring it back. */
function failureWords({ pool, mode }: Plan): string[] {
  const failures = failuresOf(pool);
  if (failures === null) return [];
  const layer = mode === "http" && pool.kind === "apis" ? "layer7" : "layer4";
  return ["observe", layer, "error-limit", `${failures}`, "on-error", "mark-down"];
}

function failuresOf(pool: Pool): number | null {
  if (pool.kind === "apis" && pool.circuitBreaker) return pool.circuitBreaker.failures;
  return pool.health.passive.named ? pool.health.passive.failures : null;
}

const verifyWords = ({ verify, ca }: ServerTls): string[] =>
  verify ? ["verify", "required", "ca-file", ca ?? "@system-ca"] : ["verify", "none"];
