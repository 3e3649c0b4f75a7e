import { describe, expect, it, test } from "vitest";
import { buildFleet } from "../../src/fleet/build.js";
import { inFileOrder } from "../../src/support/finding.js";
import { decode } from "../../src/topology/file.js";
import { readTopology } from "../../src/topology/read.js";
import { findingsOf } from "../fleet.js";
import { unmark } from "../marked.js";

const HEAD = "version: 1\nname: a\n";

/** [a text with each place that is wrong between marks, `rule: message | help (related)` of each]. */
type Row = readonly [string, ...string[]];

const BROKERS: readonly Row[] = [
  [
    "brokers: { m: ▶{ software: mosquitto, servers: [a, b] }◀ }",
    'missing-key: broker pool "m" does not say `access`: mosquitto 2 refuses everyone by default | write access: { anonymous: true }, or { passwordFile: PATH }',
    'missing-key: broker pool "m" does not say `cluster`: 2 mosquittos share nothing by themselves | write cluster: { mode: bridge }, or { mode: none }',
    'missing-key: broker pool "m" does not say `persistence`: without it sessions and retained messages end with a restart | write persistence: true, or false',
  ],
  [
    "brokers: { m: { software: mosquitto, servers: [a], persistence: true, access: ▶{ aclFile: /a }◀ } }",
    "missing-key: nobody can connect: neither `anonymous` nor `passwordFile` lets anyone in | write { passwordFile: PATH }, or { anonymous: true }",
  ],
  [
    "brokers: { m: { software: mosquitto, servers: [a], persistence: true, access: { anonymous: true }, cluster: { mode: ▶native◀ } } }",
    "wrong-value: mosquitto has bridges, no cluster of its own | write mode: bridge",
  ],
  [
    "brokers: { m: { servers: [a], cluster: { mode: none, bridges: ▶[{ from: a, to: a }]◀ } } }",
    "unfit-key: `bridges` means nothing to mode none | write mode: bridge",
  ],
  [
    "brokers: { m: { servers: [a, b], cluster: { mode: bridge, bridges: [{ from: a, to: ▶a◀ }] } } }",
    "wrong-value: a bridge goes from a to itself | name two servers",
  ],
  [
    'brokers: { m: { servers: ["a{1..251}"], cluster: ▶{ mode: bridge }◀ } }',
    "wrong-value: a star of 251 brokers, where every one lists all before it | 250 at most: write `bridges`",
  ],
  [
    "brokers: { m: { servers: [a], balance: { algorithm: consistent_hash, key: ▶uri◀ } } }",
    "unfit-key: only HTTP requests have a URI | use it in a pool under `apis`",
  ],
  [
    "brokers: { m: { servers: [a], affinity: ▶{ cookie: S }◀ } }",
    "unfit-key: only HTTP requests have a cookie | use it in a pool under `apis`",
  ],
  [
    "brokers: { m: { servers: [a], affinity: { by: client_id, fallback: ▶{ header: X }◀ } } }",
    "unfit-key: only HTTP requests have a header | use it in a pool under `apis`",
  ],
  [
    "brokers: { m: { servers: [a], listeners: { mqtt: { port: 1, path: ▶/x◀ } } } }",
    "unfit-key: `path` means nothing to a listener `mqtt` | it belongs to `websocket` and `wss` of brokers",
  ],
  [
    "brokers: { m: { servers: [a], listeners: { mqtts: ▶8883◀ } } }",
    "missing-key: the listener `mqtts` names no certificate | write { port, tls: NAME }, with NAME under `tls`, or tls: passthrough",
  ],
  [
    "brokers: { m: { servers: [a], listeners: { mqtt: { port: 1, tls: ▶passthrough◀ } } } }",
    "unfit-key: a listener `mqtt` speaks no TLS | call it `mqtts`",
  ],
];

