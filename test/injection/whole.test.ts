import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import type { Finding } from "../../src/support/finding.js";
import { runCheckers } from "../../src/tasks/checkers.js";
import { ask, listed, type WebServer, webServers } from "../real/harness/http.js";
import { freePort, stopAll, suite } from "../real/harness/programs.js";
import { BALANCERS, balanced } from "../real/harness/rendered.js";
import { narrowTexts, wideTexts } from "./accepts.js";
import { type Base, baseAt, type Field } from "./bases.js";
import { hostileText } from "./hostile.js";
import { outcomeOf } from "./outcome.js";
import { drawn, SEED, shown, told } from "./seed.js";
import { splicedAll } from "./splice.js";

const BASES = [baseAt("..", "everything.yaml"), baseAt("more.yaml"), baseAt("nginx.yaml")];
const PROGRAMS = ["nginx", "haproxy", "mosquitto"];
const RUNS = Number(process.env.RUNS ?? 12);
/** Compose 1 is a Python program that takes a second to start. */
const COMPOSE_RUNS = 3;

/** What the real programs say of a base with these texts; null where lbctl refuses it. */
async function saidOf(base: Base, texts: ReadonlyMap<Field, string>, programs: readonly string[]): Promise<string[] | null> {
  const { text, env } = splicedAll(base, texts, "double");
  const outcome = await outcomeOf(text, env);
  if (outcome.is === "refused") return null;
  const outputs = outcome.outputs.filter(({ name }) => programs.includes(name));
  const checks = await runCheckers(outcome.fleet, outputs, "always");
  return checks.flatMap(({ findings }) => findings.filter(isError).map(({ rule, message }) => `${rule}: ${message}`));
}

const isError = ({ kind, severity }: Finding): boolean => kind === "configuration" && severity === "error";

/** No base with hostile texts in many of its fields at once is refused by a program; many are not refused by lbctl. */
async function takenBy(programs: readonly string[], base: Base, values: typeof wideTexts, runs: number): Promise<void> {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(values(base), async (texts) => {
      const said = await saidOf(base, texts, programs);
      if (said !== null) taken += 1;
      expect(said ?? []).toEqual([]);
    }),
    { numRuns: runs, seed: SEED, endOnFailure: true },
  );
  expect(taken).toBeGreaterThanOrEqual(runs / 3);
}

suite("whole topologies", PROGRAMS, () => {
  test.each(BASES)("nginx, HAProxy and mosquitto take whatever lbctl accepts in $name", async (base) => {
    await takenBy(PROGRAMS, base, wideTexts, RUNS);
  });
  test.each(BASES)("and whatever names, hosts and keys in $name", async (base) => {
    await takenBy(PROGRAMS, base, narrowTexts, 2 * RUNS);
  });
});

suite("whole Compose files", ["docker-compose"], () => {
  test.each(BASES.slice(0, 2))("Compose takes whatever lbctl accepts in $name", async (base) => {
    await takenBy(["compose"], base, wideTexts, COMPOSE_RUNS);
  });
});

/** Header values that lbctl takes, as HTTP carries them: without blanks at their ends. */
const headerValue = hostileText.filter((text) => /^[\x20-\x7e\x80-\ud7ff\ue000-\uffff]+$/u.test(text) && text.length < 200 && text === text.trim());
/** So many routes, each with so many headers of its own, each way. */
const ROUTES = 60;
const HEADERS = 4;

/** What node reads as Latin-1 are the bytes. */
const textOf = (header: string | string[] | undefined): string => Buffer.from(`${header}`, "latin1").toString();

suite("headers through whole balancers", ["nginx", "haproxy"], () => {
  afterEach(stopAll);

  test.each(BALANCERS)("%s sets header values to the very bytes that the topology says", async (balancer) => {
    const values = drawn(headerValue, ROUTES * HEADERS * 2);
    const [server] = (await webServers("one")) as [WebServer];
    const port = await freePort();
    const group = (index: number, way: number): string[] => values.slice((index * 2 + way) * HEADERS, (index * 2 + way + 1) * HEADERS);
    const map = (texts: readonly string[]): Record<string, string> =>
      Object.fromEntries(texts.map((text, at) => [`X-H${at}`, text.replaceAll("${", () => "$${")]));
    const routes = Array.from({ length: ROUTES }, (_, index) => ({
      path: `/${index}`,
      match: "exact",
      headers: { request: map(group(index, 0)), response: map(group(index, 1)) },
    }));
    await balanced(balancer, `
version: 1
name: headers
health: { none: { check: none } }
apis:
  web:
    listeners: { http: { port: ${port}, address: 127.0.0.1 } }
    health: none
    servers: ${listed([server])}
    routes: ${JSON.stringify(routes)}
`);
    const wrong: string[] = [];
    for (const [index, { path }] of routes.entries()) {
      const answer = await ask({ port, path });
      const seen = server.requests.at(-1)!;
      const compare = (texts: readonly string[], headers: Record<string, string | string[] | undefined>, what: string): void => {
        for (const [at, text] of texts.entries()) if (textOf(headers[`x-h${at}`]) !== text) wrong.push(`${what} ${shown(text)} is ${shown(textOf(headers[`x-h${at}`]))}`);
      };
      compare(group(index, 0), seen.headers, "request");
      compare(group(index, 1), answer.headers, "response");
    }
    expect(told(wrong)).toBe("");
  });
});
