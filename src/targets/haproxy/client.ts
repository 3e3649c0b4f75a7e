import type { Behind, Listener } from "../../fleet/fleet.js";
import { argument } from "../../syntax/haproxy/quote.js";
import { acl, type Part, type Rule, rule } from "./words.js";

const TRUSTED = "trusted-proxy";
const ALLOWED = "allowed";

/** Trusted proxies in a row whose word is followed back to the client. */
const PROXIES_IN_A_ROW = 3;

/** Rules of a listener that need no more than addresses: who speaks the PROXY protocol, who may connect. */
export function connectionRules(part: Part, behind: Behind | null, allow: readonly string[] | null): Rule[] {
  const announced = behind?.by.type === "proxy_protocol";
  const rules = behind ? acl(behind, TRUSTED, ["src"], behind.proxies) : [];
  if (behind && announced)
    rules.push(
      rule(
        behind,
        ["tcp-request", "connection", "expect-proxy", "layer4", "if", TRUSTED],
        "the client's address comes by the PROXY protocol, from these alone",
      ),
    );
  if (allow && behind?.by.type !== "header") {
    const level = announced ? "session" : "connection"; // the PROXY header is read between the two
    rules.push(...acl(part, ALLOWED, ["src"], allow));
    rules.push(rule(part, ["tcp-request", level, "reject", "unless", ALLOWED]));
  }
  return rules;
}

/** Whether the client's address is not the connection's own. */
export const comesByHeader = ({ behind }: Listener): boolean => behind?.by.type === "header";

/** Rules of an HTTP frontend that settle who the client is, and say so to the servers. */
export function clientRules(part: Part, behind: Behind | null, allow: readonly string[] | null): Rule[] {
  const by = behind?.by;
  if (!behind || by?.type !== "header")
    return [
      forwardedFor(part, "whatever the client itself says here is overwritten"),
      ...FORWARDED.map(([name, value]) => rule(part, ["http-request", "set-header", name, value])),
      ...addressAlone(part),
    ];
  return [
    ...FORWARDED.map(([name, value]) => unlessTrusted(behind, name, value)),
    ...addressRules(behind, by.name),
    forwardedFor(behind, ""),
    ...addressAlone(behind),
    ...(allow ? [...acl(part, ALLOWED, ["src"], allow), rule(part, ["http-request", "deny", "unless", ALLOWED])] : []),
  ];
}

const FORWARDED = [
  ["X-Forwarded-Proto", "%[ssl_fc,iif(https,http)]"],
  ["X-Forwarded-Host", "%[req.hdr(Host)]"],
] as const;

/** What a trusted proxy says stays. */
const unlessTrusted = (part: Part, name: string, value: string): Rule =>
  rule(part, [
    ...["http-request", "set-header", name, value],
    ...["unless", TRUSTED, "{", `req.hdr(${name})`, "-m", "found", "}"],
  ]);

/** The last address of the header is what the nearest proxy saw; while that is a trusted one, the one before it. */
function addressRules(behind: Behind, name: string): Rule[] {
  const rules: Rule[] = [];
  for (let back = 1; back <= PROXIES_IN_A_ROW; back += 1)
    rules.push(
      rule(
        behind,
        ["http-request", "set-src", `req.hdr_ip(${argument(name)},-${back})`, "if", TRUSTED],
        back === 1 ? `the client's address is what trusted proxies say, up to ${PROXIES_IN_A_ROW} in a row` : "",
      ),
    );
  return rules;
}

const forwardedFor = (part: Part, why: string): Rule =>
  rule(part, ["http-request", "set-header", "X-Forwarded-For", "%[src]"], why);

/** Other names for the same thing, which servers may believe: RFC 7239's header is not written, so nobody's arrives. */
const addressAlone = (part: Part): Rule[] => [
  rule(part, ["http-request", "set-header", "X-Real-IP", "%[src]"]),
  rule(part, ["http-request", "del-header", "Forwarded"]),
];
