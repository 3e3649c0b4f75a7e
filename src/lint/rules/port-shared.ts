import type { Listener } from "../../fleet/fleet.js";
import { at } from "../../support/node.js";
import type { Problem, Rule } from "../rule.js";
import { isShared, type ListenerOf, type Pair, portPairs } from "../sharedListeners.js";
import { speaksHttp } from "../speaksHttp.js";

export default {
  id: "port-shared",
  severity: "error",
  title: "two listeners want one port",
  why: `
The system lets both have it, or neither. HAProxy 2.6.12 starts without a word, and 60 connections to one port of two frontends were
split 33 to 27 between them, at random. nginx 1.22.1 passes \`nginx -t\` and then does not start: "bind() failed (98: Address already
in use)", also where an HTTP listener on every address meets a TCP one on 127.0.0.1.
API pools are the exception: with equal address and port they share one listener, told apart by host name.
`,
  bad: `
apis:
  api: { listeners: { http: 8080 }, servers: [app-1, app-2] }
services:
  ldap: { listeners: { ldap: { port: 8080, address: 10.0.0.5 } }, servers: ["ldap-1:389"] } # <- reported here
`,
  good: `
apis:
  api: { hostnames: [api.example.com], listeners: { http: 8080 }, servers: [app-1, app-2] }
  shop: { hostnames: [shop.example.com], listeners: { http: 8080 }, servers: [shop-1, shop-2] }
services:
  ldap: { listeners: { ldap: { port: 389, address: 10.0.0.5 } }, servers: ["ldap-1:389"] }
`,
  *check(fleet) {
    for (const pair of portPairs(fleet)) if (!isShared(pair) && !isPreciser(pair)) yield taken(pair);
  },
} satisfies Rule;

/**
 * Two HTTP or two TCP listeners, one of them on all addresses: connections to the other's address go to the other, in
 * nginx and in HAProxy (20 of 20). Only between HTTP and TCP does nginx fail to start.
 */
const isPreciser = ({ first, second }: Pair): boolean =>
  first.listener.address !== second.listener.address &&
  speaksHttp(first.pool, first.listener) === speaksHttp(second.pool, second.listener);

const taken = ({ first, second }: Pair): Problem => ({
  at: at(second.listener, "port"),
  message: `${nameOf(second)} listens on port ${second.listener.port} of ${whereOf(second.listener)}, which ${nameOf(first)} has taken`,
  help: "give it another port, or an address of its own",
  related: [{ message: `taken by ${nameOf(first)}`, at: at(first.listener, "port") }],
});

const nameOf = ({ pool, listener }: ListenerOf): string => `"${pool.name}" ${listener.kind}`;

const whereOf = ({ address }: Listener): string => address ?? "every address";
