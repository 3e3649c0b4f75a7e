import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { argumentsOf, type Directive, nameOf, parse } from "../../../src/syntax/nginx/parse.js";
import { audited, block, checked, rendered } from "./rendered.js";
import { NGINX } from "./running.js";

/** The fleet that is copied from guides most often: three brokers, three API servers, `/api/`, `/health`, `/ws/`. */
const TOPOLOGY = readFileSync(join(import.meta.dirname, "../../../examples/routemq/topology.yaml"), "utf8");

/** Every directive of a tree with the names of the blocks around it. */
function* walk(
  directives: readonly Directive[],
  path: readonly string[] = [],
): Generator<[string, string[], readonly string[]]> {
  for (const directive of directives) {
    yield [nameOf(directive), argumentsOf(directive), path];
    if (directive.block)
      yield* walk(directive.block, [...path, [nameOf(directive), ...argumentsOf(directive)].join(" ")]);
  }
}

describe("what goes wrong with copied nginx configurations, and does not here", () => {
  let text = "";
  let all: [string, string[], readonly string[]][] = [];
  beforeAll(async () => {
    text = await rendered(TOPOLOGY);
    all = [...walk(parse(text).directives)];
  });
  const named = (name: string, within = "") =>
    all.filter(([own, , path]) => own === name && (within === "" || path.some((part) => part.startsWith(within))));

  it("a silent MQTT client is not cut before its broker would: 1.5 x the keep-alive on every MQTT listener", () => {
    const mqtt =
      named("server", "stream").length > 0
        ? /proxy_pass mqtt;\n.*\n *proxy_timeout (.*); {2}# 1\.5 x the 60s keep-alive/g
        : /$^/g;
    expect([...text.matchAll(mqtt)].map(([, timeout]) => timeout)).toEqual(["90s", "90s"]);
    expect(block(text, "# brokers mqtt: websocket").some((line) => line.startsWith("proxy_read_timeout 90s;"))).toBe(
      true,
    );
  });

  it("affinity by address is a hash of the address, never a forged source address", () => {
    expect(named("proxy_bind")).toEqual([]);
    expect(block(text, "upstream mqtt")).toContain("hash $remote_addr consistent;");
  });

  it("no HTTP is sent to a port that speaks MQTT", () => {
    const upstreams = named("proxy_pass", "http").map(([, [target]]) => target!.replace(/^https?:\/\//, ""));
    for (const upstream of upstreams)
      for (const line of block(text, `upstream ${upstream}`)) expect(line).not.toMatch(/:1883\b/);
    expect(block(text, "upstream mqtt_websocket").filter((line) => line.startsWith("server"))).toHaveLength(3);
  });

  it("that nginx never checks a broker by itself is said, not passed over", async () => {
    const lines = await audited(TOPOLOGY);
    expect(lines.filter((line) => line.startsWith("info health.check.mqtt"))).toHaveLength(1);
  });

  it("one failed connection does not take a server out", () => {
    for (const [, parameters] of named("server", "stream").concat(named("server", "http"))) {
      const failures = parameters.find((parameter) => parameter.startsWith("max_fails="));
      if (failures) expect(failures).not.toBe("max_fails=1");
    }
  });

  it("the balancer's health route speaks of the balancer alone, on loopback, with one content type", () => {
    const health = block(text, "# this nginx itself: alive, whatever the servers behind it do");
    expect(health).toContain("listen 127.0.0.1:8405;");
    expect(block(text, "location = /lb-health")).toEqual(["default_type text/plain;", 'return 200 "alive\\n";']);
    expect(text).not.toMatch(/add_header Content-Type/i);
    expect(text).not.toContain("healthy");
  });

  it("`stream` is loaded where it is a module of its own", () => {
    expect(text.indexOf("include /etc/nginx/modules-enabled/*.conf;")).toBeLessThan(text.indexOf("stream {"));
    expect(text.indexOf("include /etc/nginx/modules-enabled/*.conf;")).toBeGreaterThan(0);
  });

  it("names that are looked up once are a warning, and the check needs none of them", async () => {
    expect((await audited(TOPOLOGY)).filter((line) => line.startsWith("warning resolver"))).toHaveLength(1);
    if (NGINX) expect(await checked(TOPOLOGY)).toMatchObject({ result: "ok", findings: [] });
  });

  it("the file is whole: events, stream and http", () => {
    expect(
      parse(text)
        .directives.filter(({ block }) => block)
        .map(nameOf),
    ).toEqual(["events", "stream", "http"]);
  });

  it("each time-out stands where nginx knows it", () => {
    expect(named("proxy_timeout", "http")).toEqual([]);
    expect([...named("proxy_read_timeout", "stream"), ...named("proxy_send_timeout", "stream")]).toEqual([]);
  });

  it("balancing methods stand in upstreams: a sticky route has one of its own", () => {
    for (const method of ["ip_hash", "least_conn", "hash", "random"])
      for (const [, , path] of named(method)) expect(path.at(-1)).toMatch(/^upstream /);
    expect(block(text, "location /ws/")).toContain("proxy_pass http://routemq_ip_hash;");
  });

  it("connections to the servers are kept, which takes three directives, the method first", () => {
    const upstream = block(text, "upstream routemq");
    expect(upstream).toContain("keepalive 32;");
    expect(upstream.indexOf("least_conn;")).toBeLessThan(upstream.indexOf("keepalive 32;"));
    expect(named("proxy_http_version").map(([, [version]]) => version)).toEqual(["1.1"]);
    expect(named("proxy_set_header").filter(([, [name, value]]) => name === "Connection" && value === "")).not.toEqual(
      [],
    );
  });

  it("a silent WebSocket is not cut after a minute", () => {
    expect(block(text, "location /ws/")).toContain("proxy_read_timeout 1h;");
  });

  it("only WebSocket routes upgrade, with the same forwarded headers as every other", () => {
    const upgrading = named("proxy_set_header").filter(([, [name, value]]) => name === "Connection" && value !== "");
    expect(upgrading.map(([, , path]) => path.at(-1))).toEqual(["server", "location /ws/"]); // the brokers' WebSocket, and ours
    const headers = (path: string) =>
      block(text, path).filter((line) => line.startsWith("proxy_set_header") && !/ (?:Upgrade|Connection) /.test(line));
    const usual = named("proxy_set_header")
      .filter(([, , path]) => path.join() === "http")
      .map(([, words]) => words[0]);
    expect(headers("location /ws/").map((line) => line.split(" ")[1])).toEqual(
      usual.filter((name) => name !== "Connection"),
    );
  });

  it("a plain request on a WebSocket route reaches no server: it would make all of them look failed", () => {
    for (const place of ["location /ws/", "location = /mqtt"])
      expect(block(text, place).join(" ")).toContain("return 426;");
  });

  it("statuses that a retry was asked for go on to the next server, no more often than said", () => {
    expect(named("proxy_next_upstream").map(([, words]) => words.join(" "))).toContain(
      "error timeout http_502 http_503",
    );
    expect(new Set(named("proxy_next_upstream_tries").map(([, [tries]]) => tries))).toEqual(new Set(["3"]));
  });

  it("what a client claims of its own address is overwritten", () => {
    const values = named("proxy_set_header")
      .filter(([, [name]]) => name === "X-Forwarded-For")
      .map(([, [, value]]) => value);
    expect(new Set(values)).toEqual(new Set(["$remote_addr"]));
    expect(text).not.toContain("$proxy_add_x_forwarded_for");
  });

  it("paths that no route takes get a 404 on purpose", () => {
    expect(text).toMatch(/# no route takes it\n +location \/ \{\n +return 404;/);
  });

  it("every upstream shares its state among the workers", () => {
    const upstreams = parse(text)
      .directives.flatMap(({ block }) => block ?? [])
      .filter((directive) => nameOf(directive) === "upstream");
    expect(upstreams.length).toBeGreaterThan(4);
    for (const { block } of upstreams) expect(nameOf(block![0]!)).toBe("zone");
  });
});
