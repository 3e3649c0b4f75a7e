import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { findingsOf } from "../fleet.js";

const ROOT = join(import.meta.dirname, "../..");
type Schema = { readonly [key: string]: unknown };
const schema = JSON.parse(readFileSync(join(ROOT, "schemas/topology.schema.json"), "utf8")) as Schema;
const definitions = schema.$defs as Record<string, Schema>;

/** A schema with its reference followed; what stands beside the reference wins. */
const whole = (part: Schema): Schema => {
  const target = typeof part.$ref === "string" ? whole(definitions[part.$ref.split("/").at(-1)!]!) : {};
  return { ...target, ...part };
};

/** Every part of the schema with its JSON Pointer, references not followed. */
function* partsOf(part: unknown, pointer = ""): Generator<[string, Schema]> {
  if (typeof part !== "object" || part === null) return;
  if (!Array.isArray(part)) yield [pointer, part as Schema];
  for (const [key, inner] of Object.entries(part)) {
    if (key === "examples" || key === "default" || key === "const" || key === "enum") continue;
    yield* partsOf(inner, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  }
}

const parts = [...partsOf(schema)];
const properties = parts.flatMap(([pointer, part]) =>
  Object.entries((part.properties as Record<string, Schema> | undefined) ?? {}).map(
    ([key, property]) => [`${pointer}/properties/${key}`, whole(property)] as const,
  ),
);

describe("the schema helps an editor: every key", () => {
  it.each(properties)("%s has a description of one or two sentences", (_pointer, property) => {
    expect(property.description).toMatch(/^[A-Z].*\.$/);
    expect(String(property.description).length).toBeLessThan(160);
  });

  it.each(properties.filter(([, { type, properties: keys, anyOf }]) => !(type === "object" && keys) && !anyOf))(
    "%s has an example",
    (_pointer, property) => {
      expect(property.examples).toBeDefined();
    },
  );

  it.each(parts.filter(([, { type }]) => type === "object"))("%s takes no key that is not named", (_pointer, part) => {
    expect(part.additionalProperties).toBeDefined();
  });

  it.each(parts.filter(([, { type }]) => type === "integer" || type === "number"))("%s has both limits", (_, part) => {
    expect([typeof part.minimum, typeof part.maximum]).toEqual(["number", "number"]);
  });

  it.each(parts.filter(([, { pattern }]) => typeof pattern === "string"))(
    "%s says in words what it expects",
    (_, part) => {
      expect(part["x-expected"]).toMatch(/^[a-z*]/i);
    },
  );
});

describe("examples and defaults follow the schema they stand at", () => {
  const ajv = new Ajv2020({ strict: false, unicodeRegExp: true });
  ajv.addSchema(schema);
  const id = String(schema.$id);
  const values = parts.flatMap(([pointer, part]) => [
    ...((part.examples as unknown[] | undefined) ?? []).map((value) => [pointer, "example", value] as const),
    ...(part.default === undefined ? [] : [[pointer, "default", part.default] as const]),
  ]);
  it.each(values)("%s: %s %j", (pointer, _what, value) => {
    // A variable stands for a text, here for one that needs no more.
    const judged = value === "${LBCHECK_PASSWORD}" ? "text" : value;
    const check = ajv.compile({ $ref: `${id}#${encodeURI(pointer)}` });
    expect(check(judged), JSON.stringify(check.errors)).toBe(true);
  });
  it("are many", () => {
    expect(values.length).toBeGreaterThan(250);
  });
});

const POOL = [
  "listeners",
  "balance",
  "affinity",
  "health",
  "timeouts",
  "sessions",
  "limits",
  "proxyProtocol",
  "kubernetes",
];

/** [where, the keys that the language has there, in the words of its description]. */
const KEYS: readonly (readonly [string, readonly string[]])[] = [
  [
    "",
    [
      "version",
      "name",
      "domain",
      "defaults",
      "health",
      "tls",
      "brokers",
      "apis",
      "databases",
      "services",
      "regions",
      "geo",
      "behind",
      "resolver",
      "reload",
      "lint",
      "targets",
    ],
  ],
  ["defaults", ["balance", "timeouts", "health", "retries"]],
  [
    "health.*",
    [
      "check",
      "interval",
      "timeout",
      "rise",
      "fall",
      "port",
      "path",
      "host",
      "expect",
      "user",
      "username",
      "password",
      "accept",
      "tls",
      "checks",
      "require",
      "passive",
      "onFail",
    ],
  ],
  ["health.*.expect", ["status", "body"]],
  ["health.*.checks.*", ["check", "port", "path", "host", "expect", "user", "username", "password", "accept", "tls"]],
  ["health.*.passive", ["failures", "window", "out"]],
  ["tls.*", ["certificate", "key", "bundle", "minVersion", "clientCa", "secret"]],
  ["brokers.*", [...POOL, "servers", "software", "cluster", "access", "persistence", "clients", "keepalive", "ports"]],
  ["brokers.*.cluster", ["mode", "topics", "qos", "bridges"]],
  ["brokers.*.cluster.bridges.*", ["from", "to", "topics", "direction"]],
  ["brokers.*.access", ["anonymous", "passwordFile", "aclFile"]],
  ["brokers.*.clients", ["persistent", "retained", "idLength"]],
  ["brokers.*.ports", ["mqtt", "websocket", "mqtts", "wss"]],
  ["brokers.*.listeners", ["mqtt", "websocket", "mqtts", "wss"]],
  [
    "brokers.*.servers.*",
    [
      "name",
      "host",
      "port",
      "ports",
      "weight",
      "maxConnections",
      "backup",
      "state",
      "slowStart",
      "proxyProtocol",
      "region",
      "id",
    ],
  ],
  ["brokers.*.affinity", ["cookie", "header", "by", "fallback", "expire", "size", "length"]],
  [
    "apis.*",
    [
      ...POOL,
      "servers",
      "hostnames",
      "routes",
      "idleConnections",
      "serverTls",
      "retries",
      "rateLimit",
      "circuitBreaker",
      "split",
      "headers",
      "autoscale",
    ],
  ],
  ["apis.*.listeners", ["http", "https"]],
  ["apis.*.listeners.https", ["port", "address", "tls", "path", "redirect", "behind", "allow"]],
  ["apis.*.listeners.https.behind", ["proxies", "by"]],
  ["apis.*.balance", ["algorithm", "key", "fallback"]],
  [
    "apis.*.routes.*",
    [
      "path",
      "match",
      "pool",
      "methods",
      "rewrite",
      "headers",
      "balance",
      "affinity",
      "timeouts",
      "retries",
      "rateLimit",
      "websocket",
    ],
  ],
  ["apis.*.idleConnections", ["count", "timeout", "serverTimeout"]],
  ["apis.*.serverTls", ["verify", "ca", "sni"]],
  ["apis.*.retries", ["attempts", "when", "methods"]],
  ["apis.*.rateLimit", ["requests", "per", "burst", "key", "status"]],
  ["apis.*.circuitBreaker", ["failures", "window", "open", "halfOpen"]],
  ["apis.*.split", ["key", "groups"]],
  ["apis.*.split.groups.*", ["name", "weight", "servers"]],
  ["apis.*.headers", ["request", "response"]],
  ["apis.*.autoscale", ["min", "max", "target", "cooldown"]],
  ["apis.*.autoscale.target", ["connections", "cpu", "rps"]],
  ["apis.*.timeouts", ["connect", "send", "read", "idle", "request", "queue"]],
  ["apis.*.sessions", ["typical", "max", "onDown", "onDrain"]],
  ["apis.*.limits", ["connections", "connectionRate", "queue", "bodySize"]],
  ["apis.*.limits.connectionRate", ["requests", "per", "key"]],
  ["apis.*.kubernetes", ["workload", "selector", "service"]],
  ["apis.*.kubernetes.service", ["type", "externalTrafficPolicy", "annotations"]],
  ["databases.*", [...POOL, "software", "primary", "replicas", "readFallback", "clientPool"]],
  ["databases.*.listeners", ["write", "read"]],
  ["databases.*.clientPool", ["size", "overflow", "acquireTimeout", "recycle"]],
  ["services.*", [...POOL, "servers", "protocol"]],
  ["regions.*", ["addresses", "endpoints", "location", "health"]],
  ["regions.*.location", ["latitude", "longitude"]],
  ["geo.*", ["hostname", "answer", "ttl", "default", "rules", "failover", "failoverWithin"]],
  ["geo.*.rules.*", ["continent", "country", "subdivisions", "region"]],
  ["behind", ["proxies", "by"]],
  ["resolver", ["servers", "valid"]],
  ["reload", ["grace"]],
  ["lint", ["severities"]],
  ["targets", ["nginx", "haproxy", "mosquitto", "compose"]],
  ["targets.nginx", ["version", "pools", "workers", "connections", "modules", "health", "logs", "include"]],
  ["targets.nginx.health", ["address", "port", "path"]],
  [
    "targets.haproxy",
    ["version", "pools", "maxConnections", "stats", "socket", "prometheus", "peers", "health", "logs", "include"],
  ],
  ["targets.haproxy.prometheus", ["address", "port"]],
  ["targets.haproxy.stats", ["address", "port"]],
  ["targets.mosquitto", ["version", "pools"]],
  ["targets.compose", ["version", "pools", "images", "expose"]],
];

/** What a schema takes: itself, or of several forms the one that is a map. */
const mapOf = (part: Schema): Schema => {
  const all = whole(part);
  return ((all.anyOf as Schema[] | undefined) ?? []).map(whole).find(({ type }) => type === "object") ?? all;
};

const at = (path: string): Schema =>
  path === ""
    ? schema
    : path.split(".").reduce((part: Schema, key) => {
        const map = mapOf(part);
        if (key !== "*") return (map.properties as Record<string, Schema>)[key]!;
        return (map.type === "array" ? map.items : map.additionalProperties) as Schema;
      }, schema);

test.each(KEYS)("%s has exactly the keys of the language", (path, keys) => {
  expect(Object.keys(mapOf(at(path)).properties as object).toSorted()).toEqual([...keys].toSorted());
});

/** [where, the default that the language's table names]. */
const DEFAULTS: readonly (readonly [string, unknown])[] = [
  ["brokers.*.balance", "least_connections"],
  ["databases.*.balance", "least_connections"],
  ["apis.*.balance", "round_robin"],
  ["services.*.balance", "round_robin"],
  ["brokers.*.software", "other"],
  ["apis.*.affinity", "none"],
  ["brokers.*.clients.persistent", false],
  ["brokers.*.clients.retained", false],
  ["brokers.*.clients.idLength", 64],
  ["brokers.*.keepalive", "60s"],
  ["apis.*.timeouts.connect", "5s"],
  ["apis.*.timeouts.send", "60s"],
  ["apis.*.timeouts.read", "60s"],
  ["apis.*.timeouts.request", "2m"],
  ["apis.*.timeouts.queue", "5s"],
  ["health.*.interval", "5s"],
  ["health.*.timeout", "2s"],
  ["health.*.rise", 2],
  ["health.*.fall", 3],
  ["health.*.passive.failures", 3],
  ["health.*.passive.window", "10s"],
  ["health.*.passive.out", "10s"],
  ["health.*.expect.status", "200-299"],
  ["health.*.onFail", "mark_down"],
  ["apis.*.retries.attempts", 2],
  ["apis.*.retries.when", ["connect"]],
  ["apis.*.retries.methods", "idempotent"],
  ["brokers.*.listeners.websocket.path", "/mqtt"],
  ["tls.*.minVersion", "1.2"],
  ["apis.*.servers.*.weight", 1],
  ["apis.*.servers.*.state", "active"],
  ["apis.*.servers.*.maxConnections", 0],
  ["apis.*.servers.*.slowStart", "0s"],
  ["apis.*.servers.*.proxyProtocol", "none"],
  ["apis.*.idleConnections.count", 32],
  ["apis.*.idleConnections.timeout", "4s"],
  ["apis.*.idleConnections.serverTimeout", "5s"],
  ["brokers.*.sessions.typical", "20m"],
  ["databases.*.sessions.typical", "10m"],
  ["apis.*.sessions.typical", "10s"],
  ["brokers.*.sessions.onDown", "close"],
  ["databases.*.sessions.onDown", "close"],
  ["services.*.sessions.onDown", "close"],
  ["apis.*.sessions.onDown", "keep"],
  ["apis.*.sessions.onDrain", "keep"],
  ["databases.*.readFallback", "primary"],
  ["apis.*.rateLimit.burst", 0],
  ["apis.*.rateLimit.key", "client_ip"],
  ["apis.*.rateLimit.status", 429],
  ["apis.*.circuitBreaker.failures", 5],
  ["apis.*.circuitBreaker.window", "30s"],
  ["apis.*.circuitBreaker.open", "60s"],
  ["apis.*.circuitBreaker.halfOpen", 1],
  ["apis.*.limits.bodySize", "1m"],
  ["reload.grace", "10m"],
  ["geo.*.ttl", "60s"],
  ["geo.*.answer", "addresses"],
  ["targets.nginx.version", "1.22"],
  ["targets.nginx.workers", "auto"],
  ["targets.nginx.connections", 16384],
  ["targets.haproxy.version", "2.6"],
  ["targets.haproxy.maxConnections", 16384],
  ["targets.nginx.health.address", "127.0.0.1"],
  ["targets.nginx.health.port", 8405],
  ["targets.nginx.health.path", "/lb-health"],
];

test.each(DEFAULTS)("%s says its default %j", (path, value) => {
  expect(whole(at(path)).default).toEqual(value);
});

describe("the examples", () => {
  it.each(["routemq", "minimal"])("%s follows the schema, and the language", async (name) => {
    const text = readFileSync(join(ROOT, "examples", name, "topology.yaml"), "utf8");
    const check = new Ajv2020({ strict: false, unicodeRegExp: true }).compile(schema);
    expect(check(parse(text)), JSON.stringify(check.errors)).toBe(true);
    expect((await findingsOf(text)).filter(({ severity }) => severity !== "info")).toEqual([]);
  });

  it("minimal has less than ten lines", () => {
    expect(readFileSync(join(ROOT, "examples/minimal/topology.yaml"), "utf8").split("\n").length).toBeLessThan(11);
  });
});
