import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { buildFleet } from "../../src/fleet/build.js";
import { MOST_OF_A_RULE } from "../../src/support/collected.js";
import { type Finding, inFileOrder } from "../../src/support/finding.js";
import type { Source } from "../../src/support/source.js";
import { decode } from "../../src/topology/file.js";
import { readTopology } from "../../src/topology/read.js";

const EXAMPLE = readFileSync(join(import.meta.dirname, "../everything.yaml"), "utf8");
const MB = 1024 * 1024;
/** Milliseconds of the processor that any text of 1 MB may take. */
const A_SECOND = 1000;

/** Reads and builds a text as `validate` does. Every finding has a place in the text. */
async function findingsOf(text: string): Promise<Finding[]> {
  const reading = await readTopology(decode("t.yaml", new TextEncoder().encode(text)), {});
  const built = reading.topology ? buildFleet(reading.topology).findings : [];
  const findings = [...reading.findings, ...built].sort(inFileOrder);
  for (const { at, related } of findings)
    for (const place of [at, ...related.map((other) => other.at)]) checkPlace(reading.source, place);
  return findings;
}

function checkPlace(source: Source, { file, line, column, endLine, endColumn }: Finding["at"]): void {
  const isPlace =
    file === "t.yaml" &&
    line >= 1 &&
    line <= source.lineStarts.length &&
    column >= 1 &&
    column <= source.line(line).length + 1 &&
    (endLine > line || (endLine === line && endColumn >= column));
  if (!isPlace) throw new Error(`no place of the text: ${line}:${column}-${endLine}:${endColumn}`);
}

const repeated = (piece: string, length = MB): string =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
const many = (count: number, piece: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => piece(index)).join("");
const HEAD = "version: 1\nname: a\n";

/** One text each that only repeats a piece. */
const PIECES = [
  "[",
  "{",
  "\t",
  "- ",
  "a: ",
  "&a *a\n",
  "- &a a\n- *a\n",
  "&a ",
  "*a ",
  "! ",
  "- !!x a\n",
  "? ",
  "? a\n",
  "|\n",
  "a: |9\n",
  "a: >\n x\n",
  '"',
  "'",
  "#",
  "# a\n",
  "\n",
  " ",
  "\r",
  "\r\n",
  "a: b\r\n",
  "---\n",
  "...\n",
  "%",
  "%YAML 1.2\n---\n",
  ",",
  "[]",
  "{}",
  "[{",
  "{a: ",
  ": ",
  "]",
  "}",
  "@",
  "`a\n",
  "- - - a\n",
  "<<: {a: 1}\n",
  "x",
  "x ",
  "x y: z\n",
  "é",
  "😀",
  "\u2028",
  "\u0007",
  '<div class="a">\n',
  '{"a": [1, {"b": null}],\n',
  "domain: a.b\n",
  "__proto__: 1\n",
  "${A}",
  "a:b:c:",
  "a:\n  b\n",
  "k".repeat(5000),
];

