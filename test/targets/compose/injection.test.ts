import fc from "fast-check";
import { load } from "js-yaml";
import { expect, it } from "vitest";
import { parse } from "yaml";
import type { Certificate, Fleet } from "../../../src/fleet/fleet.js";
import target from "../../../src/targets/compose/index.js";
import { fleetOf } from "../../fleet.js";
import { optionsOf, type ReadCompose } from "./read.js";

const TOPOLOGY = `version: 1
name: t
tls: { public: { certificate: /MARK/c, key: /MARK/k, clientCa: /MARK/a } }
brokers:
  mqtt:
    software: mosquitto
    access: { anonymous: true, passwordFile: /MARK/p, aclFile: /MARK/l }
    persistence: true
    listeners: { mqtts: { port: 8883, tls: public } }
    servers: [b1]
targets: { nginx: { include: [/MARK/i] }, haproxy: { include: [/MARK/i] }, compose: {} }
`;

/** Every text below a value, with `MARK` put back where `text` stands. */
const shapeOf = (value: unknown, text: string): unknown =>
  typeof value === "string"
    ? value.replaceAll(`/${text.replaceAll("$", "$$$$")}/`, "/MARK/")
    : Array.isArray(value)
      ? value.map((each) => shapeOf(each, text))
      : typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each, text)]))
        : value;

/** The fleet with every path's MARK replaced, as it would be had the topology said so. */
function withPaths(fleet: Fleet, text: string): Fleet {
  const put = (path: string | null): string | null => path?.replace("MARK", () => text) ?? null;
  const certificate = (each: Certificate): Certificate => ({
    ...each,
    certificate: put(each.certificate),
    key: put(each.key),
    clientCa: put(each.clientCa),
  });
  const pools = fleet.pools.map((pool) => ({
    ...pool,
    ...(pool.kind === "brokers" && pool.access
      ? { access: { ...pool.access, passwordFile: put(pool.access.passwordFile), aclFile: put(pool.access.aclFile) } }
      : {}),
    listeners: pool.listeners.map((listener) => ({
      ...listener,
      tls:
        listener.tls?.mode === "terminate"
          ? { ...listener.tls, certificate: certificate(listener.tls.certificate) }
          : null,
    })),
  })) as Fleet["pools"];
  const targets = fleet.targets.map((each) =>
    each.options.include ? { ...each, options: { include: [put("/MARK/i")] } } : each,
  );
  return { ...fleet, pools, targets };
}

it("any path comes out of another author's YAML reader as the same path, and changes nothing else", async () => {
  const fleet = await fleetOf(TOPOLOGY);
  const plain = load(target.render(fleet, optionsOf(fleet))[0]!.text) as ReadCompose;
  const sharp = fc.constantFrom(
    ..."${}:#-?&*!|>'\"%@`,[]\\ \t\u0085\u2028\ufeff~é".split(""),
    "$$",
    "${HOME}",
    ": ",
    " #",
    "yes",
    "1:1",
  );
  // what the schema lets through: no control characters of ASCII, no lone surrogates
  const texts = fc
    .string({
      unit: fc.oneof(sharp, fc.string({ unit: "binary", minLength: 1, maxLength: 1 })),
      minLength: 1,
      maxLength: 30,
    })
    .filter((text) => !/[\0-\x1f\x7f\p{Cs}]/u.test(text) && !"MARK/".includes(text) && !/^[\w/.-]*$/.test(text));
  fc.assert(
    fc.property(texts, (text) => {
      const rendered = target.render(withPaths(fleet, text), optionsOf(fleet))[0]!.text;
      expect(shapeOf(load(rendered), text)).toEqual(plain);
      expect(shapeOf(parse(rendered), text)).toEqual(plain);
    }),
    { numRuns: 300 },
  );
});
