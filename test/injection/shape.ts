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
      return parseMosquitto(artifact.text).map(({ key, value, words }) => ({ depth: 0, words: isList(key) ? [key, ...words] : [key, value] }));
    case "compose":
      return yamlStatements(load(artifact.text), 0);
  }
}

/** Where mosquitto takes several words; elsewhere the rest of the line is one. */
const isList = (key: string): boolean => ["topic", "addresses", "listener", "restart_timeout"].includes(key);

function nginxStatements(text: string): Statement[] {
  const { directives, problems } = parseNginx(text);
  if (problems.length > 0) throw new Error(`nginx: ${problems[0]!.message} at line ${problems[0]!.line}`);
  const flat = (some: readonly Directive[], depth: number): Statement[] =>
    some.flatMap(({ words, block }) => [
      { depth, words: [...words.map((word) => word.text), block ? "{" : ";"] },
      ...flat(block ?? [], depth + 1),
    ]);
  return flat(directives, 0);
}

function haproxyStatements(text: string): Statement[] {
  const { preamble, sections, problems } = parseHaproxy(new Source("haproxy.cfg", text));
  if (problems.length > 0) throw new Error(`HAProxy: ${problems[0]!.message}`);
  const statement = (depth: number) => (line: (typeof preamble)[number]): Statement => {
    if (line.words.some(({ variable }) => variable)) throw new Error(`HAProxy: a variable in line ${line.line}`);
    return { depth, words: line.words.map((word) => word.text) };
  };
  return [...preamble.map(statement(0)), ...sections.flatMap(({ head, lines }) => [statement(0)(head), ...lines.map(statement(1))])];
}

/** Every key and scalar of a YAML tree, with its type: `["services", "map"]`, `["image", "string nginx:1.22"]`. */
function yamlStatements(node: unknown, depth: number): Statement[] {
  if (typeof node !== "object" || node === null) return [{ depth, words: [typeof node, String(node)] }];
  const entries: [string, unknown][] = Array.isArray(node) ? node.map((item) => ["-", item]) : Object.entries(node);
  return entries.flatMap(([key, value]) => [{ depth, words: ["key", key] }, ...yamlStatements(value, depth + 1)]);
}
