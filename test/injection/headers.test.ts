import type { IncomingHttpHeaders } from "node:http";
import { afterEach, expect, test } from "vitest";
import { ask, listed, type WebServer, webServers } from "../real/harness/http.js";
import { freePort, stopAll, suite } from "../real/harness/programs.js";
import { BALANCERS, balanced } from "../real/harness/rendered.js";
import { hostileText } from "./hostile.js";
import { drawn, shown, told } from "./seed.js";

/** Header values that lbctl takes, as HTTP carries them: without blanks at their ends. */
const headerValue = hostileText.filter(
  (text) => /^[\x20-\x7e\x80-\ud7ff\ue000-\uffff]+$/u.test(text) && text.length < 200 && text === text.trim(),
);
/** So many routes, each with so many headers each way: more would not fit a program's buffers. */
const ROUTES = 60;
const HEADERS = 4;

interface Route {
  readonly path: string;
  readonly request: readonly string[];
  readonly response: readonly string[];
}

const routes: readonly Route[] = Array.from({ length: ROUTES }, (_, index) => ({
  path: `/${index}`,
  request: drawn(headerValue, HEADERS, 2 * index),
  response: drawn(headerValue, HEADERS, 2 * index + 1),
}));

/** As the topology says them: no variable of the environment is meant. */
const headersOf = (texts: readonly string[]): Record<string, string> =>
  Object.fromEntries(texts.map((text, index) => [`X-H${index}`, text.replaceAll("${", () => "$${")]));

const topology = (port: number, server: WebServer): string => `
version: 1
name: headers
health: { none: { check: none } }
apis:
  web:
    listeners: { http: { port: ${port}, address: 127.0.0.1 } }
    health: none
    servers: ${listed([server])}
    routes:
${routes.map(({ path, request, response }) => `      - ${JSON.stringify({ path, match: "exact", headers: { request: headersOf(request), response: headersOf(response) } })}`).join("\n")}
`;

/** What came otherwise than it was said. Node reads the bytes of a header as Latin-1. */
const wrongIn = (headers: IncomingHttpHeaders, texts: readonly string[], where: string): string[] =>
  texts.flatMap((text, index) => {
    const came = Buffer.from(`${headers[`x-h${index}`]}`, "latin1").toString();
    return came === text ? [] : [`${where}: ${shown(text)} came as ${shown(came)}`];
  });

suite("headers through whole balancers", ["nginx", "haproxy"], () => {
  afterEach(stopAll);

  test.each(BALANCERS)("%s sets them to the very bytes that the topology says", async (balancer) => {
    const [server] = (await webServers("one")) as [WebServer];
    const port = await freePort();
    await balanced(balancer, topology(port, server));
    const wrong: string[] = [];
    for (const { path, request, response } of routes) {
      const answer = await ask({ port, path });
      wrong.push(...wrongIn(server.requests.at(-1)!.headers, request, `request ${path}`));
      wrong.push(...wrongIn(answer.headers, response, `response ${path}`));
    }
    expect(told(wrong)).toBe("");
  });
});