const APIS: readonly Row[] = [
  [
    "apis: { m: { servers: [a], balance: { algorithm: first, key: ▶uri◀ } } }",
    "unfit-key: first hashes no key | `key` belongs to consistent_hash",
  ],
  [
    "apis: { m: { servers: [a], affinity: ▶client_id◀ } }",
    "unfit-key: only MQTT clients have a client identifier | use it in a pool under `brokers`",
  ],
  [
    "apis: { m: { servers: [a], affinity: ▶{ expire: 1h }◀ } }",
    "wrong-value: the affinity does not say by what | write one of `by`, `cookie` and `header`",
  ],
  [
    "apis: { m: { servers: [a], affinity: ▶{ by: ip, cookie: S }◀ } }",
    "wrong-value: the affinity says `by` and `cookie` | write one of `by`, `cookie` and `header`",
  ],
  [
    "apis: { m: { servers: [a], listeners: { https: { port: 1, tls: ▶passthrough◀ } } } }",
    "unfit-key: routes and headers cannot act on TLS that passes through | end it here with a certificate, or write a pool under `services`",
  ],
  [
    "apis: { m: { servers: [a], listeners: { http: { port: 1, redirect: ▶https◀ } } } }",
    "missing-key: there is no https listener to redirect to | write listeners: { https: { port: 443, tls: NAME } }",
  ],
  [
    "services: { m: { servers: [a:1], listeners: { http: { port: 1, redirect: ▶https◀ } } } }",
    "unfit-key: only plain HTTP can be redirected | `redirect` belongs to the listener `http` of an API pool",
  ],
  [
    "apis: { m: { servers: [a], listeners: { http: { port: 1, address: ▶10.0.0◀ } } } }",
    'wrong-value: "10.0.0" is no address | write an IPv4 or IPv6 address',
  ],
  [
    "apis: { m: { servers: [a], listeners: { http: { port: 1, allow: [10.0.0.0/8, ▶10.0.0.0/33◀] } } } }",
    "wrong-value: this is no network | write ADDRESS/BITS, such as 10.0.0.0/8 or fd00::/8",
  ],
  [
    "apis: { m: { servers: [a], routes: [{ path: /x }, { path: ▶/x◀ }] } }",
    "duplicate-name: a second route takes the path /x | keep one of the two (first used here 3:45)",
  ],
  [
    "apis: { m: { servers: [a], routes: [{ path: /x, match: exact }, { path: ▶/x◀, match: exact }] } }",
    "duplicate-name: a second route takes the exact path /x | keep one of the two (first used here 3:45)",
  ],
  [
    "apis: { m: { servers: [a], autoscale: { min: ▶3◀, max: 2, target: { rps: 5 } } } }",
    "wrong-value: at least 3 and at most 2 servers cannot both be | `min` is not above `max`",
  ],
  [
    "apis: { m: { servers: [a, b, c], split: { groups: ▶[{ name: x, weight: 1, servers: [a] }, { name: y, weight: 1, servers: [▶a◀] }]◀ } } }"
      .replace("groups: ▶", "groups: ")
      .replace("]◀ } } }", "] } } }"),
    "wrong-value: b, c are in no group: no client would get there | put every server of the pool in one group",
    "duplicate-name: the server a is in the group x already | every server is in one group",
  ],
  [
    "apis: { m: { servers: [a, b], split: { groups: [{ name: x, weight: 1, servers: [a] }, { name: ▶x◀, weight: 1, servers: [b] }] } } }",
    'duplicate-name: a second group is called "x" | give it another name (first used here 3:57)',
  ],
  [
    "apis: { m: { servers: [a] } }\nservices: { ▶m◀: { servers: [b:1] } }",
    'duplicate-name: a second pool is called "m" | pool names are unique in a fleet, whatever their case: give it another (first used under `apis` 3:9)',
  ],
];

