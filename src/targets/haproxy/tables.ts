import type { RateKey } from "../../fleet/fleet.js";
import { argument } from "../../syntax/haproxy/quote.js";
import { time } from "./words.js";

/** Clients that are counted at a time; the longest unused go first. */
const CLIENTS = "100k";
/** Bytes of a header that tell its senders apart. */
const HEADER_LENGTH = "128";

/** Words of a table that counts what `key` tells apart, over a sliding `per` (milliseconds). */
export function rateTable(key: RateKey, per: number, counter: "http_req_rate" | "conn_rate", peers: readonly string[]) {
  const types = { client_ip: ["ipv6"], header: ["string", "len", HEADER_LENGTH], global: ["integer"] };
  const size = key.type === "global" ? "1" : CLIENTS;
  return ["type", ...types[key.type], "size", size, "expire", time(per), "store", `${counter}(${time(per)})`, ...peers];
}

/** The expression whose value is looked up. */
export function keyExpression(key: RateKey): string {
  if (key.type === "client_ip") return "src";
  return key.type === "header" ? `req.hdr(${argument(key.name)})` : "int(1)";
}