/** Texts that are well-formed, and wrong in as many places as fit. */
const WRONG: Readonly<Record<string, string>> = {
  "a quote that does not end": `domain: "${repeated("\\n")}`,
  "an open bracket of values": `a: [${repeated("a,")}`,
  "an open bracket of commas": `a: [${repeated(",")}`,
  "a list of values": `${HEAD}x: [${repeated("a,")}]`,
  "brackets in brackets": `${HEAD}x: [${repeated("[[[[[[[[a]]]]]]]],")}]`,
  "comments in brackets": `${HEAD}x: [\n${repeated("# x\n")}]`,
  stairs: many(1400, (index) => `${" ".repeat(index)}a:\n`),
  "unknown keys": HEAD + many(80_000, (index) => `u${index}: 1\n`),
  "unknown keys of a pool": `${HEAD}apis:\n  a:\n${many(50_000, (index) => `    u${index}: 1\n`)}`,
  "pools with unknown keys": `${HEAD}apis:\n${many(60_000, (index) => `  p${index}: {a: 1}\n`)}`,
  "policies with unknown keys in one line": `${HEAD}health: {${many(50_000, (index) => `p${index}: {chek: tcp}, `)}}`,
  "keys twice": `${HEAD}health:\n${many(60_000, () => "  a: {check: tcp}\n")}`,
  "keys twice in one line": `${HEAD}health: {${many(100_000, () => "p: {}, ")}}`,
  "names that cannot be": `${HEAD}health: {${many(80_000, (index) => `p_${index}: {}, `)}}`,
  "wide names in one line": `${HEAD}health: {${many(50_000, (index) => `"😀${index}": {}, `)}}`,
  "servers without a host": `${HEAD}apis:\n a:\n  servers:\n${many(50_000, (index) => `   - {hosst: a${index}}\n`)}`,
  "servers that are numbers": `${HEAD}apis: {a: {servers: [${repeated("1,")}]}}`,
  "servers that are no hosts": `${HEAD}apis: {a: {servers: [${repeated("a b,")}]}}`,
  "servers that are no addresses": `${HEAD}apis: {a: {servers: [${repeated("1.2.3,")}]}}`,
  "the same server": `${HEAD}apis: {a: {servers: [${repeated("a:1,")}]}}`,
  "servers without a port": `${HEAD}services: {a: {servers: [${repeated("a,")}]}}`,
  "ranges that fill the memory": `${HEAD}apis: {a: {servers: [${many(40_000, (index) => `"a${index}-{1..10000}",`)}]}}`,
  "a star that fills the memory": `${HEAD}brokers:\n m:\n  servers: ["s{1..10000}"]\n  cluster: {mode: bridge}\n`,
  "bridges to nobody": `${HEAD}brokers:\n m:\n  servers: [${many(10_000, (index) => `s${index},`)}]\n  cluster: {mode: bridge, bridges: [${many(20_000, (index) => `{from: x${index}, to: s1}, `)}]}\n`,
  "the same route": `${HEAD}apis:\n a:\n  routes:\n${many(50_000, () => "   - {path: /a}\n")}`,
  "routes to nowhere": `${HEAD}apis:\n a:\n  routes:\n${many(30_000, (index) => `   - {path: /a${index}, pool: x${index}}\n`)}`,
  "rules for one country": `${HEAD}regions: {eu: {addresses: [192.0.2.1]}}\ngeo:\n a:\n  hostname: a.b\n  default: eu\n  rules:\n${many(30_000, () => "   - {country: US, region: eu}\n")}`,
  "policies that are near": `${HEAD}health: {${many(20_000, (index) => `h${index}: {check: tcp}, `)}}\nregions: {${many(12_000, (index) => `r${index}: {addresses: [192.0.2.1], health: hh${index}}, `)}}`,
  "pools of a target that are near": `${HEAD}apis: {${many(30_000, (index) => `p${index}: {}, `)}}\ntargets: {nginx: {pools: [${many(50_000, (index) => `q${index}, `)}]}}`,
  "groups that share their servers": `${HEAD}apis:\n a:\n  servers: [${many(40_000, (index) => `s${index},`)}]\n  split: {groups: [{name: a, weight: 1, servers: [${many(40_000, (index) => `s${index},`)}]}, {name: b, weight: 1, servers: [${many(40_000, (index) => `s${index},`)}]}]}\n`,
  "variables that are not set": `${HEAD}apis: {a: {hostnames: [${many(90_000, (index) => `"\${V${index}}",`)}]}}`,
  "one variable that is not set": `${HEAD}apis: {a: {hostnames: ["${repeated("${A}")}"]}}`,
  "variables that do not end": `${HEAD}domain: "${repeated("${A:-")}"`,
  "aliases of a list": `${HEAD}x: &x [1,2,3,4,5,6,7,8,9]\nhealth:\n${many(60_000, (index) => `  p${index}: *x\n`)}`,
  "aliases of nothing": `${HEAD}x: [${many(80_000, (index) => `*q${index},`)}]`,
  "anchors in themselves": HEAD + many(40_000, (index) => `x${index}: &a${index} [*a${index}]\n`),
  "collections as keys": HEAD + many(80_000, () => "? [a]\n: b\n"),
  "a long label": `${HEAD}domain: ${repeated("a")}\n`,
  "a long name with dots": `${HEAD}domain: ${repeated("a.")}\n`,
  "a long host": `${HEAD}apis: {a: {servers: [${repeated("a.-")}]}}`,
  "a long server of ranges": `${HEAD}apis: {a: {servers: ["${repeated("{1..2}")}"]}}`,
  "a long host name": `${HEAD}apis: {a: {hostnames: ["${repeated("a-")}"]}}`,
  "a long image": `${HEAD}targets: {compose: {images: {a: "${repeated("a/")}!"}}}`,
  "a long number": `${HEAD}x: ${repeated("9")}`,
  "a long key": `${HEAD}${repeated("k")}: 1`,
  "severities that are none": `${HEAD}lint: {severities: {${many(60_000, (index) => `r${index}: of, `)}}}`,
  "the example, again and again": repeated(EXAMPLE),
};

