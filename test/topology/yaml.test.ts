import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { Document, isMap, isScalar, isSeq, type ParsedNode, parse, parseDocument, visit } from "yaml";
import type { Node } from "../../src/support/node.js";
import { Source } from "../../src/support/source.js";
import { plainValue } from "../../src/topology/plain.js";
import { toValue } from "../../src/topology/read.js";
import { parseYaml } from "../../src/topology/yaml.js";

/** As our reader makes it: keys are text, maps have no prototype. */
const read = (text: string): unknown => {
  const { node, findings, brokenAt } = parseYaml(new Source("t.yaml", text));
  if (brokenAt) throw new Error(brokenAt.reason);
  if (findings.length > 0) throw new Error(findings[0]!.message);
  return node === null ? null : plain(toValue(node));
};

const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
};

describe("an unquoted word means what YAML 1.2's core schema says", () => {
  test.each<[string, unknown]>([
    ["", null],
    ["~", null],
    ["null", null],
    ["Null", null],
    ["NULL", null],
    ["nULL", "nULL"],
    ["true", true],
    ["True", true],
    ["FALSE", false],
    ["yes", "yes"], // of YAML 1.1
    ["off", "off"],
    ["5", 5],
    ["-5", -5],
    ["+5", 5],
    ["007", 7],
    ["0o17", 15],
    ["0x1F", 31],
    ["-0x1F", "-0x1F"],
    ["1.22", 1.22],
    ["1.", 1],
    [".5", 0.5],
    ["1e3", 1000],
    ["1_000", "1_000"], // of YAML 1.1
    ["12:30:45", "12:30:45"], // a number to the base of 60 in YAML 1.1
    [".inf", Number.POSITIVE_INFINITY],
    ["-.Inf", Number.NEGATIVE_INFINITY],
    [".nan", Number.NaN],
    ["5s", "5s"],
    ["10.0.0.1", "10.0.0.1"],
    ["2026-01-01", "2026-01-01"],
  ])("%j is %j", (word, value) => {
    expect(plainValue(word)).toEqual(value);
    expect(plainValue(word)).toEqual(parse(word));
  });
});

/** Trees of what a topology may hold, with texts that look like something else. */
const word = fc.constantFrom(
  "a",
  "no",
  "null",
  "5",
  "5s",
  "1.22",
  "a: b",
  "# c",
  "- d",
  "{1..3}",
  "*e",
  "&f",
  "!g",
  "%h",
  "'",
  '"',
  "\\",
  "é😀",
  "x\ny",
  " y ",
  "\t",
  "a\u0085b",
  "<<",
  "?",
  "|",
  ">",
  "@",
  "`",
  "---",
  "...",
);
const text = fc.oneof(word, fc.string({ maxLength: 12 }), fc.string({ unit: "grapheme", maxLength: 8 }));
const scalar = fc.oneof(text, fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));
const tree = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalar, tie("list"), tie("map")),
  list: fc.array(tie("value"), { maxLength: 5 }),
  map: fc.dictionary(fc.oneof(word, fc.string({ minLength: 1, maxLength: 10 })), tie("value"), {
    maxKeys: 5,
    noNullPrototype: true,
  }),
})).value;

/** The same tree in flow or block, plain or quoted or block scalars: every part as the numbers say. */
function printed(value: unknown, styles: readonly number[]): string {
  const document = new Document({ value });
  let next = 0;
  const style = (): number => styles[next++ % styles.length] ?? 0;
  visit(document, {
    Scalar: (key, node) => {
      if (typeof node.value === "string" && key !== "key")
        node.type = (["PLAIN", "QUOTE_SINGLE", "QUOTE_DOUBLE", "BLOCK_LITERAL", "BLOCK_FOLDED"] as const)[style() % 5]!;
    },
    Collection: (_key, node) => {
      node.flow = style() % 3 === 0;
      if (style() % 4 === 0) node.commentBefore = " a comment: {";
    },
  });
  return document.toString({ lineWidth: style() % 2 ? 0 : 20, indent: 2 + (style() % 3) });
}

