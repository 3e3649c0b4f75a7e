import { type Part, type Rule, rule } from "./words.js";

/** Words of an answer with a text for whoever reads it. */
export const text = (body: string): readonly string[] => ["content-type", "text/plain", "string", body];

/** RFC 9110, section 15.5.22: 426 names the protocol that is wanted. */
export const upgradeRule = (part: Part): Rule =>
  rule(
    part,
    [
      ...["http-request", "return", "status", "426", ...text("WebSocket only\n")],
      ...["hdr", "Upgrade", "websocket", "hdr", "Connection", "Upgrade"],
      ...["unless", "{", "req.hdr(Upgrade)", "-m", "str", "-i", "websocket", "}"],
    ],
    "a plain request here would count as a failure of the server",
  );

/** Statuses for which HAProxy has a refusal of its own (manual, "http-request deny"); others are answered. */
const REFUSALS = new Set([400, 401, 403, 404, 405, 407, 408, 410, 413, 425, 429, 500, 501, 502, 503, 504]);

/** Words that refuse a request with `status`. */
export const refusal = (status: number): readonly string[] =>
  REFUSALS.has(status)
    ? ["http-request", "deny", "deny_status", `${status}`]
    : ["http-request", "return", "status", `${status}`];