const HEALTH: readonly Row[] = [
  ["health: { p: { check: ▶postgres◀ } }", "missing-key: a postgres check needs a `user` | for example user: lbcheck"],
  [
    "health: { p: { check: tcp, path: ▶/x◀ } }",
    "unfit-key: `path` means nothing to a tcp check | it belongs to http checks",
  ],
  [
    "health: { p: { check: http, user: ▶u◀ } }",
    "unfit-key: `user` means nothing to a http check | it belongs to postgres and mysql checks",
  ],
  [
    "health: { p: { check: mqtt, password: ▶x◀ } }",
    "missing-key: `password` stands without `username` | MQTT 3.1.1 sends no password without a user name",
  ],
  [
    "health: { p: { check: ▶tcp◀, checks: [{ check: http }] } }",
    "unfit-key: `check` and `checks` stand together | keep one of the two",
  ],
  [
    "health: { p: { checks: [{ check: tcp }, { check: http }], require: ▶3◀ } }",
    "wrong-value: 3 of 2 checks cannot pass | 2 at most",
  ],
  [
    'health: { p: { check: http, expect: { status: ▶"399-300"◀ } } }',
    "wrong-range: the range 399-300 runs backwards | the lower code comes first",
  ],
  // Said once, however many use it.
  [
    "health: { p: { check: tcp, path: ▶/x◀ } }\napis: { m: { servers: [a], health: p }, n: { servers: [a], health: p } }",
    "unfit-key: `path` means nothing to a tcp check | it belongs to http checks",
  ],
];

const REST: readonly Row[] = [
  [
    'databases: { m: { software: mysql, primary: ▶"a{1..2}"◀ } }',
    "wrong-value: 2 servers stand where one primary must | the others are `replicas`",
  ],
  [
    "databases: { m: { software: mysql, primary: a, listeners: { write: { port: 1, tls: ▶t◀ } } } }\ntls: { t: { bundle: /t } }",
    "unfit-key: databases begin TLS inside their own protocol: a balancer cannot end it | leave `tls` out, the clients' TLS passes through",
  ],
  [
    "tls: { t: ▶{ certificate: /a }◀ }",
    'missing-key: certificate "t" lacks `key` | write { certificate: PATH, key: PATH }, or { bundle: PATH }',
  ],
  [
    "tls: { t: ▶{ key: /a }◀ }",
    'missing-key: certificate "t" lacks `certificate` | write { certificate: PATH, key: PATH }, or { bundle: PATH }',
  ],
  [
    "tls: { t: { key: /a, bundle: ▶/b◀ } }",
    'unfit-key: certificate "t" says `bundle` beside `key` | keep the bundle, or certificate and key',
  ],
  [
    "resolver: { servers: [127.0.0.11, ▶127.0.0.300◀] }",
    "wrong-value: this is no address of a name server | write ADDRESS or ADDRESS:PORT",
  ],
  [
    "resolver: { servers: ['127.0.0.11:53', ▶'127.0.0.11:70000'◀] }",
    "wrong-value: this is no address of a name server | write ADDRESS or ADDRESS:PORT",
  ],
  [
    "behind: { proxies: [▶10.0.0.0/40◀], by: proxy_protocol }\napis: { m: { servers: [a], listeners: { http: 1 } } }",
    "wrong-value: this is no network | write ADDRESS/BITS, such as 10.0.0.0/8 or fd00::/8",
  ],
  [
    "regions: { eu: { addresses: [▶34.567.89.12◀] } }",
    'wrong-value: "34.567.89.12" is no address | an IPv4 address has four numbers from 0 to 255',
  ],
];

const geo = (rules: string): string =>
  `regions: { eu: { addresses: [192.0.2.1] }, us: { addresses: [192.0.2.2] } }\ngeo: { api: { hostname: a.b, default: us, rules: [${rules}] } }`;

const GEO: readonly Row[] = [
  [
    geo("{ country: DE, region: eu }, { country: ▶DE◀, region: us }"),
    "duplicate-name: a second rule is for DE | keep one of the two (first used here 4:51)",
  ],
  [
    geo("{ continent: EU, region: eu }, { continent: ▶EU◀, region: eu }"),
    "duplicate-name: a second rule is for continent EU | keep one of the two (first used here 4:51)",
  ],
  [
    geo("{ country: US, subdivisions: [CA, NY], region: eu }, { country: US, subdivisions: [TX, ▶CA◀], region: eu }"),
    "duplicate-name: a second rule is for US-CA | keep one of the two (first used here 4:51)",
  ],
  [
    geo("{ subdivisions: ▶[CA]◀, region: eu }"),
    "missing-key: subdivisions stand without their country | write country: XX beside them",
  ],
  [
    geo("{ country: DE, continent: ▶EU◀, region: eu }"),
    "unfit-key: a rule is for a country or for a continent | keep one of the two",
  ],
  [
    geo("▶{ region: eu }◀"),
    "missing-key: the rule says for no place | write country or continent; `default` takes the rest",
  ],
  [geo("{ country: ▶UK◀, region: eu }"), 'wrong-value: there is no country "UK" | did you mean "GB"?'],
  [geo("{ country: ▶ZZ◀, region: eu }"), 'wrong-value: there is no country "ZZ" | write its code of ISO 3166-1'],
  [
    "regions: { eu: { endpoints: { api: [a.b] } } }\ngeo: { api: { hostname: a.b, default: ▶eu◀ } }",
    'missing-key: region "eu" has no addresses for "api" to answer with | write addresses: [ADDRESS] in the region, or answer: endpoints',
  ],
];

