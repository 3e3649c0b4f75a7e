import { expect, test } from "vitest";
import { inFileOrder } from "../../src/support/finding.js";
import { findingsOf } from "../fleet.js";
import { unmark } from "../marked.js";

/** [what people type, each place that is wrong between marks; `rule: message | help` of each, in file order]. */
type Row = readonly [string, ...string[]];

/** Keys point at the key. */
const UNKNOWN: readonly Row[] = [
  [
    "health:\n  api: { check: http, ▶intervall◀: 5s }",
    'unknown-key: unknown key "intervall" in health policy "api" | did you mean "interval"?',
  ],
  ["▶broker◀:\n  mqtt: {}", 'unknown-key: unknown key "broker" in the topology | did you mean "brokers"?'],
  [
    "apis:\n  web: { servers: [a:80], timeouts: { ▶conect◀: 5s } }",
    'unknown-key: unknown key "conect" in "timeouts" of API pool "web" | did you mean "connect"?',
  ],
  [
    "apis:\n  web: { servers: [a:80], ▶max_connections◀: 5 }",
    'unknown-key: unknown key "max_connections" in API pool "web" | it may hold hostnames, listeners, routes, idleConnections, serverTls, retries, rateLimit, circuitBreaker, split, headers, autoscale, servers, balance, affinity, health, timeouts, sessions, limits, proxyProtocol, kubernetes',
  ],
  [
    "apis:\n  web:\n    servers:\n      - { host: a, ▶maxconn◀: 5 }",
    'unknown-key: unknown key "maxconn" in server 1 of API pool "web" | did you mean "maxConnections"?',
  ],
  [
    "apis:\n  web: { servers: [a:80], routes: [{ path: /, ▶web-socket◀: true }] }",
    'unknown-key: unknown key "web-socket" in route 1 of API pool "web" | did you mean "websocket"?',
  ],
  [
    "targets: { ▶kubernetes◀: {} }",
    'unknown-key: unknown target "kubernetes" | it may hold nginx, haproxy, mosquitto, compose',
  ],
  ["targets: { ▶ngnix◀: {} }", 'unknown-key: unknown target "ngnix" | did you mean "nginx"?'],
  [
    "targets: { nginx: { ▶worker◀: 4 } }",
    'unknown-key: unknown key "worker" in target "nginx" | did you mean "workers"?',
  ],
  [
    "defaults: { ▶timeout◀: { read: 5s } }",
    'unknown-key: unknown key "timeout" in "defaults" | did you mean "timeouts"?',
  ],
  [
    "regions: { eu: { ▶addreses◀: [192.0.2.1] } }",
    'unknown-key: unknown key "addreses" in region "eu" | did you mean "addresses"?',
  ],
  [
    "▶__proto__◀: { a: 1 }",
    'unknown-key: unknown key "__proto__" in the topology | it may hold version, name, domain, defaults, health, tls, brokers, apis, databases, services, regions, geo, behind, resolver, reload, lint, targets',
  ],
  [
    "apis:\n  web: { ▶<<◀: 5, servers: [a] }",
    'unknown-key: unknown key "<<" in API pool "web" | YAML 1.2 has no merge keys: use `defaults`, or write the keys out',
  ],
];

