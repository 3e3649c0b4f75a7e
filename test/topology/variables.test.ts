import { describe, expect, it, test } from "vitest";
import type { ApiPool } from "../../src/fleet/fleet.js";
import { findingsOf, fleetOf } from "../fleet.js";
import { unmark } from "../marked.js";

const HEAD = "version: 1\nname: a\n";
const ENV = {
  HOST: "db.internal",
  PORT: "8081",
  EMPTY: "",
  YES: "true",
  SECRET: "s3cr3t-v4lue",
  BRACES: "${HOST}",
  LINES: "a\nb",
};

const apiOf = async (keys: string): Promise<ApiPool> =>
  (await fleetOf(`${HEAD}apis: { web: { ${keys} } }`, ENV)).pools[0] as ApiPool;

describe("a variable is filled in from the environment", () => {
  test.each<[string, string | null]>([
    ["${HOST}", "db.internal"],
    ["x.${HOST}", "x.db.internal"],
    ["${HOST}.${HOST}", "db.internal.db.internal"],
    ["${MISSING:-x}", "x"],
    ["${EMPTY:-x}", "x"], // as a shell does it
    ["x${EMPTY}", "x"],
    ["${HOST:-x}", "db.internal"],
    ["${MISSING:-}x", "x"],
    ["${MISSING:-a:-b}", "a:-b"],
    ["$${HOST}", "${HOST}"],
    ["$$${HOST}", "$${HOST}"],
    ["$HOST", "$HOST"],
    ["${BRACES}", "${HOST}"], // a value is not looked at again
    ["}$ {", "}$ {"],
  ])("%s is %j", async (text, expected) => {
    const { headers } = await apiOf(`servers: [a], headers: { request: { X-A: "${text}" } }`);
    expect(headers.request[0]!.value).toBe(expected);
  });

  it("in values, never in keys", async () => {
    const found = await findingsOf(`${HEAD}"\${HOST}": 1`, ENV);
    expect(found.map(({ message }) => message)).toEqual(['unknown key "${HOST}" in the topology']);
  });

  it("as a number or a truth value where the schema wants one, else as a text", async () => {
    const pool = await apiOf(
      'listeners: { http: "${PORT}" }, servers: [{ host: "10.0.0.1", port: "${PORT}", backup: "${YES}", weight: "${W:-3}" }], headers: { request: { X-A: "${PORT}", X-B: "${YES}" } }, retries: { when: [connect, "${S:-503}"] }',
    );
    expect(pool.listeners[0]!.port).toBe(8081);
    expect(pool.servers[0]).toMatchObject({ port: 8081, backup: true, weight: 3 });
    expect(pool.headers.request.map(({ value }) => value)).toEqual(["8081", "true"]);
    expect(pool.retries.when).toEqual(["connect", 503]);
  });

  it("also for version and name", async () => {
    expect((await fleetOf('version: "${V}"\nname: "${N}"', { V: "1", N: "5" })).name).toBe("5");
  });

  it("and remembered, each once; defaults are nobody's secret", async () => {
    const { variables } = await fleetOf(
      `${HEAD}apis: { web: { servers: ["\${HOST}", "\${HOST}:\${PORT}", "\${X:-b}", "c\${EMPTY}"] } }`,
      ENV,
    );
    expect(variables).toEqual([
      { name: "HOST", value: "db.internal" },
      { name: "PORT", value: "8081" },
    ]);
  });

  it("that has aliases, in all its places", async () => {
    const { pools } = await fleetOf(`${HEAD}apis:\n  a: &p { servers: ["\${HOST}"] }\n  b: *p\n`, ENV);
    expect(pools.map(({ servers }) => servers[0]!.host)).toEqual(["db.internal", "db.internal"]);
  });
});

/** [the text with its places, `rule: message | help` of each]. */
const WRONG: readonly (readonly [string, ...string[]])[] = [
  [
    'domain: ▶"x.${MISSING}"◀',
    "unset-variable: the variable MISSING is not set | set it, or give it a default: ${MISSING:-...}",
  ],
  ["domain: ▶${HOTS}◀", 'unset-variable: the variable HOTS is not set | did you mean "HOST"?'],
  [
    'domain: ▶"${ONE}.${TWO}.${ONE}"◀',
    "unset-variable: the variable ONE is not set | set it, or give it a default: ${ONE:-...}",
    "unset-variable: the variable TWO is not set | set it, or give it a default: ${TWO:-...}",
  ],
  [
    'domain: ▶"${}"◀',
    "variable: `${` begins a variable, and this is none | write `${NAME}`, `${NAME:-default}`, or `$${` for a literal `${`",
  ],
  [
    'domain: ▶"${HOST-x}"◀',
    "variable: `${` begins a variable, and this is none | write `${NAME}`, `${NAME:-default}`, or `$${` for a literal `${`",
  ],
  [
    'domain: ▶"x${HOST"◀',
    "variable: `${` begins a variable, and this is none | write `${NAME}`, `${NAME:-default}`, or `$${` for a literal `${`",
  ],
];

