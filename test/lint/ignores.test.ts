import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyIgnores } from "../../src/lint/ignores.js";
import { type Finding, finding } from "../../src/support/finding.js";
import { Source } from "../../src/support/source.js";
import { parseYaml } from "../../src/topology/yaml.js";

const KNOWN = [
  "mqtt-without-tls",
  "mqtt-client-id-cut",
  "port-shared",
  "schema/unknown-key",
  "nginx/resolver",
  "nginx/affinity.client_id",
  "nginx/check",
  "haproxy/resolver",
  "lint/unused-ignore",
];
const TARGETS = ["nginx"];

/** A finding of `rule` on a line of the text. */
const on = (line: number, rule: string, more: Partial<Finding> = {}): Finding =>
  finding({
    rule,
    source: "lint",
    message: "something",
    at: { file: "t.yaml", line, column: 1, endLine: line, endColumn: 2 },
    ...more,
  });

function apply(text: string, findings: readonly Finding[], targets: readonly string[] = TARGETS) {
  const source = new Source("t.yaml", text);
  const { node } = parseYaml(source);
  const result = applyIgnores(findings, source, node, KNOWN, targets);
  return { ignored: result.ignored, left: result.findings.map(({ at, rule }) => `${at.line}:${at.column} ${rule}`) };
}

describe("an lbctl-ignore", () => {
  test.each<[string, string, Finding[], string[], number]>([
    [
      "at the end of a line silences that line",
      "a: 1 # lbctl-ignore port-shared: so be it",
      [on(1, "port-shared")],
      [],
      1,
    ],
    ["alone on a line silences the next", "# lbctl-ignore port-shared: so be it\na: 1", [on(2, "port-shared")], [], 1],
    ["alone, indented", "a:\n  # lbctl-ignore port-shared: so be it\n  b: 1", [on(3, "port-shared")], [], 1],
    [
      "after content does not reach the next line",
      "a: 1 # lbctl-ignore port-shared: so be it\nb: 1",
      [on(2, "port-shared")],
      ["1:21 lint/unused-ignore", "2:1 port-shared"],
      0,
    ],
    [
      "alone silences nothing on its own line or two lines on",
      "# lbctl-ignore port-shared: so be it\na: 1\nb: 1",
      [on(3, "port-shared")],
      ["1:16 lint/unused-ignore", "3:1 port-shared"],
      0,
    ],
    [
      "above other comments reaches the line below them",
      "# lbctl-ignore port-shared: so be it\n# lbctl-ignore mqtt-without-tls: inside\n# a note\na: 1",
      [on(4, "port-shared"), on(4, "mqtt-without-tls")],
      [],
      2,
    ],
    [
      "silences several rules",
      "a: 1 # lbctl-ignore port-shared, mqtt-without-tls: so be it",
      [on(1, "port-shared"), on(1, "mqtt-without-tls")],
      [],
      2,
    ],
    [
      "silences all findings of its rule there",
      "a: 1 # lbctl-ignore port-shared: y",
      [on(1, "port-shared"), on(1, "port-shared")],
      [],
      2,
    ],
    [
      "leaves other rules alone",
      "a: 1 # lbctl-ignore port-shared: y",
      [on(1, "port-shared"), on(1, "mqtt-without-tls")],
      ["1:1 mqtt-without-tls"],
      1,
    ],
    [
      "takes a beginning and a star",
      "a: 1 # lbctl-ignore mqtt-*: y",
      [on(1, "mqtt-without-tls"), on(1, "mqtt-client-id-cut")],
      [],
      2,
    ],
    [
      "takes a target's rule",
      "a: 1 # lbctl-ignore nginx/affinity.client_id: y",
      [on(1, "nginx/affinity.client_id")],
      [],
      1,
    ],
    ["takes a schema's rule", "a: 1 # lbctl-ignore schema/unknown-key: y", [on(1, "schema/unknown-key")], [], 1],
    ["may stand close to its #", "a: 1 #lbctl-ignore port-shared:y", [on(1, "port-shared")], [], 1],
    [
      "may hold colons in its reason",
      "a: 1 # lbctl-ignore port-shared: see http://x.test: there",
      [on(1, "port-shared")],
      [],
      1,
    ],
    ["works with CR LF", "# lbctl-ignore port-shared: y\r\na: 1\r\n", [on(2, "port-shared")], [], 1],
    ["works behind a byte-order mark", "\uFEFF# lbctl-ignore port-shared: y\na: 1\n", [on(2, "port-shared")], [], 1],
    ["works after a quoted text", `a: "x # y" # lbctl-ignore port-shared: y`, [on(1, "port-shared")], [], 1],
    [
      "works inside a flow map of several lines",
      "a: {\n  b: 1, # lbctl-ignore port-shared: y\n  c: 2 }",
      [on(2, "port-shared")],
      [],
      1,
    ],
    [
      "works on the head of a block text",
      "a: | # lbctl-ignore port-shared: y\n  text\n",
      [on(1, "port-shared")],
      [],
      1,
    ],
  ])("%s", (_name, text, findings, left, ignored) => {
    expect(apply(text, findings)).toEqual({ left, ignored });
  });

  test("counts for a finding that begins on its line and ends later", () => {
    const long = on(1, "port-shared", { at: { file: "t.yaml", line: 1, column: 1, endLine: 3, endColumn: 2 } });
    expect(apply("a: # lbctl-ignore port-shared: y\n  b: 1\n  c: 1", [long])).toEqual({ left: [], ignored: 1 });
  });

  test("silences nothing that is true of the machine only, and nothing of another file", () => {
    const machine = on(1, "port-shared", { kind: "environment" });
    const elsewhere = on(1, "port-shared", { at: { file: "x.conf", line: 1, column: 1, endLine: 1, endColumn: 2 } });
    const { left, ignored } = apply("a: 1 # lbctl-ignore port-shared: y", [machine, elsewhere]);
    expect(left).toEqual(["1:1 port-shared", "1:21 lint/unused-ignore", "1:1 port-shared"]);
    expect(ignored).toBe(0);
  });
});

