import { describe, expect, test } from "vitest";
import { explain, explainRule } from "../../src/lint/explain.js";
import { rules } from "../../src/lint/rules.generated.js";
import { applySeverities, unknownSeverities } from "../../src/lint/severities.js";
import { topicsOverlap } from "../../src/lint/topics.js";
import { type Finding, finding, type Severity } from "../../src/support/finding.js";
import { fleetOf } from "../fleet.js";

const AT = { file: "t.yaml", line: 1, column: 1, endLine: 1, endColumn: 2 };
const of = (rule: string, more: Partial<Finding> = {}): Finding =>
  finding({ rule, source: "lint", severity: "warning", message: "something", at: AT, ...more });

type Entry = readonly [rule: string, severity: Severity | "off"];
const weigh = (found: Finding, entries: readonly Entry[]): string =>
  applySeverities([found], { severities: entries.map(([rule, severity]) => ({ rule, severity })) })
    .map(({ severity }) => severity)
    .join() || "gone";

describe("lint.severities", () => {
  test.each<[string, string, Entry[], string]>([
    ["nothing said", "port-shared", [], "warning"],
    ["another rule", "port-shared", [["mqtt-without-tls", "off"]], "warning"],
    ["worse", "port-shared", [["port-shared", "error"]], "error"],
    ["less", "port-shared", [["port-shared", "info"]], "info"],
    ["off", "port-shared", [["port-shared", "off"]], "gone"],
    ["a beginning", "mqtt-without-tls", [["mqtt-*", "info"]], "info"],
    ["everything", "mqtt-without-tls", [["*", "error"]], "error"],
    ["a target's", "nginx/affinity.client_id", [["nginx/*", "off"]], "gone"],
    ["a program's", "nginx/check", [["nginx/check", "info"]], "info"],
    ["an ignore's", "lint/unused-ignore", [["lint/unused-ignore", "error"]], "error"],
    ["the beginning of a word without a star is nothing", "mqtt-without-tls", [["mqtt", "off"]], "warning"],
    [
      "the exact name before a star",
      "mqtt-without-tls",
      [
        ["mqtt-without-tls", "error"],
        ["mqtt-*", "off"],
      ],
      "error",
    ],
    [
      "in either order",
      "mqtt-without-tls",
      [
        ["mqtt-*", "off"],
        ["mqtt-without-tls", "error"],
      ],
      "error",
    ],
    [
      "the longer beginning",
      "nginx/affinity.ip",
      [
        ["nginx/*", "off"],
        ["nginx/aff*", "info"],
        ["*", "error"],
      ],
      "info",
    ],
  ])("%s", (_name, rule, entries, severity) => {
    expect(weigh(of(rule), entries)).toBe(severity);
  });

  test("what is true of the machine only stays as it is", () => {
    expect(weigh(of("nginx/check", { kind: "environment" }), [["*", "off"]])).toBe("warning");
  });

  test("a key that names no rule is reported at the key, with what was meant", async () => {
    const fleet = await fleetOf(
      "version: 1\nname: test\nlint:\n  severities:\n    port-shred: off\n    mqtt-*: info\n    dns/bind/x: off\n    nginx/check: error\n",
    );
    const known = { ids: ["port-shared", "mqtt-without-tls", "nginx/check"], targets: ["nginx"] };
    const found = unknownSeverities(fleet, known);
    expect(found.map(({ rule, at, help }) => `${at.line}:${at.column}-${at.endColumn} ${rule} ${help}`)).toEqual([
      '5:5-15 lint/unknown-rule did you mean "port-shared"?',
    ]);
  });

  test("a fleet without the key has none", async () => {
    expect(unknownSeverities(await fleetOf("version: 1\nname: test\n"), { ids: [], targets: [] })).toEqual([]);
  });
});

describe("explain", () => {
  test("knows every rule, and no other word", () => {
    for (const rule of rules) expect(explain(rules, rule.id)).toEqual(explainRule(rule));
    expect(explain(rules, "port-shred")).toBeUndefined();
  });

  test("gives paragraphs of one line, and examples without empty ends", () => {
    const said = explainRule({
      id: "x",
      severity: "info",
      title: "a title",
      why: "\nOne line\nand its end.\n\nA second paragraph.\n",
      bad: "\na: 1\nb: 2\n",
      good: "\na: 2\n",
      check: () => [],
    });
    expect(said).toEqual({
      id: "x",
      severity: "info",
      title: "a title",
      why: ["One line and its end.", "A second paragraph."],
      bad: "a: 1\nb: 2",
      good: "a: 2",
    });
  });
});

describe("MQTT topic filters overlap (MQTT 5, section 4.7)", () => {
  test.each([
    ["a", "a", true],
    ["a", "b", false],
    ["#", "a/b", true],
    ["a/#", "a", true], // the rest may be nothing
    ["a/#", "ab", false],
    ["a/+", "a/b", true],
    ["a/+", "a", false],
    ["a/+", "a/b/c", false],
    ["+/x", "a/+", true],
    ["+/x", "a/y", false],
    ["a/+/c", "a/b/#", true],
    ["/a", "a", false], // an empty level is a level
  ])("%s and %s: %s", (one, other, expected) => {
    expect([topicsOverlap([one], [other]), topicsOverlap([other], [one])]).toEqual([expected, expected]);
  });

  test("one pair is enough", () => {
    expect(topicsOverlap(["x", "a/#"], ["y", "a/b"])).toBe(true);
    expect(topicsOverlap([], ["#"])).toBe(false);
  });
});
