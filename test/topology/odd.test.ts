import { expect, test } from "vitest";
import { inFileOrder } from "../../src/support/finding.js";
import { findingsOf } from "../fleet.js";
import { unmark } from "../marked.js";

/** [what it is, the text with each place between marks, `rule: message | help` of each]. */
type Row = readonly [string, string, ...string[]];

const EMPTY = "begin with `version: 1` and `name: ...`, or: lbctl init";
const COMMA =
  "no-yaml: a bracket or brace is not closed, or a comma is missing | close it, or put a comma between the two values";
const FIT =
  "no-yaml: the line does not fit the ones above it | write `key: value`, and indent the keys of one map alike, by spaces";
const TAB = "tab: a tab indents this line | YAML indents by spaces";
const QUOTE =
  "no-yaml: a bracket, a brace or a quoted text does not end before this line | close it, or indent what belongs to it";
const DEEP = "too-deep: values are nested more than 100 deep here | no part of a topology is deeper than 10";
const KEY = "no-yaml: a line without a `key:` stands here | write `key: value`";
const VALUE = "no-yaml: a second `key:` stands where a value must | put the value in quotes, or begin a new line";
const V = "version: 1\nname: a\n";

const NOTHING: readonly Row[] = [
  ["an empty file", "▶◀", `no-topology: the file holds no topology | ${EMPTY}`],
  ["only comments", "▶◀# one\n# two\n", `no-topology: the file holds no topology | ${EMPTY}`],
  ["only blank lines", "▶◀\n \n", `no-topology: the file holds no topology | ${EMPTY}`],
  ["only a document's start", "▶◀---\n", `no-topology: the file holds no topology | ${EMPTY}`],
  ["null", "▶◀~\n", `no-topology: the file holds no topology | ${EMPTY}`],
  ["prose", "▶◀Dear reader, this is a letter.\n", `no-topology: a text is no topology | ${EMPTY}`],
  ["HTML", "▶◀<html>\n<body>It works!</body>\n</html>\n", `no-topology: a text is no topology | ${EMPTY}`],
  ["nginx's language", "▶◀http {\n  server { listen 80; }\n}\n", `no-topology: a text is no topology | ${EMPTY}`],
  ["a list", "▶◀- a\n- b\n", `no-topology: a list is no topology | ${EMPTY}`],
  ["a number", "▶◀5\n", `no-topology: a text is no topology | ${EMPTY}`],
];

const BROKEN: readonly Row[] = [
  ["prose with a colon in its second line", "Dear reader,\nthis is▶:◀ a letter: yes\n", FIT],
  ["JSON with a comma too many", '{ "version": 1,▶,◀ "name": "a" }', COMMA],
  ["JSON that lacks a comma", '{ "version": 1\n"name"▶:◀ "a" }', COMMA],
  ["JSON that ends early", '{ "version": 1, "name": ▶"a◀"', COMMA],
  ["a bracket of the wrong kind", "a: [1, 2▶}◀\nb: 1\n", COMMA],
  ["a tab", `${V}brokers:\n▶\t◀mqtt: {}\n`, TAB],
  ["a tab in braces", `${V}brokers: {\n\t▶mqtt◀: {} }\n`, TAB],
  ["an indentation that fits nothing", `${V}brokers:\n    mqtt: {}\n  ▶other◀: {}\n`, FIT],
  ["a line without a colon", `${V}▶brokers◀\n`, KEY],
  ["a value with a colon", `${V}domain: a▶:◀ b: c\n`, VALUE],
  ["a quote that does not end", `${V}domain: ▶"example.com◀\n`, QUOTE],
  [
    "an escape that is none",
    `${V}domain: "a\\▶q◀"\n`,
    "no-yaml: a backslash begins an escape in double quotes, and this is none | write \\\\ for a backslash, or use single quotes",
  ],
  [
    "an @",
    `${V}domain: ▶@example◀\n`,
    "no-yaml: a text begins with a character that means something in YAML | put it in quotes",
  ],
  [
    "a control character",
    `${V}domain: a▶\u0007b◀\n`,
    "encoding: a control character stands in the text | remove it, or write it in double quotes as an escape such as \\x07",
  ],
  [
    "a variable in braces",
    `${V}apis: { web: { listeners: { http: $▶{PORT◀} } } }\n`,
    'no-yaml: a variable stands in braces or brackets without quotes | put it in quotes: "${NAME}"',
  ],
  [
    "an alias with an anchor",
    `${V}a: &a ▶*b◀\n`,
    "no-yaml: an anchor or alias is not written as YAML wants it | write `&name` before a value, and `*name` alone in another place; or put the text in quotes",
  ],
  ["brackets nested deeper than 100", `${"[".repeat(99)}▶[◀${"[".repeat(100)}`, DEEP],
  [
    "maps nested deeper than 100",
    `${Array.from({ length: 99 }, (_, deep) => `${" ".repeat(deep)}a:\n`).join("")}${" ".repeat(99)}▶a◀:\n${" ".repeat(100)}a:\n`,
    DEEP,
  ],
];

