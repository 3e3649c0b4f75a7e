import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Directive, nameOf, parse } from "../../../src/syntax/nginx/parse.js";
import { rendered } from "./rendered.js";

/** A topology with a text in every place where the schema takes nearly anything. */
const topology = (text: string) =>
  Object.entries({
    tls: { t: { certificate: `/a${text}z`, key: `/b${text}z`, clientCa: `/c${text}z` } },
    apis: {
      web: {
        listeners: { https: { port: 443, tls: "t" } },
        servers: ["10.0.0.1:80"],
        headers: { request: { "X-A": `a${text}z` }, response: { "X-B": `a${text}z` } },
        routes: [
          { path: `/p${text}z`, rewrite: `/r${text}z`, match: "exact" },
          { path: `/s${text}z/t`, pool: "half", rewrite: `/r${text}z` },
        ],
      },
      half: {
        servers: ["10.0.0.{1..2}:80"],
        split: {
          groups: [
            { name: "a", weight: 1, servers: ["10-0-0-1"] },
            { name: "b", weight: 1, servers: ["10-0-0-2"] },
          ],
        },
      },
    },
    targets: {
      nginx: {
        logs: { access: `/l${text}z`, error: `/e${text}z` },
        include: [`/i${text}z`],
        health: { path: `/h${text}z` },
      },
    },
  })
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join("");

/** Names and numbers of words, block by block; the variable for `$` left out. */
const shape = (directives: readonly Directive[]): unknown[] =>
  directives
    .filter((directive) => !(nameOf(directive) === "geo" && directive.words[1]?.text === "$dollar"))
    .map((directive) => [nameOf(directive), directive.words.length, directive.block && shape(directive.block)]);

const SIGNS = fc.string({ unit: fc.constantFrom(..."\"'\\;{}()$&|*.+^%~=,:@[]<>`!#? aé漢"), maxLength: 12 });

describe("no value changes the structure of nginx.conf", () => {
  it("whatever stands in headers, paths and files", async () => {
    const harmless = shape(parse(await rendered(topology("x"))).directives);
    let written = 0;
    await fc.assert(
      fc.asyncProperty(SIGNS, async (text) => {
        const configuration = await rendered(topology(text)).catch((error: Error) => {
          if (error.message.startsWith("not a topology")) return null; // refused with a position by the schema
          throw error;
        });
        if (configuration === null) return;
        written += 1;
        const { directives, problems } = parse(configuration);
        expect(problems).toEqual([]);
        expect(shape(directives)).toEqual(harmless);
      }),
      { numRuns: 400 },
    );
    expect(written).toBeGreaterThan(40);
  });
});
