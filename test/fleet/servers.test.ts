import { describe, expect, it, test } from "vitest";
import type { Server } from "../../src/fleet/fleet.js";
import { at } from "../../src/support/node.js";
import { findingsOf, fleetOf } from "../fleet.js";

const serversOf = async (list: string, section = "apis"): Promise<readonly Server[]> =>
  (await fleetOf(`version: 1\nname: a\n${section}: { m: { servers: [${list}] } }`)).pools[0]!.servers;
const hosts = async (list: string): Promise<string[]> => (await serversOf(list)).map(({ host }) => host);
const names = async (list: string): Promise<string[]> => (await serversOf(list)).map(({ name }) => name);

describe("a range makes one server a number", () => {
  test.each<[string, string[]]>([
    ['"a-{1..3}"', ["a-1", "a-2", "a-3"]],
    ['"a{08..11}b:80"', ["a08b", "a09b", "a10b", "a11b"]], // keeps its zeros
    ['"a{0..2}"', ["a0", "a1", "a2"]],
    ['"a{9..11}"', ["a9", "a10", "a11"]],
    ['"10.0.0.{1..2}"', ["10.0.0.1", "10.0.0.2"]],
    ['"a-{5..5}"', ["a-5"]],
    ['"a-{1..2}.b", c', ["a-1.b", "a-2.b", "c"]],
  ])("%s is %j", async (list, expected) => {
    expect(await hosts(list)).toEqual(expected);
  });

  it("of 10,000 at most", async () => {
    expect(await hosts('"a{1..10000}"')).toHaveLength(10_000);
  });
});

describe("a server's name", () => {
  test.each<[string, string[]]>([
    ["a", ["a"]],
    ["a.b.example", ["a-b-example"]],
    ["10.0.0.1:80", ["10-0-0-1"]],
    ['"[2001:db8::1]:80"', ["2001-db8--1"]], // every other character is one `-`
    ['"[::1]"', ["1"]], // a DNS label begins with a letter or digit
    ["a_b", ["a-b"]],
    ["a:1, a:2, b:1", ["a-1", "a-2", "b"]], // with the port where two share a host
    ["a, a:81", ["a-80", "a-81"]],
    ["{ host: a, name: x }, b", ["x", "b"]],
    ["{ host: a, name: x }, a:81", ["x", "a-81"]],
    ["a:1, a:1, a:1", ["a-1", "a-1-2", "a-1-3"]], // the same server twice is lint's matter
    [`${"l".repeat(60)}.example`, [`${"l".repeat(60)}-ex`]], // 63 characters at most
  ])("of %s is %j", async (list, expected) => {
    expect(await names(list)).toEqual(expected);
  });
});

test("a server that is a map keeps what it says, and has the defaults of the language for the rest", async () => {
  const [full, bare] = await serversOf(
    "{ name: n, host: h, port: 5, weight: 0, maxConnections: 7, backup: true, state: drain, slowStart: 9s, proxyProtocol: v2, id: 4 }, { host: '[::1]' }",
  );
  expect(full).toMatchObject({
    name: "n",
    host: "h",
    port: 5,
    ports: null,
    weight: 0,
    maxConnections: 7,
    backup: true,
    state: "drain",
    slowStart: 9000,
    proxyProtocol: "v2",
    region: null,
    id: 4,
  });
  expect(bare).toMatchObject({
    name: "1",
    host: "::1",
    port: 80,
    weight: 1,
    maxConnections: 0,
    backup: false,
    state: "active",
    slowStart: 0,
    proxyProtocol: "none",
    region: null,
    id: null,
  });
});

test("a server takes the PROXY protocol of its pool, unless it says its own", async () => {
  const { pools } = await fleetOf(
    "version: 1\nname: a\napis: { m: { proxyProtocol: v1, servers: [a, { host: b, proxyProtocol: none }] } }",
  );
  expect(pools[0]!.servers.map(({ proxyProtocol }) => proxyProtocol)).toEqual(["v1", "none"]);
});

describe("the ports of a broker", () => {
  const portsOf = async (keys: string): Promise<unknown> => {
    const { pools } = await fleetOf(`version: 1\nname: a\nbrokers: { m: { ${keys} } }`);
    return pools[0]!.servers.map(({ port, ports }) => [port, ports!.mqtt, ports!.websocket, ports!.mqtts, ports!.wss]);
  };
  test.each([
    ["servers: [a]", [1883, 1883, 9001, 8883, 9002]],
    ["ports: { mqtt: 1, websocket: 2, mqtts: 3, wss: 4 }, servers: [a]", [1, 1, 2, 3, 4]],
    ["ports: { mqtt: 1 }, servers: [a:5]", [5, 5, 9001, 8883, 9002]], // a broker's port is its plain MQTT one
    ["ports: { websocket: 2 }, servers: [{ host: a, ports: { mqtt: 6, wss: 7 } }]", [6, 6, 2, 8883, 7]],
    ["servers: [{ host: a, port: 8, ports: { wss: 7 } }]", [8, 8, 9001, 8883, 7]],
  ])("{ %s } are %j", async (keys, ports) => {
    expect(await portsOf(keys)).toEqual([ports]);
  });
});