describe("what looks like one and is a text", () => {
  test.each([
    ["in double quotes", `a: "x # lbctl-ignore port-shared: y"`],
    ["in single quotes", `a: 'x # lbctl-ignore port-shared: y'`],
    ["in quotes over two lines", `a: "x\n  # lbctl-ignore port-shared: y"`],
    ["in a quoted key", `"x # lbctl-ignore port-shared: y": 1`],
    ["in a block text", "a: |\n  x\n  # lbctl-ignore port-shared: y\n  z\nb: 1"],
    ["in a folded text", "a: >-\n  x # lbctl-ignore port-shared: y\nb: 1"],
    ["without white space before it", "a: x# lbctl-ignore port-shared:y"],
    ["another word", "a: 1 # lbctl-ignored port-shared: y"],
    ["in the middle of a comment", "a: 1 # write lbctl-ignore port-shared: y"],
  ])("%s", (_name, text) => {
    const findings = text.split("\n").map((_, index) => on(index + 1, "port-shared"));
    expect(apply(text, findings)).toEqual({ left: findings.map(({ at }) => `${at.line}:1 port-shared`), ignored: 0 });
  });
});

describe("an lbctl-ignore that is wrong itself", () => {
  test.each<[string, string, string[]]>([
    [
      "no reason: silences nothing",
      "a: 1 # lbctl-ignore port-shared",
      ["1:1 port-shared", "1:6 lint/ignore-without-reason"],
    ],
    ["an empty reason", "a: 1 # lbctl-ignore port-shared:  ", ["1:1 port-shared", "1:6 lint/ignore-without-reason"]],
    ["no rule", "a: 1 # lbctl-ignore: because", ["1:1 port-shared", "1:6 lint/ignore-without-reason"]],
    ["nothing at all", "a: 1 # lbctl-ignore", ["1:1 port-shared", "1:6 lint/ignore-without-reason"]],
    ["an unknown rule", "a: 1 # lbctl-ignore port-shred: y", ["1:1 port-shared", "1:21 lint/unknown-rule"]],
    ["an unknown rule beside a known one", "a: 1 # lbctl-ignore port-shared, nope: y", ["1:34 lint/unknown-rule"]],
    ["a beginning that no rule has", "a: 1 # lbctl-ignore port-x*: y", ["1:1 port-shared", "1:21 lint/unknown-rule"]],
    [
      "an unknown rule of a target that the fleet has",
      "a: 1 # lbctl-ignore nginx/nope: y",
      ["1:1 port-shared", "1:21 lint/unknown-rule"],
    ],
    [
      "an unused one of a target that the fleet has",
      "a: 1 # lbctl-ignore nginx/resolver: y",
      ["1:1 port-shared", "1:21 lint/unused-ignore"],
    ],
    ["one of two is unused", "a: 1 # lbctl-ignore port-shared, mqtt-without-tls: y", ["1:34 lint/unused-ignore"]],
    ["one of two stars is unused", "a: 1 # lbctl-ignore port-*, mqtt-*: y", ["1:29 lint/unused-ignore"]],
  ])("%s", (_name, text, left) => {
    expect(apply(text, [on(1, "port-shared")]).left).toEqual(left);
  });

  test("is told what was meant", () => {
    const source = new Source("t.yaml", "a: 1 # lbctl-ignore port-shred: y");
    const [said] = applyIgnores([], source, parseYaml(source).node, KNOWN, TARGETS).findings;
    expect([said?.message, said?.help]).toEqual(['there is no rule "port-shred"', 'did you mean "port-shared"?']);
  });

  test("may be ignored itself", () => {
    const text = "# lbctl-ignore port-shared, lint/unused-ignore: kept for the next year\na: 1";
    expect(apply(text, []).left).toEqual(["1:16 lint/unused-ignore"]);
    expect(apply("a: 1 # lbctl-ignore port-shared, lint/unused-ignore: kept", [])).toEqual({ left: [], ignored: 1 });
  });
});

