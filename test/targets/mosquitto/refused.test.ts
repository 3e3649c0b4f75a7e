import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { whyNotRest, whyNotTopic } from "../../../src/syntax/mosquitto/quote.js";
import { findingsOf } from "../../fleet.js";

const topology = (topic: string, path: string): string => `version: 1
name: t
brokers:
  mqtt:
    software: mosquitto
    cluster: { mode: bridge, topics: [${JSON.stringify(topic)}] }
    access: { anonymous: true, passwordFile: ${JSON.stringify(path)} }
    persistence: true
    servers: [a, b]
`;

/** The lines on which a topology with these texts is refused. */
const refusedAt = async (topic: string, path: string): Promise<number[]> =>
  (await findingsOf(topology(topic, path))).filter(({ severity }) => severity === "error").map(({ at }) => at.line);

describe("what mosquitto's file cannot hold is refused where the topology says it", () => {
  it.each(["a b", 'a"b', "a#", "#/a", "a\u0085b", "a\ufffeb", "a\ufdd0"])("the topic %j", async (topic) => {
    expect(await refusedAt(topic, "/p")).toEqual([6]);
  });
  it.each([" /p", "/p ", "/p\nx", "/p\u0085x", "/p\ufffe"])("the path %j", async (path) => {
    expect(await refusedAt("#", path)).toEqual([7]);
  });

  it("whatever passes, mosquitto's file can hold", async () => {
    const sharp = fc.constantFrom(..." #+/\"'\\$\t\n\u0085\u2028\ufdd0\ufffe\u00a0\ufeffé");
    const texts = fc.string({
      unit: fc.oneof(sharp, fc.string({ unit: "binary", minLength: 1, maxLength: 1 })),
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(texts, texts, async (topic, path) => {
        const lines = await refusedAt(topic, path);
        if (!lines.includes(6)) expect(whyNotTopic(topic)).toBeNull();
        if (!lines.includes(7)) expect(whyNotRest(path)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});
