import type { Source, Span } from "../../support/source.js";
import { type LexProblem, lexLine, type Word } from "./lex.js";

/** A line that holds words; blank lines and mere comments are not lines of the tree. */
export interface Line extends Span {
  /** From 1. */
  readonly line: number;
  readonly words: readonly [Word, ...Word[]];
  readonly comment: string | null;
}

/** `frontend web` with the lines up to the next section. */
interface Section {
  /** `global`, `defaults`, `frontend` ... */
  readonly kind: string;
  /** The word behind the kind; empty where there is none. */
  readonly name: string;
  readonly head: Line;
  readonly lines: readonly Line[];
}

export interface Configuration {
  readonly source: Source;
  /** Lines before the first section (`.notice`, `.if`). */
  readonly preamble: readonly Line[];
  readonly sections: readonly Section[];
  readonly problems: readonly LexProblem[];
}

/** The words that open a section in any version that was measured. */
const SECTIONS = new Set([
  "global",
  "defaults",
  "frontend",
  "backend",
  "listen",
  "peers",
  "resolvers",
  "userlist",
  "mailers",
  "ring",
  "log-forward",
  "log-profile",
  "http-errors",
  "cache",
  "program",
  "fcgi-app",
  "crt-store",
  "traces",
  "acme",
]);

/** Reads a whole file. Nothing is thrown: a line that cannot be read is a problem, and is left out of the tree. */
export function parse(source: Source): Configuration {
  const { text } = source;
  const preamble: Line[] = [];
  const sections: (Section & { lines: Line[] })[] = [];
  const problems: LexProblem[] = [];
  let start = 0;
  for (let number = 1; start < text.length; number += 1) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const { words, comment, problem } = lexLine(text, start, end);
    if (problem) problems.push(problem);
    else if (words.length > 0) {
      const line: Line = { start, end, line: number, words: words as [Word, ...Word[]], comment };
      const kind = words[0]!.text;
      if (SECTIONS.has(kind)) sections.push({ kind, name: words[1]?.text ?? "", head: line, lines: [] });
      else (sections.at(-1)?.lines ?? preamble).push(line);
    }
    start = end + 1;
  }
  if (text.length > 0 && !text.endsWith("\n"))
    problems.push({ message: "last line has no line end", start: text.length, end: text.length });
  return { source, preamble, sections, problems };
}
