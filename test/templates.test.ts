import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import { describe, expect, it } from "vitest";

/** Helpers that make one word (or one for each text), a number, blanks, or text that stays inside its comment. */
const QUOTING = new Set([
  "word",
  "words",
  "column",
  "columns",
  "number",
  "blanks",
  "comment",
  "remark",
  "rest",
  "topic",
  "flag",
]);
/** Leaves nothing in the text. */
const SILENT = new Set(["from"]);
const BLOCKS = new Set(["if", "unless", "each", "with"]);

const folder = join(import.meta.dirname, "../templates");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".hbs"));

/** What a template's tree holds that could put a value into the output unquoted. */
function unquoted(template: string): string[] {
  const found: string[] = [];
  const visit = (program: hbs.AST.Program): void => {
    for (const statement of program.body) {
      const at = `${statement.loc.start.line}:${statement.loc.start.column}`;
      switch (statement.type) {
        case "ContentStatement":
        case "CommentStatement":
          break;
        case "MustacheStatement": {
          const { path, params, hash, escaped } = statement as hbs.AST.MustacheStatement;
          const name = "original" in path ? String(path.original) : "";
          if (!escaped) found.push(`${at} {{{ }}}`);
          else if (!QUOTING.has(name) && !SILENT.has(name)) found.push(`${at} {{${name}}}`);
          else if (params.length === 0) found.push(`${at} {{${name}}} quotes nothing`);
          else if (hash) found.push(`${at} a hash`);
          break;
        }
        case "BlockStatement": {
          const { path, program: inner, inverse } = statement as hbs.AST.BlockStatement;
          if (!BLOCKS.has(String(path.original))) found.push(`${at} {{#${path.original}}}`);
          visit(inner);
          if (inverse) visit(inverse);
          break;
        }
        case "PartialStatement":
          break; // an inline one of the same file: looked at below
        case "DecoratorBlock":
          visit((statement as hbs.AST.DecoratorBlock).program);
          break;
        default:
          found.push(`${at} ${statement.type}`);
      }
    }
  };
  visit(Handlebars.parse(template));
  return found;
}

describe("templates", () => {
  it.each(files)("%s puts every value through a helper that quotes", (file) => {
    expect(unquoted(readFileSync(join(folder, file), "utf8"))).toEqual([]);
  });

  it.each([
    "{{name}}",
    "{{{word name}}}",
    "{{&word name}}",
    "{{#each a}}{{this}}{{/each}}",
    "{{#if a}}x{{else}}{{b}}{{/if}}",
    "{{raw a}}",
    "{{word}}",
    '{{#*inline "p"}}{{a}}{{/inline}}',
    "{{#raw}}{{/raw}}",
    "{{lookup a b}}",
  ])("the walk finds %s", (template) => {
    expect(unquoted(template)).toHaveLength(1);
  });
});
