import { load } from "js-yaml";
import { Source } from "../../src/support/source.js";
import { parse as parseHaproxy } from "../../src/syntax/haproxy/parse.js";
import { parse as parseMosquitto } from "../../src/syntax/mosquitto/parse.js";
import { type Directive, parse as parseNginx } from "../../src/syntax/nginx/parse.js";
import type { Artifact } from "../../src/targets/target.js";

export type Syntax = "nginx" | "haproxy" | "mosquitto" | "compose";

/** One statement of a file, with how deep it stands. */
export interface Statement {
  readonly depth: number;
  /** The name of the block it stands in; empty: in none. */
  readonly parent: string;
  readonly words: readonly string[];
}

export const syntaxOf = ({ path }: Artifact): Syntax => path.split("/")[0] as Syntax;

/** All that a file says, without comments and layout. Throws where it is not of its syntax at all. */
export function statementsOf(artifact: Artifact): Statement[] {
  switch (syntaxOf(artifact)) {
    case "nginx":
      return nginxStatements(artifact.text);
    case "haproxy":
      return haproxyStatements(artifact.text);
    case "mosquitto":
      return parseMosquitto(artifact.text).map(({ key, value, words }) => ({
        depth: 0,
        parent: "",
        words: isList(key) ? [key, ...words] : [key, value],
      }));
    case "compose":
      return yamlStatements(load(artifact.text), 0, "");
  }
}

/** Where mosquitto takes several words; elsewhere the rest of the line is one. */
const isList = (key: string): boolean => ["topic", "addresses", "listener", "restart_timeout"].includes(key);

function nginxStatements(text: string): Statement[] {
  const { directives, problems } = parseNginx(text);
  if (problems.length > 0) throw new Error(`nginx: ${problems[0]!.message} at line ${problems[0]!.line}`);
  const flat = (some: readonly Directive[], depth: number, parent: string): Statement[] =>
    some
      .filter(isNotTheSign)
      .flatMap(({ words, block }) => [
        { depth, parent, words: [...words.map((word) => word.text), block ? "{" : ";"] },
        ...flat(block ?? [], depth + 1, words[0]!.text),
      ]);
  return flat(directives, 0, "");
}

/** What nginx needs as soon as a `$` stands for itself: `geo $dollar { default "$"; }`. */
function isNotTheSign({ words, block }: Directive): boolean {
  const inner = block?.map((each) => each.words.map(({ text }) => text).join(" ")).join("; ");
  return !(words.map(({ text }) => text).join(" ") === "geo $dollar" && inner === "default $");
}

function haproxyStatements(text: string): Statement[] {
  const { preamble, sections, problems } = parseHaproxy(new Source("haproxy.cfg", text));
  if (problems.length > 0) throw new Error(`HAProxy: ${problems[0]!.message}`);
  const statement =
    (depth: number, parent: string) =>
    (line: (typeof preamble)[number]): Statement => {
      if (line.words.some(({ variable }) => variable)) throw new Error(`HAProxy: a variable in line ${line.line}`);
      return { depth, parent, words: line.words.map((word) => word.text) };
    };
  return [
    ...preamble.map(statement(0, "")),
    ...sections.flatMap(({ kind, head, lines }) => [statement(0, "")(head), ...lines.map(statement(1, kind))]),
  ];
}

/** Every key and scalar of a YAML tree, with its type: `key image`, `string nginx:1.22`. */
function yamlStatements(node: unknown, depth: number, parent: string): Statement[] {
  if (typeof node !== "object" || node === null) return [{ depth, parent, words: [typeof node, String(node)] }];
  const entries: [string, unknown][] = Array.isArray(node) ? node.map((item) => ["-", item]) : Object.entries(node);
  return entries.flatMap(([key, value]) => [
    { depth, parent, words: ["key", key] },
    ...yamlStatements(value, depth + 1, key),
  ]);
}