const TEXTS: [string, string][] = [
  ...PIECES.map((piece): [string, string] => [JSON.stringify(piece.slice(0, 20)), repeated(piece)]),
  ...Object.entries(WRONG),
];

describe("1 MB of text takes less than a second of the processor, and says something", () => {
  it.each(TEXTS)("%s", async (_name, text) => {
    let least = Number.POSITIVE_INFINITY;
    let findings: Finding[] = [];
    for (let tries = 0; tries < 3 && least >= A_SECOND; tries += 1) {
      const before = process.cpuUsage();
      findings = await findingsOf(text);
      const { user, system } = process.cpuUsage(before);
      least = Math.min(least, (user + system) / 1000);
    }
    expect(least).toBeLessThan(A_SECOND);
    expect(findings).not.toEqual([]);
    for (const { message, help } of findings) expect(message.length + (help ?? "").length).toBeLessThan(600);
  });
});

describe("256 kB of broken text, read a second time for all its errors, too", () => {
  const HALF = 250 * 1024;
  it.each(TEXTS.filter(([, text]) => text.length > HALF))("%s", async (_name, text) => {
    const before = process.cpuUsage();
    const findings = await findingsOf(`${text.slice(0, HALF)}\n\t] [\n`);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1.5 * A_SECOND);
    expect(findings).not.toEqual([]);
  });
});

test("of each kind of problem a thousand are listed, and the others counted", async () => {
  const duplicates = await findingsOf(`${HEAD}health:\n${many(25_001, () => "  a: {check: tcp}\n")}`);
  expect(duplicates).toHaveLength(MOST_OF_A_RULE + 1);
  expect(duplicates.at(-1)!.message).toBe("and 24000 more of this kind");
  const unknown = await findingsOf(HEAD + many(1500, (index) => `u${index}: 1\n`));
  expect(unknown).toHaveLength(MOST_OF_A_RULE + 1);
  expect(unknown.filter(({ message }) => message === "and 500 more problems like the ones above")).toHaveLength(1);
});

/** The example with pieces cut out, doubled, moved, or replaced by what was typed by chance. */
const mutated = fc
  .array(
    fc.tuple(
      fc.nat(EXAMPLE.length),
      fc.nat(30),
      fc.oneof(
        fc.constantFrom(
          "",
          ":",
          "\n",
          " ",
          "- ",
          "{",
          "}",
          "[",
          "]",
          '"',
          "'",
          "&a ",
          "*a",
          "!t ",
          "#",
          "\t",
          "${X}",
          "null",
          "-1",
          "1.5",
          "{1..9}",
          "[]",
          "{}",
        ),
        fc.string({ unit: "binary", maxLength: 5 }),
      ),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((edits) =>
    edits.reduce((text, [at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length), EXAMPLE),
  );

describe("no text makes the reader throw", () => {
  it("whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" })), async (text) => {
        await findingsOf(`${text}`);
        await findingsOf(`${HEAD}${text}`);
      }),
      { numRuns: 500 },
    );
  });

  it("however the example is damaged", async () => {
    await fc.assert(
      fc.asyncProperty(mutated, async (text) => {
        await findingsOf(text);
      }),
      { numRuns: 500 },
    );
  }, 120_000);

  it("whatever stands in the place of a value", async () => {
    const values = fc.oneof(
      fc.constantFrom(
        "",
        "~",
        "0",
        "-1",
        "1.5",
        "true",
        "[]",
        "{}",
        "[[]]",
        "[~]",
        "{a: b}",
        '""',
        '"{1..0}"',
        "5s",
        "x",
        "999999999999",
        "[a, a]",
        "/x",
        '"${U}"',
      ),
      fc.string({ maxLength: 4 }).map((text) => JSON.stringify(text)),
    );
    const places = [...EXAMPLE.matchAll(/(?<=: |\[|, )[^\s,{}[\]:#][^,{}[\]\n#]*(?=[,}\]\n])/g)];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(places.length - 1), values), { minLength: 1, maxLength: 3 }),
        async (changes) => {
          const sorted = [...new Map(changes)].sort(([a], [b]) => b - a);
          const text = sorted.reduce(
            (all, [index, value]) =>
              all.slice(0, places[index]!.index) + value + all.slice(places[index]!.index + places[index]![0].length),
            EXAMPLE,
          );
          await findingsOf(text);
        },
      ),
      { numRuns: 1000 },
    );
  }, 120_000);
});