test.each([...BROKERS, ...APIS, ...HEALTH, ...REST, ...GEO])("is told: %s", async (marked, ...said) => {
  const { text, spans } = unmark(HEAD + marked);
  const found = (await findingsOf(text)).filter(({ severity }) => severity !== "info").sort(inFileOrder);
  const texts = found.map(({ rule, message, help, related }) => {
    const others = related.map((other) => ` (${other.message} ${other.at.line}:${other.at.column})`).join("");
    return `${rule.slice(7)}: ${message} | ${help}${others}`;
  });
  expect(texts).toEqual(said);
  const places = found.map(({ at }) => `${at.line}:${at.column}-${at.endLine}:${at.endColumn}`);
  for (const span of spans) expect(places).toContain(span);
});

describe("a geo rule that a wider one with its region covers", () => {
  test.each<[string, string[]]>([
    ["{ continent: EU, region: eu }, ▶{ country: DE, region: eu }◀", ["eu"]],
    ["▶{ continent: NA, region: us }◀", ["us"]], // the default
    ["▶{ country: US, region: us }◀", ["us"]], // the default: no continent says otherwise
    ["{ continent: NA, region: eu }, { country: US, region: us }", []],
    ["{ country: US, region: eu }, ▶{ country: US, subdivisions: [CA], region: eu }◀", ["eu"]],
    ["{ country: US, region: eu }, { country: US, subdivisions: [CA], region: us }", []],
    ["{ continent: NA, region: eu }, ▶{ country: US, subdivisions: [CA], region: eu }◀", ["eu"]],
    ["{ continent: EU, region: eu }, { country: US, subdivisions: [CA], region: eu }", []], // another continent
  ])("is an info: %s", async (rules, regions) => {
    const { text, spans } = unmark(HEAD + geo(rules));
    const found = (await findingsOf(text)).filter(({ severity }) => severity === "info");
    expect(found.map(({ rule, message, help }) => `${rule}: ${message} | ${help}`)).toEqual(
      regions.map(
        (region) => `schema/rule-covered: the rule changes nothing: its clients get "${region}" anyway | leave it out`,
      ),
    );
    expect(found.map(({ at }) => `${at.line}:${at.column}-${at.endLine}:${at.endColumn}`)).toEqual(spans);
  });
});

/** The names of what could be built of a text, and what is wrong with it. */
async function partsOf(text: string): Promise<{ parts: string[]; said: string[] }> {
  const reading = await readTopology(decode("t", new TextEncoder().encode(HEAD + text)), {});
  const { fleet, findings } = buildFleet(reading.topology!);
  const parts = [...fleet.pools, ...fleet.regions, ...fleet.geo].map(({ name }) => name);
  const said = [...reading.findings, ...findings].filter(({ severity }) => severity === "error").sort(inFileOrder);
  return { parts, said: said.map(({ at, rule }) => `${at.line} ${rule.slice(7)}`) };
}

