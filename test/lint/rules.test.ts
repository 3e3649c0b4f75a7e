import { describe, expect, test } from "vitest";
import { lint } from "../../src/lint/lint.js";
import { rules } from "../../src/lint/rules.generated.js";
import { findingsOf, fleetOf } from "../fleet.js";

const HEAD = "version: 1\nname: test";
const MARK = "# <- reported here";

/** The lines, from 1, that an example says are reported. */
const markedLines = (text: string): number[] =>
  text.split("\n").flatMap((line, index) => (line.includes(MARK) ? [index + 1] : []));

describe("the twenty-two rules of the language are there", () => {
  test("each file holds the rule that it is named after", () => {
    expect(rules.map(({ id }) => id).sort()).toEqual([
      "address-of-the-proxy-hashed",
      "all-servers-ejected",
      "backend-closes-first",
      "brokers-share-no-state",
      "check-sees-only-tcp",
      "check-slower-than-interval",
      "mqtt-bridge-loop",
      "mqtt-client-id-cut",
      "mqtt-idle-below-keepalive",
      "mqtt-without-tls",
      "one-failure-ejects-server",
      "pool-without-servers",
      "port-shared",
      "proxy-protocol-on-one-side",
      "rate-limit-without-burst",
      "read-without-fallback",
      "retries-multiply-time",
      "server-listed-twice",
      "server-never-checked",
      "sessions-outlive-dead-server",
      "websocket-cut-when-idle",
      "writes-sent-twice",
    ]);
  });
});

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  const bad = `${HEAD}${rule.bad}`;
  const good = `${HEAD}${rule.good}`;

  test("both examples are topologies that nothing but an info is said of", async () => {
    const found = [...(await findingsOf(bad)), ...(await findingsOf(good))];
    expect(found.filter(({ severity }) => severity !== "info")).toEqual([]);
  });

  test("the bad example is reported on exactly the marked lines, and by no other rule", async () => {
    const marked = markedLines(bad);
    expect(marked.length).toBeGreaterThan(0);
    const found = lint(await fleetOf(bad), rules);
    expect(found.map((finding) => `${finding.at.line} ${finding.rule}`)).toEqual(marked.map((line) => `${line} ${id}`));
  });

  test("the good example is quiet", async () => {
    expect(lint(await fleetOf(good), rules)).toEqual([]);
  });

  test("what it says is one clause, in the user's words", async () => {
    for (const { message, help, source, kind, severity } of lint(await fleetOf(bad), rules)) {
      expect(message).toMatch(/^(?!.*(undefined|NaN|\[object|null))["`a-zA-Z0-9].*[^.\s]$/);
      expect(message.split(". ")).toHaveLength(1);
      expect(help).toMatch(/^\S.*[^.\s]$/);
      expect([source, kind]).toEqual(["lint", "configuration"]);
      expect(["error", "warning", "info"]).toContain(severity);
    }
    expect(rule.title).toMatch(/^[a-z].*[^.]$/);
  });
});
