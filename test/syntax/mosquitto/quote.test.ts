import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findProgram } from "../../../src/support/program.js";
import { parse } from "../../../src/syntax/mosquitto/parse.js";
import { comment, Refusal, rest, topic, word } from "../../../src/syntax/mosquitto/quote.js";

const held = (quote: (text: string) => string, text: string): string | null => {
  try {
    return quote(text);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
};

describe("rest", () => {
  it.each(["/etc/mosquitto/pass words", "a # b", "# a", '"quoted"', "it's", "a\\b", "é\u2028x", "$HOME", "a\u00a0"])(
    "keeps %j",
    (text) => expect(rest(text)).toBe(text),
  );
  it.each([
    ["", "it is empty"],
    [" a", "a blank at its start or end would be cut off"],
    ["a ", "a blank at its start or end would be cut off"],
    ["a\nallow_anonymous true", "it has a character that mosquitto refuses"],
    ["a\rb", "it has a character that mosquitto refuses"],
    ["a\tb", "it has a character that mosquitto refuses"],
    ["a\u0085b", "it has a character that mosquitto refuses"],
    ["a\ufffeb", "it has a character that mosquitto refuses"],
    ["a\ud800b", "it has a character that mosquitto refuses"],
  ])("refuses %j: %s", (text, why) => {
    expect(() => rest(text)).toThrow(`mosquitto's configuration cannot hold ${JSON.stringify(text)}: ${why}`);
  });
});

describe("word", () => {
  it.each(["a b", '""', 'a"b'])("refuses %j too", (text) => expect(() => word(text)).toThrow(Refusal));
  it("keeps the rest", () => expect(word("#é'\\$")).toBe("#é'\\$"));
});

describe("topic", () => {
  it.each(["#", "+", "+/a/#", "a/b", "/", "a//b", "$SYS/#", "é"])("keeps the filter %j", (text) => {
    expect(topic(text)).toBe(text);
  });
  it.each([
    ["a#", "a wildcard takes a whole level"],
    ["#a", "a wildcard takes a whole level"],
    ["a/b+", "a wildcard takes a whole level"],
    ["#/a", "# can only be the last level"],
    ["a b", "a blank would end it"],
    ["", "it is empty"],
  ])("refuses %j: %s", (text, why) => {
    expect(() => topic(text)).toThrow(why);
  });
});

describe("any text", () => {
  it("is one value of its directive for our parser, or refused", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const value = held(rest, text);
        if (value !== null) expect(parse(`acl_file ${value}\nnext x`).map((each) => each.value)).toEqual([text, "x"]);
      }),
      { numRuns: 2000 },
    );
  });
  it("is one word among others for our parser, or refused", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        const value = held(word, text);
        if (value !== null) expect(parse(`topic ${value} both 1`)[0]!.words).toEqual([text, "both", "1"]);
      }),
      { numRuns: 2000 },
    );
  });
  it("is no directive as a comment", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(parse(`# ${comment(text)}\nnext x`)).toHaveLength(1);
      }),
    );
  });
});

describe("parse", () => {
  it("reads keys and values with their lines", () => {
    expect(
      parse("# c\n\n listener 1883  ::1 \r\nallow_anonymous\ttrue\n").map(({ line, key, value }) => [line, key, value]),
    ).toEqual([
      [3, "listener", "1883  ::1"],
      [4, "allow_anonymous\ttrue", ""], // a tab parts nothing
    ]);
  });
  it("knows comments at the start of a line alone", () => {
    expect(parse("#a\n #b c\nx #d").map(({ key, value }) => [key, value])).toEqual([
      ["#b", "c"],
      ["x", "#d"],
    ]);
  });
});

const mosquitto = findProgram("mosquitto");

// It has no test mode, but names a password file that is not there, and each topic of a bridge as it starts.
describe.skipIf(!mosquitto)("mosquitto itself", () => {
  let room: string;
  beforeAll(() => {
    room = mkdtempSync(join(tmpdir(), "lbctl-mosquitto-"));
  });
  afterAll(() => rmSync(room, { recursive: true, force: true }));

  /** What it prints when it is given `lines` and can open no listener, so that it ends by itself. */
  function saidOf(lines: readonly string[]): string {
    const file = join(room, "node.conf");
    writeFileSync(file, ["listener 1 192.0.2.1", "allow_anonymous false", ...lines, ""].join("\n"));
    return spawnSync(mosquitto!, ["-v", "-c", file], { encoding: "utf8", timeout: 5000 }).stderr;
  }
  const texts = fc.string({
    unit: fc.oneof(
      fc.constantFrom(" ", "#", '"', "'", "\\", "$", "{", ";", "\t", "\u0085", "\ufdd0", "\n", "é", "a"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 40,
  });

  it("reads every value that we write back as the same text", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const value = held(rest, `/nowhere/${text}`);
        if (value !== null) expect(saidOf([`password_file ${value}`])).toContain(`"/nowhere/${text}"`);
      }),
      { numRuns: 60 },
    );
  });

  it("reads every topic that we write back as the same text, thousands in one run", async () => {
    const found = new Set(fc.sample(texts, 6000).flatMap((text) => held(topic, text) ?? []));
    const file = join(room, "topics.conf");
    const topics = [...found].map((text) => `topic ${topic(text)} both 1`);
    const bridge = ["connection x", "address 127.0.0.1:1", "local_clientid local", ...topics, ""];
    writeFileSync(file, ["listener 21983 127.0.0.1", "allow_anonymous false", ...bridge].join("\n"));
    const child = spawn(mosquitto!, ["-v", "-c", file], { stdio: ["ignore", "ignore", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
    let said = "";
    for await (const chunk of child.stderr.setEncoding("utf8")) {
      said += chunk;
      if (/mosquitto version \S+ running\n/.test(said)) child.kill("SIGKILL");
    }
    clearTimeout(timer);
    const read = said.split("\n").flatMap((line) => /SUBSCRIBE on topic (.*)$/s.exec(line)?.[1] ?? []);
    expect(found.size).toBeGreaterThan(1000);
    expect(new Set(read)).toEqual(found);
  });
});
