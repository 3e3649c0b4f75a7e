/** One word of a line, read as HAProxy reads it: quotes and backslashes resolved. Offsets are those of the text given. */
export interface Word {
  readonly text: string;
  readonly start: number;
  /** The offset after its last character. */
  readonly end: number;
  /** Whether an environment variable stands in it; `text` then keeps it as written. */
  readonly variable: boolean;
}

export interface LexProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

export interface LexedLine {
  readonly words: readonly Word[];
  /** What follows an unquoted `#`, without it; null: no comment. */
  readonly comment: string | null;
  readonly problem: LexProblem | null;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/**
 * Cuts one line into words (configuration manual, 2.2 and 2.3): blanks separate, `\` escapes, `'...'` is literal,
 * `"..."` still knows escapes and `$NAME`, `#` starts a comment where a quote or escape does not protect it. `from` and
 * `to` are offsets into `text`; what is reported counts from the same start.
 */
export function lexLine(text: string, from = 0, to = text.length): LexedLine {
  const words: Word[] = [];
  let at = from;
  for (;;) {
    while (at < to && (text[at] === " " || text[at] === "\t")) at += 1;
    if (at >= to || text[at] === "\r" || text[at] === "\n") return { words, comment: null, problem: null };
    if (text[at] === "#") return { words, comment: text.slice(at + 1, to).replace(/\r$/, ""), problem: null };
    const read = readWord(text, at, to);
    if ("message" in read) return { words, comment: null, problem: read };
    words.push(read);
    at = read.end;
  }
}

function readWord(text: string, start: number, to: number): Word | LexProblem {
  let value = "";
  let quote = "";
  let variable = false;
  let at = start;
  for (; at < to; at += 1) {
    const char = text[at]!;
    if (quote === "'") {
      if (char === "'") quote = "";
      else value += char;
    } else if (char === "\\") {
      const escaped = readEscape(text, at, to);
      if (!escaped) return { message: "backslash escape is cut off", start: at, end: to };
      value += escaped.text;
      at = escaped.last;
    } else if (char === '"') quote = quote === '"' ? "" : '"';
    else if (quote === '"') {
      if (char === "$") variable = true;
      value += char;
    } else if (char === "'") quote = "'";
    else if (endsWord(char)) break;
    else value += char;
  }
  if (quote) return { message: `quote ${quote} is not closed`, start, end: to };
  return { text: value, start, end: at, variable };
}

const endsWord = (char: string): boolean =>
  char === " " || char === "\t" || char === "#" || char === "\r" || char === "\n";

/** The character behind the backslash at `at`, and the offset of its last character. Consecutive `\xNN` are UTF-8. */
function readEscape(text: string, at: number, to: number): { text: string; last: number } | undefined {
  const next = text[at + 1];
  if (next === undefined || at + 1 >= to) return undefined;
  if (next !== "x") return { text: ESCAPES[next] ?? next, last: at + 1 };
  const bytes = /^(?:\\x[0-9a-fA-F]{2})+/.exec(text.slice(at, to))?.[0];
  if (!bytes) return undefined;
  return { text: Buffer.from(bytes.replaceAll("\\x", ""), "hex").toString("utf8"), last: at + bytes.length - 1 };
}