/** Wrong values point at the value, missing keys at the key of the part that lacks them. */
const VALUES: readonly Row[] = [
  [
    "apis:\n  web: { servers: [a:80], balance: ▶leastconn◀ }",
    'wrong-value: unknown algorithm "leastconn" | did you mean "least_connections"?',
  ],
  [
    "apis:\n  web: { servers: [a:80], balance: ▶least_conn◀ }",
    'wrong-value: unknown algorithm "least_conn" | did you mean "least_connections"?',
  ],
  [
    "apis:\n  web: { servers: [a:80], balance: { algorithm: ▶roundrobin◀ } }",
    'wrong-value: unknown algorithm "roundrobin" | did you mean "round_robin"?',
  ],
  [
    "apis:\n  web: { servers: [a:80], balance: ▶sticky◀ }",
    'wrong-value: unknown algorithm "sticky" | one of round_robin, least_connections, least_response_time, random, power_of_two, ip_hash, consistent_hash, first, weighted_round_robin, weighted',
  ],
  [
    "apis:\n  web: { servers: [a:80], balance: ▶5◀ }",
    'wrong-type: "balance" of API pool "web": the number 5 where an algorithm, or a map with `algorithm` must stand | null',
  ],
  [
    "apis:\n  web: { servers: [a:80], ▶balance◀:  }",
    'wrong-type: "balance" of API pool "web": nothing where an algorithm, or a map with `algorithm` must stand | null',
  ],
  ["apis:\n  web: { servers: [a:80], affinity: ▶iq◀ }", 'wrong-value: unknown affinity "iq" | did you mean "ip"?'],
  [
    "health:\n  api: { check: http, interval: ▶30◀ }",
    'wrong-type: "interval" of health policy "api": the number 30 where a duration such as 500ms, 5s, 1m, 1h or 1d must stand | a unit is never guessed: 30s, 30ms or 30m',
  ],
  [
    'health:\n  api: { check: http, interval: ▶"30"◀ }',
    'wrong-value: "interval" of health policy "api": "30" is not a duration such as 500ms, 5s, 1m, 1h or 1d | a unit is never guessed: 30s, 30ms or 30m',
  ],
  [
    "health:\n  api: { check: http, interval: ▶5 s◀ }",
    'wrong-value: "interval" of health policy "api": "5 s" is not a duration such as 500ms, 5s, 1m, 1h or 1d | null',
  ],
  [
    "health:\n  api: { check: http, interval: ▶[5s]◀ }",
    'wrong-type: "interval" of health policy "api": a list where a duration such as 500ms, 5s, 1m, 1h or 1d must stand | null',
  ],
  [
    "health:\n  api: { check: http, rise: ▶2.5◀ }",
    'wrong-type: "rise" of health policy "api": the number 2.5 where a whole number must stand | null',
  ],
  [
    "health:\n  api: { check: http, rise: ▶0◀ }",
    'wrong-value: "rise" of health policy "api": 0 is not from 1 to 100 | null',
  ],
  [
    "health:\n  api: { check: http, tls: ▶yes◀ }",
    'wrong-type: "tls" of health policy "api": the text "yes" where true or false must stand | write true',
  ],
  [
    'health:\n  api: { check: http, tls: ▶"true"◀ }',
    'wrong-type: "tls" of health policy "api": the text "true" where true or false must stand | leave the quotes out',
  ],
  [
    "health:\n  api: { check: http, expect: { status: ▶2xx◀ } }",
    'wrong-value: "status" of "expect" of health policy "api": "2xx" is not a range of status codes such as "300-399" | null',
  ],
  [
    "health:\n  api: { check: http, expect: { status: [200, ▶999◀] } }",
    'wrong-value: status 2 of "expect" of health policy "api": 999 is not a status code, 100 to 599 | null',
  ],
  ["health: { api: { check: ▶htttp◀ } }", 'wrong-value: unknown check "htttp" | did you mean "http"?'],
  [
    "apis:\n  web: { servers: [a:80], limits: { bodySize: ▶16◀ } }",
    'wrong-type: "bodySize" of "limits" of API pool "web": the number 16 where a size such as 16k, 1m or 2g must stand | a unit is never guessed: 16k or 16m',
  ],
  [
    "apis:\n  web: { listeners: { http: ▶70000◀ }, servers: [a] }",
    'wrong-value: "http" of "listeners" of API pool "web": 70000 is not a port, 1 to 65535 | null',
  ],
  [
    'apis:\n  web: { listeners: { http: ▶"80"◀ }, servers: [a] }',
    'wrong-type: "http" of "listeners" of API pool "web": the text "80" where a port, or a map with `port` must stand | leave the quotes out',
  ],
  [
    "apis:\n  web: { hostnames: ▶api.example.com◀, servers: [a] }",
    'wrong-type: "hostnames" of API pool "web": the text "api.example.com" where a list must stand | write it as a list: [api.example.com]',
  ],
  ["apis: ▶[web]◀", 'wrong-type: "apis": a list where a map must stand | null'],
  ["apis: { ▶web◀: }", 'wrong-type: API pool "web": nothing where a map must stand | null'],
  [
    "apis: { ▶web_1◀: { servers: [a] } }",
    'wrong-name: "web_1" is not a name of letters, digits and inner hyphens, 63 at most | give it another name',
  ],
  [
    "apis: { web: { servers: [▶a b◀] } }",
    'wrong-value: server 1 of API pool "web": "a b" is not a server: HOST or HOST:PORT, with {1..3} for several | null',
  ],
  [
    "apis: { web: { servers: [▶5◀] } }",
    'wrong-type: server 1 of API pool "web": the number 5 where HOST[:PORT], or a map with `host` must stand | null',
  ],
  [
    "apis: { web: { servers: [▶{ port: 80 }◀] } }",
    'missing-key: server 1 of API pool "web" lacks the key "host" | for example host: 10.0.0.1',
  ],
  ["tls: { public: { minVersion: ▶1.2◀ } }", 'wrong-value: unknown TLS version 1.2 | put it in quotes: "1.2"'],
  [
    "targets: { nginx: { version: ▶1.22◀ } }",
    'wrong-type: "version" of target "nginx": the number 1.22 where a version such as "1.22", in quotes must stand | put it in quotes: "1.22"',
  ],
  [
    "targets: { nginx: { workers: ▶many◀ } }",
    'wrong-type: "workers" of target "nginx": the text "many" where auto, or a number must stand | null',
  ],
  [
    "apis:\n  web: { servers: [a:80], retries: { when: [▶conect◀, ▶200◀, 503] } }",
    'wrong-value: unknown condition "conect" | did you mean "connect"?',
    'wrong-value: condition 2 of "retries" of API pool "web": 200 is not from 400 to 599 | null',
  ],
  [
    "apis:\n  web: { servers: [a:80], affinity: { cookie: ▶'a b'◀ } }",
    'wrong-value: "cookie" of "affinity" of API pool "web": \'a b\' is not a cookie name of letters, digits, _ and - | null',
  ],
  [
    'apis:\n  web: { servers: [a:80], headers: { request: { X-A: ▶"a\\nb"◀ } } }',
    'wrong-value: "X-A" of "request" of "headers" of API pool "web": "a\\nb" is not text of one line, without control characters | null',
  ],
  [
    'apis:\n  web: { servers: [a:80], headers: { request: { ▶"X A"◀: b } } }',
    'wrong-name: "X A" is not a header name of letters, digits and hyphens | give it another name',
  ],
  [
    "apis:\n  web: { servers: [a:80], autoscale: { min: 1, max: 2, target: ▶{}◀ } }",
    'wrong-value: "target" of "autoscale" of API pool "web": none of connections, cpu, rps stands here | write one of them',
  ],
  [
    "apis:\n  web: { servers: [a:80], autoscale: { min: 1, max: 2, target: ▶{ cpu: 70, rps: 5 }◀ } }",
    'wrong-value: "target" of "autoscale" of API pool "web": more than one of connections, cpu, rps stands here | keep one of them',
  ],
  [
    "apis:\n  web: { servers: [a:80], split: { groups: ▶[{ name: x, weight: 1, servers: [a] }]◀ } }",
    'wrong-value: "groups" of "split" of API pool "web": the list needs 2 entries at least | null',
  ],
  [
    'tls: { public: { bundle: ▶""◀ } }',
    'wrong-type: "bundle" of certificate "public": an empty text where the path of a file, without $, control characters or blanks at its ends must stand | null',
  ],
  [
    "databases: { ▶main◀: { replicas: [b] } }",
    'missing-key: database pool "main" lacks the key "primary" | for example primary: db-primary:5432',
    'missing-key: database pool "main" lacks the key "software" | for example software: postgres',
  ],
  [
    "geo: { api: { hostname: a.b, default: eu, rules: [{ country: ▶us◀, region: eu }] } }\nregions: { eu: { addresses: [192.0.2.1] } }",
    'wrong-value: "country" of rule 1 of geo name "api": "us" is not a country of two capital letters (ISO 3166-1) | null',
  ],
  ["lint: { severities: { port-shared: ▶warn◀ } }", 'wrong-value: unknown severity "warn" | did you mean "warning"?'],
  [
    "lint: { severities: { port-shared: ▶false◀ } }",
    "wrong-value: unknown severity false | one of off, info, warning, error",
  ],
];

