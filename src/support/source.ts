/** A stretch of a text, in UTF-16 offsets; `end` is the offset after it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A span as people and editors name it: lines and columns from 1, columns in code points, `endColumn` after the last. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One input text under the name by which its user knows it. Lines are counted only when somebody asks for a place. */
export class Source {
  readonly file: string;
  readonly text: string;
  #lineStarts: number[] | undefined;
  #pairs: number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** Offsets at which the lines start; CR LF, LF and a lone CR end a line. */
  get lineStarts(): readonly number[] {
    return (this.#lineStarts ??= lineStartsOf(this.text));
  }

  /** Line (from 1) in which `offset` lies. O(log lines). */
  lineAt(offset: number): number {
    return countUpTo(this.lineStarts, offset);
  }

  /** The text of line `line` (from 1) without its line break. */
  line(line: number): string {
    const start = this.lineStarts[line - 1] ?? this.text.length;
    let end = this.lineStarts[line] ?? this.text.length;
    while (end > start && isBreak(this.text.charCodeAt(end - 1))) end -= 1;
    return this.text.slice(start, end);
  }

  /** Columns `from` up to `to` (from 1, `to` not included) of a line: O(log text) however long it is. */
  columns(line: number, from: number, to: number): string {
    const start = this.lineStarts[line - 1] ?? this.text.length;
    const text = this.line(line);
    return text.slice(this.#offsetAt(start, from) - start, this.#offsetAt(start, to) - start);
  }

  /** What of a span stands in its first line: a block that spans several is shown by that. One character at least. */
  firstLine({ start, end }: Span): Span {
    const next = this.lineStarts[this.lineAt(start)];
    if (next === undefined || next >= end) return { start, end };
    return { start, end: start + Math.max(1, this.text.slice(start, next).trimEnd().length) };
  }

  /** O(log lines), however long a line is. */
  place({ start, end }: Span): Place {
    const line = this.lineAt(start);
    const endLine = this.lineAt(Math.max(start, end));
    return {
      file: this.file,
      line,
      column: this.#columnAt(start, line),
      endLine,
      endColumn: this.#columnAt(Math.max(start, end), endLine),
    };
  }

  #offsetAt(lineStart: number, column: number): number {
    this.#pairs ??= pairsOf(this.text);
    const before = countUpTo(this.#pairs, lineStart - 1);
    let [low, high] = [before, this.#pairs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      // The code points of this line in front of the pair, less than those wanted?
      if (this.#pairs[middle]! - 1 - lineStart - (middle - before) < column - 1) low = middle + 1;
      else high = middle;
    }
    return lineStart + column - 1 + (low - before);
  }

  /** A code point beyond U+FFFF is two UTF-16 units, and one column. */
  #columnAt(offset: number, line: number): number {
    const start = this.lineStarts[line - 1]!;
    this.#pairs ??= pairsOf(this.text);
    return offset - start - countUpTo(this.#pairs, offset - 1) + countUpTo(this.#pairs, start - 1) + 1;
  }
}

const isBreak = (code: number): boolean => code === 10 || code === 13;

/** How many of `sorted` are at most `limit`. */
function countUpTo(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Offsets of the second halves of surrogate pairs. */
const pairsOf = (text: string): number[] =>
  Array.from(text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g), ({ index }) => index + 1);

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
  }
  return starts;
}