const styles = fc.array(fc.nat(60), { minLength: 1, maxLength: 12 });

describe("any tree, in any style", () => {
  it("is read as the yaml package reads it", () => {
    fc.assert(
      fc.property(tree, styles, (value, numbers) => {
        const written = printed(value, numbers);
        expect(read(written)).toEqual(plain(parse(written, { uniqueKeys: false })));
      }),
      { numRuns: 3000 },
    );
  });

  it("has spans that hold the text of each key and value", () => {
    fc.assert(
      fc.property(tree, styles, (value, numbers) => {
        const written = printed(value, numbers);
        const source = new Source("t.yaml", written);
        const { node } = parseYaml(source);
        const document = parseDocument(written, { prettyErrors: false });
        if (node && document.contents) sameSpans(written, node, document.contents);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Flow collections and plain or quoted scalars stand exactly where the yaml package sees them; blocks begin there. */
function sameSpans(written: string, ours: Node, theirs: ParsedNode): void {
  const [start, end] = theirs.range;
  if (isScalar(theirs) && !theirs.type?.startsWith("BLOCK")) {
    if (ours.start === ours.end) expect(theirs.value).toBeNull();
    else expect([ours.start, ours.end]).toEqual([start, end]);
  }
  if (isSeq(theirs) && ours.kind === "sequence") {
    expect(ours.start).toBe(start);
    if (theirs.flow) expect(written.slice(ours.start, ours.end)).toBe(written.slice(start, end));
    for (const [index, item] of theirs.items.entries()) sameSpans(written, ours.items[index]!, item as ParsedNode);
  }
  if (isMap(theirs) && ours.kind === "map") {
    expect(ours.start).toBe(start);
    if (theirs.flow) expect(written.slice(ours.start, ours.end)).toBe(written.slice(start, end));
    const entries = [...ours.entries.values()];
    for (const [index, pair] of theirs.items.entries()) {
      const key = pair.key as ParsedNode;
      if (isScalar(key) && !key.type?.startsWith("BLOCK"))
        expect([entries[index]!.key.start, entries[index]!.key.end]).toEqual(key.range.slice(0, 2));
      if (pair.value) sameSpans(written, entries[index]!.value, pair.value as ParsedNode);
    }
  }
}

/** Pieces of YAML that fit together by chance. */
const piece = fc.constantFrom(
  "a",
  "b: ",
  ": ",
  "- ",
  "\n",
  "\n  ",
  "\n    ",
  "[",
  "]",
  "{",
  "}",
  ", ",
  "'",
  '"',
  "# c",
  "&x ",
  "*x",
  "!t ",
  "|\n  ",
  ">-\n",
  "? ",
  "---\n",
  "5",
  "\t",
  "\r\n",
  "%",
  "é",
  "~",
  '"q" ',
  "<<: ",
  "k1: v1\n",
  "k2:\n  - v2\n",
);

test("a text that both readers take means the same to both", () => {
  let taken = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const written = `top: ${pieces.join("")}`; // a map, as every topology is
      const ours = parseYaml(new Source("t.yaml", written));
      const theirs = parseDocument(written, { prettyErrors: false, logLevel: "silent" });
      if (ours.brokenAt || ours.findings.length > 0 || theirs.errors.length > 0 || theirs.warnings.length > 0) return;
      if (!hasTextKeys(theirs.toJS({ mapAsMap: true }))) return;
      taken += 1;
      const value = ours.node === null ? null : plain(toValue(ours.node));
      expect(value).toEqual(plain(theirs.toJS()));
    }),
    { numRuns: 20_000 },
  );
  expect(taken).toBeGreaterThan(500);
});

/** Our reader takes the text of a key, whatever it means: such maps are not compared. */
const hasTextKeys = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.every(hasTextKeys);
  if (!(value instanceof Map)) return true;
  return [...value].every(([key, inner]) => typeof key === "string" && hasTextKeys(inner));
};