describe("of a pool that does not follow the schema, the sound rest is judged", () => {
  test.each<[string, string, string[]]>([
    [
      "its references",
      "apis: { m: { servers: [a], balance: firts, health: x, listeners: { https: { port: 1, tls: y } }, routes: [{ path: /, pool: z }] } }",
      ["3 wrong-value", "3 unknown-name", "3 unknown-name", "3 unknown-name"],
    ],
    [
      "its other servers",
      "apis: { m: { servers: [5, 1.2.3, { host: 1.2.4 }] } }",
      ["3 wrong-type", "3 wrong-value", "3 wrong-value"],
    ],
    [
      "not what may lack because of it",
      "brokers: { m: { software: mosquitto, servers: [a, b], access: 5, persistence: maybe, cluster: { mode: ring } } }",
      ["3 wrong-type", "3 wrong-type", "3 wrong-value"],
    ],
    [
      "not the https listener that was wrong",
      "apis: { m: { servers: [a], listeners: { http: { port: 1, redirect: https }, https: { prot: 2 } } } }",
      ["3 missing-key", "3 unknown-key"],
    ],
    [
      "not who speaks of a server that was wrong",
      "apis: { m: { servers: [a b, c], split: { groups: [{ name: x, weight: 1, servers: [a] }, { name: y, weight: 1, servers: [c] }] } } }",
      ["3 wrong-value"],
    ],
    [
      "nor bridges to it",
      "brokers: { m: { servers: [a b, c], cluster: { mode: bridge, bridges: [{ from: c, to: a }] } } }",
      ["3 wrong-value"],
    ],
    [
      "nothing of a database without its primary",
      "databases: { m: { software: mysql, replicas: [1.2.3] } }",
      ["3 missing-key"],
    ],
    ["nothing of what is no map", "apis: { m: [health] }", ["3 wrong-type"]],
  ])("%s", async (_name, text, said) => {
    expect((await partsOf(text)).said.toSorted()).toEqual(said.toSorted());
    expect((await partsOf(text)).parts).toEqual([]);
  });
});

describe("what is wrong with one part leaves the others whole, and says nothing of those that need it", () => {
  const SOUND = "\napis: { sound: { servers: [a], health: nobody }, whole: { servers: [a] } }";
  it("an unknown name is told beside a schema error elsewhere", async () => {
    expect(await partsOf(`brokers: { m: { servers: [a], balance: leastconn } }${SOUND}`)).toEqual({
      parts: ["whole"],
      said: ["3 wrong-value", "4 unknown-name"],
    });
  });

  test.each<[string, string, string[], string[]]>([
    [
      "a policy",
      "health: { p: { interval: 5 } }\napis: { m: { servers: [a], health: p }, n: { servers: [a] } }",
      ["n"],
      ["3 wrong-type"],
    ],
    [
      "a policy that cannot be built",
      "health: { p: { check: postgres } }\napis: { m: { servers: [a], health: p }, n: { servers: [a] } }",
      ["n"],
      ["3 missing-key"],
    ],
    [
      "a certificate",
      "tls: { t: { bundle: 5 } }\napis: { m: { servers: [a], listeners: { https: { port: 1, tls: t } } }, n: { servers: [a] } }",
      ["n"],
      ["3 wrong-type"],
    ],
    [
      "a region",
      "regions: { eu: { addresses: 5 }, us: { addresses: [192.0.2.1] } }\ngeo: { x: { hostname: a.b, default: eu }, y: { hostname: c.d, default: us } }\napis: { m: { servers: [{ host: a, region: eu }] }, n: { servers: [a] } }",
      ["n", "us", "y"],
      ["3 wrong-type"],
    ],
    [
      "a region that cannot be built",
      "regions: { eu: { addresses: [1.2.3.400] }, us: { addresses: [192.0.2.1] } }\ngeo: { x: { hostname: a.b, default: us, failover: { us: [eu] } }, y: { hostname: c.d, default: us } }",
      ["us", "y"],
      ["3 wrong-value"],
    ],
    [
      "a pool that a route names",
      "apis: { m: { servers: [a], routes: [{ path: /, pool: n }] }, n: { servers: 5 }, o: { servers: [a] } }",
      ["o"],
      ["3 wrong-type"],
    ],
    [
      "a pool that cannot be built, and a route names, in a row",
      "apis: { l: { servers: [a], routes: [{ path: /, pool: m }] }, m: { servers: [a], routes: [{ path: /, pool: n }] }, n: { servers: [1.2.3] }, o: { servers: [a] } }",
      ["o"],
      ["3 wrong-value"],
    ],
    [
      "a pool that a target names",
      "apis: { m: { servers: 5 }, n: { servers: [a] } }\ntargets: { nginx: { pools: [m, n] } }",
      ["n"],
      ["3 wrong-type"],
    ],
    [
      "a default that pools take",
      "defaults: { balance: leastconn, retries: { attempts: 3 } }\napis: { m: { servers: [a] }, n: { servers: [a], balance: first } }",
      ["n"],
      ["3 wrong-value"],
    ],
    [
      "default time-outs, which all take",
      "defaults: { timeouts: { read: 5 } }\napis: { m: { servers: [a], timeouts: { read: 5s } } }\nservices: { n: { servers: [a:1] } }",
      [],
      ["3 wrong-type"],
    ],
    ["a name that cannot be", "apis: { m_1: { servers: [a] }, n: { servers: [a] } }", ["n"], ["3 wrong-name"]],
    ["a section that is no map", "brokers: 5\napis: { n: { servers: [a] } }", ["n"], ["3 wrong-type"]],
    ["a key of the topology", "brocker: { m: {} }\napis: { n: { servers: [a] } }", ["n"], ["3 unknown-key"]],
    [
      "what stands before all",
      "behind: { by: x, proxies: [10.0.0.0/8] }\napis: { n: { servers: [a], listeners: { http: 1 } } }",
      ["n"],
      ["3 wrong-value"],
    ],
  ])("%s", async (_name, text, parts, said) => {
    expect(await partsOf(text)).toEqual({ parts, said });
  });

  it("the fleet's own name", async () => {
    const reading = await readTopology(
      decode("t", new TextEncoder().encode("version: 1\nname: a_b\napis: { n: { servers: [a], health: x } }")),
      {},
    );
    const built = buildFleet(reading.topology!);
    expect([...reading.findings, ...built.findings].map(({ at, rule }) => `${at.line} ${rule}`)).toEqual([
      "2 schema/wrong-value",
      "3 schema/unknown-name",
    ]);
  });

  it("a version that is unknown says all there is to say", async () => {
    const found = await findingsOf("version: 7\nname: a_b\nwhat: ${MISSING}\n");
    expect(found.map(({ rule }) => rule)).toEqual(["schema/version"]);
  });
});