const ODD: readonly Row[] = [
  [
    "a key twice, with the first",
    `${V}domain: a.b\n▶domain◀: c.d\n`,
    'duplicate-key: the key "domain" stands here a second time | keep one of the two (first used here 3:1)',
  ],
  [
    "a key twice, quoted",
    `${V}▶"name"◀: b\n`,
    'duplicate-key: the key "name" stands here a second time | keep one of the two (first used here 2:1)',
  ],
  [
    "a second document",
    `${V}▶---◀\nversion: 1\n`,
    "second-document: a second document begins here | keep one topology a file",
  ],
  [
    "a second document behind an end",
    `${V}▶...◀\n---\n# nothing\n`,
    "second-document: a second document begins here | keep one topology a file",
  ],
  ["a tag", `${V}domain: ▶!dns◀ a.b\n`, "tag: the tag !dns means nothing here | leave it out"],
  [
    "a tag of YAML 1.1",
    `${V}apis: { web: { servers: [a], hostnames: ▶!!set◀ [a.b] } }\n`,
    "tag: the tag !!set means nothing here | leave it out",
  ],
  [
    "a collection as a key",
    `${V}? ▶[a, b]◀\n: c\n`,
    "wrong-type: a key must be a word, not a collection | write `key: value`",
  ],
  [
    "an alias without its anchor",
    `${V}domain: ▶*d◀\n`,
    'alias: no anchor "d" stands before this alias | write `&d` at the value that is meant',
  ],
  [
    "an anchor that holds itself",
    `${V}apis: &a { web: ▶*a◀ }\n`,
    'alias: the alias "a" stands inside its own anchor: it never ends | write the value out',
  ],
  [
    "a constructor",
    `${V}▶constructor◀: 1\n`,
    'unknown-key: unknown key "constructor" in the topology | it may hold version, name, domain, defaults, health, tls, brokers, apis, databases, services, regions, geo, behind, resolver, reload, lint, targets',
  ],
];

test.each([...NOTHING, ...BROKEN, ...ODD])("is told: %s", async (_name, marked, ...said) => {
  const { text, spans } = unmark(marked);
  const found = (await findingsOf(text)).filter(({ severity }) => severity !== "info").sort(inFileOrder);
  const texts = found.map(({ rule, message, help, related }) => {
    const first = related.map((other) => ` (${other.message} ${other.at.line}:${other.at.column})`).join("");
    return `${rule.replace(/^schema\//, "")}: ${message} | ${help}${first}`;
  });
  expect(texts).toEqual(said);
  const places = found.map(({ at }) => `${at.line}:${at.column}-${at.endLine}:${at.endColumn}`);
  expect([...new Set(places)]).toEqual(spans);
});

test("all errors of a broken text are told, one a line, in file order", async () => {
  const found = await findingsOf(`${V}apis: { a: "${"b"}, c: ]\n`);
  expect(found.map(({ at }) => at.line)).toEqual([...new Set(found.map(({ at }) => at.line))].sort((a, b) => a - b));
  const two = await findingsOf(`${V}domain: a: b\nresolver: @\n`);
  expect(two.map(({ at, message }) => `${at.line}:${at.column} ${message}`)).toEqual([
    "3:10 a second `key:` stands where a value must",
    "4:11 a text begins with a character that means something in YAML",
  ]);
});

test("of a broken text beyond 256 kB the first error is told", async () => {
  const found = await findingsOf(`domain: a: b\n${"# more\n".repeat(40_000)}resolver: @\n`);
  expect(found.map(({ at }) => at.line)).toEqual([1]);
});

test("anchors and aliases stand for their values", async () => {
  expect(
    (await findingsOf(`${V}apis:\n  a: &pool { servers: [a] }\n  b: *pool\n`)).filter(
      ({ severity }) => severity === "error",
    ),
  ).toEqual([]);
});

test("aliases that explode are refused at the first that is too many", async () => {
  const levels = Array.from(
    { length: 30 },
    (_, level) =>
      `l${level}: &l${level} [${Array(9)
        .fill(level ? `*l${level - 1}` : "x")
        .join(",")}]`,
  );
  const found = await findingsOf(`${V}${levels.join("\n")}\n`);
  expect(
    found.filter(({ rule }) => rule === "schema/alias").map(({ at, message }) => `${at.line}:${at.column} ${message}`),
  ).toEqual(["8:10 the aliases up to here stand for more than 100000 values"]);
});