test("each server of a range stands where the range does", async () => {
  const servers = await serversOf('x, "a-{1..2}"');
  expect(servers.map((server) => at(server).column)).toEqual([24, 27, 27]);
});

const said = async (list: string, section = "apis"): Promise<string[]> => {
  const found = await findingsOf(`version: 1\nname: a\n${section}: { m: { servers: [${list}] } }`);
  return found
    .filter(({ severity }) => severity === "error")
    .map(
      ({ rule, message, help, related }) =>
        `${rule.slice(7)}: ${message} | ${help}${related.map((other) => ` (${other.message} ${other.at.column})`).join("")}`,
    );
};

describe("is told", () => {
  test.each<[string, string, string]>([
    [
      "a range that runs backwards",
      '"a{3..1}"',
      'wrong-range: the range in "a{3..1}" runs backwards | the lower number comes first',
    ],
    ["two ranges", '"a{1..2}b{1..2}"', 'wrong-range: "a{1..2}b{1..2}" holds 2 ranges | one range a string'],
    [
      "a range of too many",
      '"a{1..10001}"',
      'wrong-range: the range in "a{1..10001}" makes more than 10000 servers | 10000 at most',
    ],
    [
      "an address that is none",
      "34.567.89.12",
      'wrong-value: "34.567.89.12" is no address | an IPv4 address has four numbers from 0 to 255',
    ],
    [
      "an address that lacks a number",
      "10.0.1:80",
      'wrong-value: "10.0.1:80" is no address | an IPv4 address has four numbers from 0 to 255',
    ],
    [
      "a range that leaves the addresses",
      '"10.0.0.{255..256}"',
      'wrong-value: "10.0.0.{255..256}" is no address | an IPv4 address has four numbers from 0 to 255',
    ],
    [
      "an IPv6 address that is none",
      '"[::g]"',
      'wrong-value: server 1 of API pool "m": "[::g]" is not a server: HOST or HOST:PORT, with {1..3} for several | null',
    ],
    [
      "brackets without an address",
      '"[1:2]"',
      'wrong-value: "[1:2]" is no address | write an IPv6 address in the brackets',
    ],
    [
      "a host with an empty word",
      "a..b",
      'wrong-value: "a..b" is no DNS name | the words between its dots have 1 to 63 letters, digits and inner hyphens, all of them 253 at most',
    ],
    [
      "a word of 64 letters",
      "l".repeat(64),
      `wrong-value: "${"l".repeat(59)}…" is no DNS name | the words between its dots have 1 to 63 letters, digits and inner hyphens, all of them 253 at most`,
    ],
    ["a port that is none", "a:0", 'wrong-value: "a:0" has no port from 1 to 65535 | null'],
    ["a port that is too large", "a:65536", 'wrong-value: "a:65536" has no port from 1 to 65535 | null'],
    [
      "a name twice",
      "{ host: a, name: x }, { host: b, name: X }",
      'duplicate-name: a second server is called "X" | give one of them another `name` (first used here 41)',
    ],
    [
      "two hosts of one name",
      "a.b, a-b",
      'duplicate-name: a second server is called "a-b" | give one of them another `name` (first used here 24)',
    ],
    [
      "ports where there are no brokers",
      "{ host: a, ports: { mqtt: 5 } }",
      "unfit-key: `ports` is for brokers | write `port`",
    ],
  ])("%s", async (_name, list, expected) => {
    expect(await said(list)).toEqual([expected]);
  });

  it("a service's server without a port", async () => {
    expect(await said("a, { host: b }", "services")).toEqual([
      "missing-key: the server a has no port | write HOST:PORT: a service has no usual one",
      "missing-key: the server b has no port | write `port`: a service has no usual one",
    ]);
  });

  it("a fleet that fills the memory, once", async () => {
    const list = Array.from({ length: 12 }, (_, index) => `"s${index}-{1..10000}"`).join(", ");
    expect(await said(list)).toEqual([
      "wrong-range: more than 100000 servers stand up to here | split the fleet into several topologies",
    ]);
  });
});
