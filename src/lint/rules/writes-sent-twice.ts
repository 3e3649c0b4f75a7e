import type { Retries } from "../../fleet/fleet.js";
import { at } from "../../support/node.js";
import { goesBeyondConnect } from "../ejection.js";
import { routesOf } from "../routes.js";
import type { Rule } from "../rule.js";

/** RFC 9110, section 9.2.1: these change nothing at the server. */
const SAFE = ["GET", "HEAD", "OPTIONS", "TRACE"];

export default {
  id: "writes-sent-twice",
  severity: "warning",
  title: "a POST that has reached one server is sent to the next",
  why: `
A server that answers late, or not at all, may have done what it was asked. With \`non_idempotent\` and \`http_502\` one POST ran on
both of two servers in nginx 1.22.1, and so it did in HAProxy 2.6.12 with \`retry-on 502\`. Restricted to idempotent methods
(RFC 9110, section 9.2.2) it ran once, in both. A connection that was refused is safe to try again for every method.
`,
  bad: `
apis:
  shop:
    listeners: { http: 80 }
    retries: { when: [connect, empty], methods: all } # <- reported here
    servers: [shop-1, shop-2]
`,
  good: `
apis:
  shop:
    listeners: { http: 80 }
    retries: { when: [connect, empty], methods: idempotent }
    servers: [shop-1, shop-2]
`,
  *check(fleet) {
    for (const { route } of routesOf(fleet)) {
      const { retries, methods } = route;
      if (retries.methods !== "all" || !goesBeyondConnect(retries)) continue;
      if (methods?.every((method) => SAFE.includes(method))) continue;
      yield {
        at: at(retries, "methods"),
        message: `a POST that ends in ${causes(retries)} is sent again: it may be done ${retries.attempts} times`,
        help: "write methods: idempotent, or when: [connect]",
      };
    }
  },
} satisfies Rule;

const WORDS: Readonly<Record<string, string>> = { timeout: "a time-out", empty: "no answer" };

const causes = ({ when }: Retries): string =>
  when
    .filter((cause) => cause !== "connect")
    .map((cause) => WORDS[cause] ?? `${cause}`)
    .join(" or ");