/** Names that name nothing. */
const REFERENCES: readonly Row[] = [
  [
    "health: { api: {} }\napis:\n  web: { servers: [a:80], health: ▶ap◀ }",
    'unknown-name: there is no health policy "ap" | did you mean "api"?',
  ],
  [
    "apis:\n  web: { servers: [a:80], health: ▶api◀ }",
    'unknown-name: there is no health policy "api" | write it under `health`',
  ],
  [
    "defaults: { health: ▶edgy◀ }\nhealth: { edge: {} }\napis:\n  web: { listeners: { http: 80 }, servers: [a:80] }",
    'unknown-name: there is no health policy "edgy" | did you mean "edge"?',
  ],
  [
    "apis: { web: { servers: [{ host: a, region: ▶ue◀ }] } }\nregions: { eu: { addresses: [192.0.2.1] } }",
    'unknown-name: there is no region "ue" | did you mean "eu"?',
  ],
  [
    "apis:\n  web: { servers: [a:80], routes: [{ path: /, pool: ▶wbe◀ }] }",
    'unknown-name: there is no API pool "wbe" | did you mean "web"?',
  ],
  [
    "tls: { public: { bundle: /a } }\napis:\n  web: { listeners: { https: { port: 443, tls: ▶publik◀ } }, servers: [a] }",
    'unknown-name: there is no certificate "publik" | did you mean "public"?',
  ],
  [
    "brokers:\n  m:\n    cluster: { mode: bridge, bridges: [{ from: s2, to: ▶s11◀ }] }\n    servers: [s1, s2]",
    'unknown-name: there is no server "s11" | did you mean "s1"?',
  ],
  [
    "apis:\n  web: { servers: [a:80], split: { groups: [{ name: x, weight: 1, servers: [a] }, { name: y, weight: 2, servers: [▶bb◀] }] } }",
    'unknown-name: there is no server of this pool "bb" | there is only "a"',
  ],
  [
    "apis:\n  web: { listeners: { http: 80 }, servers: [a:80] }\ntargets: { nginx: { pools: [web, ▶wep◀] } }",
    'unknown-name: there is no pool "wep" | did you mean "web"?',
  ],
  [
    "regions: { eu: { addresses: [192.0.2.1], health: ▶edge◀ } }",
    'unknown-name: there is no health policy "edge" | write it under `health`',
  ],
  [
    "regions: { eu: { addresses: [192.0.2.1] } }\ngeo: { api: { hostname: a.b, default: eu, rules: [{ continent: EU, region: ▶eur◀ }], failover: { ▶uk◀: [eu], eu: [▶us◀] } } }",
    'unknown-name: there is no region "eur" | did you mean "eu"?',
    'unknown-name: there is no region "uk" | there is only "eu"',
    'unknown-name: there is no region "us" | there is only "eu"',
  ],
  [
    "regions: { eu: { endpoints: { ▶app◀: [a.example.com] } } }\ngeo: { api: { hostname: a.b, default: ▶eu◀, answer: endpoints } }",
    'unknown-name: there is no geo name "app" | did you mean "api"?',
    'missing-key: region "eu" has no endpoint for "api", which answers with endpoints | write endpoints: { api: [HOST] } in the region',
  ],
];