describe("nothing is said of an ignore that may be right elsewhere", () => {
  test.each<[string, string, readonly string[]]>([
    ["of a target that the fleet does not have", "haproxy/resolver", TARGETS],
    ["of a target of the language that has no rules yet", "dns/bind/geo.failover", TARGETS],
    ["of a program's own words: it may not be installed here", "nginx/check", TARGETS],
  ])("%s", (_name, rule, targets) => {
    expect(apply(`a: 1 # lbctl-ignore ${rule}: y`, [], targets).left).toEqual([]);
  });

  test("while the schema is broken, since the rules have not seen the file", () => {
    const broken = on(2, "schema/unknown-key", { source: "schema" });
    expect(apply("a: 1 # lbctl-ignore port-shared: y\nb: 1", [broken]).left).toEqual(["2:1 schema/unknown-key"]);
  });

  test("but a target's name that is mistyped is unknown", () => {
    expect(apply("a: 1 # lbctl-ignore ngnix/resolver: y", []).left).toEqual(["1:21 lint/unknown-rule"]);
  });
});

test("a text without the word, and a text that is no YAML, keep what they have", () => {
  expect(apply("a: 1", [on(1, "port-shared")])).toEqual({ left: ["1:1 port-shared"], ignored: 0 });
  const source = new Source("t.yaml", "a: [ # lbctl-ignore port-shared: y");
  expect(applyIgnores([on(1, "port-shared")], source, null, KNOWN, TARGETS).findings).toHaveLength(1);
});

test("whatever a quoted text holds, it never silences anything", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.constantFrom("", " ", "\n", "# "), (noise, before) => {
      const text = `a: ${JSON.stringify(`${noise}${before}# lbctl-ignore port-shared: y`)}\nb: 1\n`;
      expect(apply(text, [on(1, "port-shared"), on(2, "port-shared")]).ignored).toBe(0);
    }),
  );
});

test("ten thousand ignores are read in a moment", () => {
  const lines = Array.from({ length: 10_000 }, (_, index) => `# lbctl-ignore port-shared: y\nk${index}: "# ${index}"`);
  const findings = lines.map((_, index) => on(2 * index + 2, "port-shared"));
  const start = performance.now();
  expect(apply(lines.join("\n"), findings)).toEqual({ left: [], ignored: 10_000 });
  expect(performance.now() - start).toBeLessThan(5000);
});
