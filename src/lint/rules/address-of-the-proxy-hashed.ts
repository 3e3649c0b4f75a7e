import type { Listener, Pool } from "../../fleet/fleet.js";
import { at } from "../../support/node.js";
import type { Place } from "../../support/source.js";
import type { Rule } from "../rule.js";
import { speaksHttp } from "../speaksHttp.js";

export default {
  id: "address-of-the-proxy-hashed",
  severity: "error",
  title: "the client's address is asked for where only the proxy's is known",
  why: `
A header can be read in HTTP only. On a TCP listener, or where TLS passes through, every client has the address of the proxy before
the balancer. nginx 1.22.1 with \`hash $remote_addr\` on three servers gave all connections from 60 addresses to one server when they
came through a proxy, and 22, 15 and 23 when they came directly. Limits by address then count the whole world as one client.
`,
  bad: `
brokers:
  mqtt:
    cluster: { mode: native }
    listeners:
      mqtt: { port: 1883, address: 10.0.0.5, behind: { proxies: [10.0.0.0/24], by: "header:X-Forwarded-For" } }
    affinity: ip # <- reported here
    servers: [broker-1, broker-2]
`,
  good: `
brokers:
  mqtt:
    cluster: { mode: native }
    listeners:
      mqtt: { port: 1883, address: 10.0.0.5, behind: { proxies: [10.0.0.0/24], by: proxy_protocol } }
    affinity: ip
    servers: [broker-1, broker-2]
`,
  *check(fleet) {
    for (const pool of fleet.pools) {
      const listener = pool.listeners.find((one) => isBlind(pool, one));
      const [key, ...more] = listener ? addressKeys(pool) : [];
      if (!listener?.behind || !key) continue;
      const by = listener.behind.by.type === "header" ? listener.behind.by.name : "";
      yield {
        at: key.at,
        message: `the ${listener.kind} listener of "${pool.name}" cannot read ${by}: to ${key.name} all clients have the proxy's address`,
        help: "write behind: { proxies, by: proxy_protocol }, and let the proxy send it",
        related: [
          { message: `${by} is expected`, at: at(listener.behind, "by") },
          ...more.map(({ name, at: also }) => ({ message: `${name} asks for the address as well`, at: also })),
        ],
      };
    }
  },
} satisfies Rule;

/** Whether a listener is told the client's address by a header that it cannot see. */
const isBlind = (pool: Pool, listener: Listener): boolean =>
  listener.behind?.by.type === "header" && !speaksHttp(pool, listener);

interface AddressKey {
  readonly name: string;
  readonly at: Place;
}

/** What of a pool is decided by the client's address. */
function addressKeys(pool: Pool): AddressKey[] {
  const { affinity, balance, limits } = pool;
  const keys: AddressKey[] = [];
  if (affinity?.by.type === "ip") keys.push({ name: "`affinity`", at: at(affinity, "by") });
  else if (affinity?.fallback?.type === "ip")
    keys.push({ name: "the affinity's `fallback`", at: at(affinity, "fallback") });
  if (balance.algorithm === "ip_hash" || balance.key?.type === "client_ip")
    keys.push({ name: "`balance`", at: at(balance, balance.key ? "key" : "algorithm") });
  if (limits.connectionRate?.key.type === "client_ip")
    keys.push({ name: "`connectionRate`", at: at(limits.connectionRate, "key") });
  return keys;
}