test("all problems of a file are told in one run, each once, in file order", async () => {
  const text = `version: 1
name: shop
helth: { api: {} }
health:
  api: { check: http, intervall: 5s, rise: 0 }
  db: { check: postgres }
defaults: { health: dbb }
brokers:
  mqtt: { software: mosquito, servers: [a] }
apis:
  web:
    balance: leastconn
    health: ap
    listeners: { http: 70000 }
    servers: [a b, 34.567.89.12]
  shop: { servers: [x], health: api, routes: [{ path: /, pool: wbe }] }
  admin: { servers: [x], listeners: { https: { port: 443, tls: public } } }
targets: { ngnix: {}, nginx: { pools: [web, admn] } }
`;
  const found = [...(await findingsOf(text))].sort(inFileOrder);
  expect(found.map(({ at, message, help }) => `${at.line}:${at.column} ${message} | ${help}`)).toEqual([
    '3:1 unknown key "helth" in the topology | did you mean "health"?',
    '5:23 unknown key "intervall" in health policy "api" | did you mean "interval"?',
    '5:44 "rise" of health policy "api": 0 is not from 1 to 100 | null',
    "6:16 a postgres check needs a `user` | for example user: lbcheck",
    '7:21 there is no health policy "dbb" | did you mean "db"?',
    '9:21 unknown broker software "mosquito" | did you mean "mosquitto"?',
    '12:14 unknown algorithm "leastconn" | did you mean "least_connections"?',
    '13:13 there is no health policy "ap" | did you mean "api"?',
    '14:24 "http" of "listeners" of API pool "web": 70000 is not a port, 1 to 65535 | null',
    '15:15 server 1 of API pool "web": "a b" is not a server: HOST or HOST:PORT, with {1..3} for several | null',
    '15:20 "34.567.89.12" is no address | an IPv4 address has four numbers from 0 to 255',
    '16:64 there is no API pool "wbe" | did you mean "web"?',
    '17:64 there is no certificate "public" | there is only "passthrough"',
    '18:12 unknown target "ngnix" | did you mean "nginx"?',
    '18:45 there is no pool "admn" | did you mean "admin"?',
  ]);
});
