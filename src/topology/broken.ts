import { type Finding, finding } from "../support/finding.js";
import type { Source } from "../support/source.js";

/** Beyond it only the first error is told: the reader that finds all of them is quadratic in places. */
const ALL_ERRORS = 256 * 1024;
/** A text that is no YAML at all breaks on every line; more would help nobody. */
const MOST = 20;

/**
 * Why a text is no YAML. `offset` and `reason` are of the first error; short texts are read a second time by a reader
 * that goes on after an error, so that all of them are told, one for a line.
 */
export async function brokenFindings(source: Source, offset: number, reason: string): Promise<Finding[]> {
  const first = explain(source, offset, reason);
  if (source.text.length > ALL_ERRORS || reason.includes("maxDepth")) return [first];
  const { parseAllDocuments } = await import("yaml");
  const documents = parseAllDocuments(source.text, { prettyErrors: false, uniqueKeys: false, logLevel: "silent" });
  const errors = Array.isArray(documents) ? documents.flatMap((document) => document.errors) : [];
  const lines = new Set([first.at.line]);
  const others = errors.flatMap((error) => {
    const found = explain(source, error.pos[0], error.message);
    if (lines.has(found.at.line)) return [];
    lines.add(found.at.line);
    return [found];
  });
  return [first, ...others].slice(0, MOST);
}

/** The readers' words, by what people did: [what they say, our message, our help]. */
const REASONS: readonly (readonly [RegExp, string, string])[] = [
  [/maxDepth/, "values are nested more than 100 deep here", "no part of a topology is deeper than 10"],
  [
    /flow collection|missing comma|map-as-json|Flow (map|sequence)|\bin flow\b/i,
    "a bracket or brace is not closed, or a comma is missing",
    "close it, or put a comma between the two values",
  ],
  [
    /double-?\s?quoted|single-?\s?quoted|closing.*quote|Missing closing/i,
    "a quoted text does not end",
    "close the quote on the same line",
  ],
  [
    /bad indentation|Bad indentation|All collection items|indent/i,
    "the indentation does not fit the lines above",
    "indent the keys of one map alike, by spaces",
  ],
  [
    /Nested mappings|implicit|compact mapping|multiline key|can not read a block mapping/i,
    "a second `key:` stands where a value must",
    "put the value in quotes, or begin a new line",
  ],
  [/tab/i, "a tab indents this line", "YAML indents by spaces"],
  [/duplicat/i, "a name stands twice", "keep one of the two"],
];

function explain(source: Source, offset: number, reason: string): Finding {
  const at = source.place(wordAt(source.text, Math.min(offset, source.text.length)));
  const line = source.line(at.line);
  const known = REASONS.find(([words]) => words.test(reason));
  const tab = /^\s*\t/.test(line);
  const message = tab ? "a tab indents this line" : (known?.[1] ?? "this is no YAML");
  const help = tab
    ? "YAML indents by spaces"
    : (known?.[2] ?? "a topology is made of `key: value` lines: lbctl init writes one");
  const rule = tab ? "schema/tab" : reason.includes("maxDepth") ? "schema/too-deep" : "schema/no-yaml";
  return finding({ rule, source: "schema", message, help, at });
}

/** From `offset` to the end of the word there, one character at least. */
function wordAt(text: string, offset: number): { start: number; end: number } {
  const start = offset > 0 && offset >= text.length ? Math.max(0, text.trimEnd().length - 1) : offset;
  const length = /^[^\s,{}[\]:]+/.exec(text.slice(start, start + 80))?.[0].length ?? 1;
  return { start, end: start + length };
}
