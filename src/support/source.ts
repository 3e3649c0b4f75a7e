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
    const starts = this.lineStarts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** The text of line `line` (from 1) without its line break. */
  line(line: number): string {
    const start = this.lineStarts[line - 1] ?? this.text.length;
    const end = this.lineStarts[line] ?? this.text.length;
    return this.text.slice(start, end).replace(/[\r\n]+$/, "");
  }

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

  #columnAt(offset: number, line: number): number {
    return codePoints(this.text.slice(this.lineStarts[line - 1]!, offset)) + 1;
  }
}

const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
  }
  return starts;
}