test.each(WRONG)("is told once, and nothing that follows from it: %s", async (marked, ...said) => {
  const { text, spans } = unmark(HEAD + marked);
  const found = await findingsOf(text, ENV);
  expect(found.map(({ rule, message, help }) => `${rule.slice(7)}: ${message} | ${help}`)).toEqual(said);
  expect([...new Set(found.map(({ at }) => `${at.line}:${at.column}-${at.endLine}:${at.endColumn}`))]).toEqual(spans);
});

test("a pool with a variable that is not set is left out, others are read", async () => {
  const found = await findingsOf(
    `${HEAD}apis:\n  a: { servers: ["\${MISSING}"] }\n  b: { servers: [x], balance: leastconn, listeners: { http: "\${MISSING}" } }\n  c: { servers: [x], health: nobody }\n`,
    ENV,
  );
  expect(
    found
      .filter(({ severity }) => severity === "error")
      .map(({ at, rule }) => `${at.line} ${rule}`)
      .sort(),
  ).toEqual(["4 schema/unset-variable", "5 schema/unset-variable", "5 schema/wrong-value", "6 schema/unknown-name"]);
});

describe("what came from a variable is never shown", () => {
  const hidden = "s3cr3t-v4lue";
  test.each([
    'apis: { web: { servers: [a], balance: "${SECRET}" } }',
    'apis: { web: { servers: ["${SECRET} x"] } }',
    'apis: { web: { servers: ["${SECRET}..x"] } }',
    'apis: { web: { servers: ["a:${SECRET}"] } }',
    'apis: { web: { servers: ["${SECRET}-{3..1}"] } }',
    'apis: { web: { servers: [{ host: a, port: "${SECRET}" }] } }',
    'apis: { web: { servers: [{ host: a, region: "${SECRET}" }] } }',
    'apis: { web: { servers: [{ host: a, name: "${SECRET}" }, { host: b, name: "${SECRET}" }] } }',
    'apis: { web: { servers: [a], health: "${SECRET}" } }',
    'apis: { web: { servers: [a], routes: [{ path: /, pool: "${SECRET}" }] } }',
    'apis: { web: { servers: [a], routes: [{ path: "/${SECRET}" }, { path: "/${SECRET}" }] } }',
    'apis: { web: { servers: [a], hostnames: ["${SECRET}_"] } }',
    'apis: { web: { servers: [a], listeners: { https: { port: 1, tls: "${SECRET}" } } } }',
    'apis: { web: { servers: [a], listeners: { http: { port: 1, address: "${SECRET}" } } } }',
    'apis: { web: { servers: [a], split: { groups: [{ name: x, weight: 1, servers: ["${SECRET}"] }, { name: "${SECRET}", weight: 1, servers: [a] }, { name: "${SECRET}", weight: 1, servers: [a] }] } } }',
    'brokers: { m: { servers: [a, b], cluster: { mode: bridge, bridges: [{ from: "${SECRET}", to: b }] } } }',
    'services: { m: { servers: ["${SECRET}"] } }',
    'services: { m: { servers: [{ host: "${SECRET}" }] } }',
    'health: { p: { interval: "${SECRET}" } }',
    'regions: { eu: { addresses: ["${SECRET}"] } }',
    'regions: { eu: { addresses: [192.0.2.1] } }\ngeo: { x: { hostname: a.b, default: "${SECRET}" } }',
    'targets: { nginx: { pools: ["${SECRET}"] } }',
    'targets: { nginx: { version: "${SECRET}" } }',
    'resolver: { servers: ["${SECRET}"] }',
    'lint: { severities: { a: "${SECRET}" } }',
    'name: "${SECRET}"\nversion: "${SECRET}"',
  ])("in %s", async (text) => {
    const found = await findingsOf(text.startsWith("name") ? text : HEAD + text, ENV);
    expect(found.filter(({ severity }) => severity === "error")).not.toEqual([]);
    expect(JSON.stringify(found)).not.toContain(hidden);
  });

  test.each([
    ['health: { p: { rise: "${NUMBER}" } }', { NUMBER: "987654" }],
    ['health: { p: { interval: "${NUMBER}" } }', { NUMBER: "987654" }],
    ['apis: { web: { servers: [a], listeners: { http: "${NUMBER}" } } }', { NUMBER: "987654" }],
    ['apis: { web: { servers: ["a:${NUMBER}"] } }', { NUMBER: "98765" }],
    ['apis: { web: { servers: ["a{1..${NUMBER}}"] } }', { NUMBER: "987654" }],
    [
      'apis: { web: { servers: [a], autoscale: { min: "${NUMBER}", max: 2, target: { cpu: 5 } } } }',
      { NUMBER: "98765" },
    ],
    ['version: "${NUMBER}"\nname: a', { NUMBER: "987654" }],
    ['health: { p: { check: http, expect: { status: "${NUMBER}" } } }', { NUMBER: "987-654" }],
  ])("nor a number, in %s", async (text, env) => {
    const found = await findingsOf(text.startsWith("version") ? text : HEAD + text, env);
    expect(found.filter(({ severity }) => severity === "error")).not.toEqual([]);
    expect(JSON.stringify(found)).not.toContain(env.NUMBER);
    expect(JSON.stringify(found)).toContain("${NUMBER}");
  });
});