/** Whole files: the others get `version` and `name` put before them. */
const WHOLE: readonly Row[] = [
  ["▶version: 1◀", 'missing-key: the topology lacks the key "name" | for example name: routemq'],
  ["▶name: a◀", 'missing-key: the topology lacks the key "version" | for example version: 1'],
  [
    "version: ▶2◀\nname: a\nunknown: 1",
    "version: version 2 of the topology language is unknown | this lbctl reads version 1",
  ],
  [
    'version: ▶"1"◀\nname: a',
    'version: version "1" of the topology language is unknown | this lbctl reads version 1: a number, without quotes',
  ],
  ["▶version◀:\nname: a", 'version: "version" is nothing | this lbctl reads version 1'],
  [
    "version: 1\nname: ▶[a]◀",
    'wrong-type: "name": a list where a name of letters, digits and inner hyphens, 63 at most must stand | null',
  ],
  [
    "version: 1\nname: ▶12◀",
    'wrong-type: "name": the number 12 where a name of letters, digits and inner hyphens, 63 at most must stand | put it in quotes: "12"',
  ],
  [
    "version: 1\nname: ▶a_b◀",
    'wrong-value: "name": "a_b" is not a name of letters, digits and inner hyphens, 63 at most | null',
  ],
];

const START = "version: 1\nname: a\n";

const check = async (marked: string, said: readonly string[]): Promise<void> => {
  const { text, spans } = unmark(marked);
  const found = [...(await findingsOf(text))].filter(({ severity }) => severity !== "info").sort(inFileOrder);
  expect(found.map(({ rule, message, help }) => `${rule.replace(/^schema\//, "")}: ${message} | ${help}`)).toEqual(
    said,
  );
  const places = found.map(({ at }) => `${at.line}:${at.column}-${at.endLine}:${at.endColumn}`);
  expect([...new Set(places)]).toEqual(spans);
};

test.each(UNKNOWN)("an unknown key is named, with what was probably meant: %s", async (text, ...said) =>
  check(START + text, said),
);
test.each(VALUES)("what was found and what was expected is said, at the smallest place: %s", async (text, ...said) =>
  check(START + text, said),
);
test.each(REFERENCES)("a name that names nothing is said with the nearest that does: %s", async (text, ...said) =>
  check(START + text, said),
);
test.each(WHOLE)("a version or name that is missing or wrong is said: %s", async (text, ...said) => check(text, said));
