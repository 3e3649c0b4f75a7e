import type { YAMLError } from "yaml";
import { type Finding, finding } from "../support/finding.js";
import type { Source, Span } from "../support/source.js";

/** Beyond it only the first error is told: the reader that finds all of them is quadratic in places. */
const ALL_ERRORS = 256 * 1024;
/** A text that is no YAML at all breaks on every line; more would help nobody. */
const MOST = 20;
/** So many errors are looked at: many may be of one line. */
const ENOUGH = 1000;
/** Characters around an error that are looked at. */
const WORD = 80;

/**
 * Why a text is no YAML. `offset` and `reason` are of the first error; short texts are read a second time by a reader
 * that goes on after an error, so that all of them are told, one for a line.
 */
export async function brokenFindings(source: Source, offset: number, reason: string): Promise<Finding[]> {
  const first = explain(source, offset, reason);
  if (source.text.length > ALL_ERRORS || first.rule === "schema/too-deep") return [first];
  const found = new Map([[first.at.line, first]]);
  for (const error of await furtherErrors(source.text)) {
    if (found.size === MOST) break;
    const start = startOf(source.text, error.offset);
    const line = source.lineAt(start);
    if (line > first.at.line && !found.has(line)) found.set(line, explain(source, start, error.reason));
  }
  return [...found.values()];
}

async function furtherErrors(text: string): Promise<{ offset: number; reason: string }[]> {
  const { Composer, Parser } = await import("yaml");
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, logLevel: "silent" });
  const found: { offset: number; reason: string }[] = [];
  const take = (documents: Iterable<{ readonly errors: readonly YAMLError[] }>): void => {
    for (const { errors } of documents)
      for (const { pos, message } of errors.slice(0, ENOUGH)) found.push({ offset: pos[0], reason: message });
  };
  quickly(() => {
    let wrong = 0;
    for (const token of new Parser().parse(text)) {
      take(composer.next(token));
      if (token.type === "error" && (wrong += 1) > ENOUGH) break;
    }
    take(composer.end());
  });
  return found;
}

/** A hundred thousand errors take seconds to make, most of them for their stacks; this reader recurses, too. */
function quickly(read: () => void): void {
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  } finally {
    Error.stackTraceLimit = usual;
  }
}

interface Reason {
  /** What the readers say. */
  readonly words: RegExp;
  readonly rule?: string;
  readonly message: string;
  readonly help: string;
}

const SECOND_KEY: Omit<Reason, "words"> = {
  message: "a second `key:` stands where a value must",
  help: "put the value in quotes, or begin a new line",
};

/** By what people did, the first that fits. */
const REASONS: readonly Reason[] = [
  {
    words: /maxDepth/,
    rule: "too-deep",
    message: "values are nested more than 100 deep here",
    help: "no part of a topology is deeper than 10",
  },
  {
    words: /non-printable/,
    rule: "encoding",
    message: "a control character stands in the text",
    help: "remove it, or write it in double quotes as an escape such as \\x07",
  },
  {
    words: /duplication of a|at most one|previously declared|duplication of %YAML/,
    message: "a value has two anchors, two tags, or a directive stands twice",
    help: "keep one of the two",
  },
  {
    words: /[Aa]lias|[Aa]nchor/,
    message: "an anchor or alias is not written as YAML wants it",
    help: "write `&name` before a value, and `*name` alone in another place; or put the text in quotes",
  },
  {
    words: /\btags?\b/i,
    message: "a tag is not written as YAML wants it",
    help: "leave it out, or put the text in quotes",
  },
  { words: /directive/i, message: "a line that begins with % is no directive here", help: "leave it out" },
  {
    words: /escape|hexadecimal/,
    message: "a backslash begins an escape in double quotes, and this is none",
    help: "write \\\\ for a backslash, or use single quotes",
  },
  {
    words: /(?:single|double)[ -]?quoted|closing.*quote|valid JSON character/i,
    message: "a quoted text does not end",
    help: "close the quote on the same line",
  },
  {
    words: /flow|missed comma|node content|map-as-json/i,
    message: "a bracket or brace is not closed, or a comma is missing",
    help: "close it, or put a comma between the two values",
  },
  {
    words: /deficient indentation/,
    message: "a bracket, a brace or a quoted text does not end before this line",
    help: "close it, or indent what belongs to it",
  },
  {
    words: /multiline key|can not read a block mapping|expected ':'|followed by map values/,
    message: "a line without a `key:` stands here",
    help: "write `key: value`",
  },
  { words: /nested mappings|implicit|compact mapping|1024/i, ...SECOND_KEY },
  {
    words: /whitespace character is expected after/,
    message: "no space stands after the colon",
    help: "write `key: value`",
  },
  {
    words: /indentation|indent|All collection items|same column|document separator is expected/i,
    message: "the line does not fit the ones above it",
    help: "write `key: value`, and indent the keys of one map alike, by spaces",
  },
  {
    words: /cannot start with|reserved|chomping|block scalar|line break is expected/i,
    message: "a text begins with a character that means something in YAML",
    help: "put it in quotes",
  },
];

const TAB: Omit<Reason, "words"> = { rule: "tab", message: "a tab indents this line", help: "YAML indents by spaces" };
const VARIABLE: Omit<Reason, "words"> = {
  message: "a variable stands in braces or brackets without quotes",
  help: 'put it in quotes: "${NAME}"',
};
const NO_YAML: Omit<Reason, "words"> = {
  message: "this is no YAML",
  help: "a topology is made of `key: value` lines: lbctl init writes one",
};

function explain(source: Source, offset: number, reason: string): Finding {
  const start = startOf(source.text, offset);
  const { rule, message, help } = reasonAt(source, start, reason);
  const at = source.place(wordAt(source.text, start));
  return finding({ rule: `schema/${rule ?? "no-yaml"}`, source: "schema", message, help, at });
}

/** An error at the end of a line or text is shown at the word before it. */
function startOf(text: string, offset: number): number {
  if (offset < text.length && !/[ \r\n]/.test(text[offset]!)) return offset;
  const end = text.slice(0, offset).trimEnd().length;
  return end - /\S*$/.exec(text.slice(Math.max(0, end - WORD), end))![0].length;
}

/** What stands around the error says more than the readers, who see its consequence. */
function reasonAt(source: Source, start: number, reason: string): Omit<Reason, "words"> {
  const known = REASONS.find(({ words }) => words.test(reason));
  if (known?.rule) return known;
  const begin = source.lineStarts[source.lineAt(start) - 1]!;
  if (/^ *\t/.test(source.text.slice(begin, begin + WORD))) return TAB;
  if (/\$\{[^}"']*\}?$/.test(source.text.slice(Math.max(begin, start - WORD), start + 1))) return VARIABLE;
  const before = source.text.slice(Math.max(begin, start - WORD), start);
  if (source.text[start] === ":" && /^[^#]*:\s/.test(before)) return SECOND_KEY;
  if (/[@`]/.test(source.text[start] ?? "")) return REASONS.at(-1)!;
  const isFirst = source.text.slice(0, begin).trim() === "";
  return isFirst && /document separator/.test(reason) ? NO_YAML : (known ?? NO_YAML);
}

/** From `start` to the end of the word there, one character at least. */
function wordAt(text: string, start: number): Span {
  const length = /^\S[^\s,{}[\]:"']*/.exec(text.slice(start, start + WORD))?.[0].length ?? 1;
  return { start, end: start + length };
}
