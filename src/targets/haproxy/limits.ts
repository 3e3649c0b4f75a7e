import type { Listener, Pool } from "../../fleet/fleet.js";
import type { Context } from "./context.js";
import { type BackendView, emptyBackend } from "./sections.js";
import { keyExpression, rateTable } from "./tables.js";
import { type Rule, rule, time } from "./words.js";

/**
 * How many connections (requests, in HTTP) a pool may have open, summed over its backends. `be_conn` counts the one that
 * is looked at as well.
 */
export function openRules(pool: Pool, mode: "http" | "tcp", own: string, backends: readonly string[]): Rule[] {
  const limit = pool.limits.connections;
  if (limit === 0) return [];
  const http = mode === "http";
  const others = backends.filter((name) => name !== own);
  const count = http ? ["http-request"] : ["tcp-request", "content"];
  const refuse = http ? [...count, "deny", "deny_status", "503"] : [...count, "reject"];
  const why = `${limit} may be open${others.length > 0 ? " in all backends of the pool together" : ""}, no more`;
  const sums = others.map((name, index) => {
    const sum = index === 0 ? `be_conn(${name})` : `be_conn(${name}),add(txn.open)`;
    return rule(pool, [...count, "set-var(txn.open)", sum], index === 0 ? why : "");
  });
  const total = others.length > 0 ? "be_conn,add(txn.open)" : "be_conn";
  return [...sums, rule(pool, [...refuse, "if", "{", total, "gt", `${limit}`, "}"], others.length > 0 ? "" : why)];
}

/** The largest body of a request. */
export function bodyRules(pool: Pool): Rule[] {
  const { bodySize } = pool.limits;
  if (bodySize === 0) return [];
  const tooLarge = ["{", "req.hdr_val(content-length)", "gt", `${bodySize}`, "}"];
  return [rule(pool, ["http-request", "deny", "deny_status", "413", "if", ...tooLarge])];
}

/** The table in which a pool's new connections are counted, shared by its listeners; null: there is no such limit. */
export function connectionTable(context: Context, pool: Pool): BackendView | null {
  const rate = pool.limits.connectionRate;
  if (!rate || rate.key.type === "header") return null;
  return emptyBackend(context.backends.take(`${pool.name}.connections`), rate.written, {
    title: `${rate.requests} new connections in ${time(rate.per)}${rate.key.type === "global" ? "" : " from one address"}`,
    table: rateTable(rate.key, rate.per, "conn_rate", context.peers),
  });
}

/** Rules of a listener that count in that table. A PROXY header is read before `session`, after `connection`. */
export function connectionRateRules(pool: Pool, listener: Listener, table: BackendView | null): Rule[] {
  const rate = pool.limits.connectionRate;
  if (!rate || !table) return [];
  const level = listener.behind?.by.type === "proxy_protocol" ? "session" : "connection";
  const tooFast = ["{", `sc0_conn_rate(${table.name})`, "gt", `${rate.requests}`, "}"];
  return [
    rule(rate, ["tcp-request", level, "track-sc0", keyExpression(rate.key), "table", table.name]),
    rule(rate, ["tcp-request", level, "reject", "if", ...tooFast]),
  ];
}
