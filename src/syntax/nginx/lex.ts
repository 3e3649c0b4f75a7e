/** One token of an nginx configuration: a word with quotes and backslashes resolved, a sign, or a comment. */
export interface Token {
  readonly kind: "word" | ";" | "{" | "}" | "comment";
  /** A word's value, a comment's text behind `#`, or the sign itself. */
  readonly text: string;
  /** UTF-16 offsets into the text; `end` is the offset after it. */
  readonly start: number;
  readonly end: number;
  /** From 1: the line of its first character. */
  readonly line: number;
}

export interface LexProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

export interface Lexed {
  readonly tokens: readonly Token[];
  /** What nginx would stop at; the tokens before it are whole. */
  readonly problem: LexProblem | null;
}

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const DOUBLE = 34;
const HASH = 35;
const DOLLAR = 36;
const SINGLE = 39;
const SEMICOLON = 59;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const CLOSE_PARENTHESIS = 41;

const isBlank = (code: number): boolean => code === SPACE || code === TAB || code === LF || code === CR;

/**
 * Cuts a text into tokens as nginx does (seen on 1.22.1): blanks separate; `"` and `'` quote only where they begin a word;
 * `{` and `;` end a bare word except in `${`; `}` and `#` mean something only where a word could begin. O(length).
 */
export function lex(text: string): Lexed {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isBlank(code)) {
      if (code === LF) line += 1;
      at += 1;
      continue;
    }
    const token = readToken(text, at, line);
    if (!("kind" in token)) return { tokens, problem: token };
    tokens.push(token);
    for (let passed = at; passed < token.end; passed += 1) if (text.charCodeAt(passed) === LF) line += 1;
    at = token.end;
  }
  return { tokens, problem: null };
}

function readToken(text: string, start: number, line: number): Token | LexProblem {
  switch (text.charCodeAt(start)) {
    case SEMICOLON:
      return { kind: ";", text: ";", start, end: start + 1, line };
    case OPEN:
      return { kind: "{", text: "{", start, end: start + 1, line };
    case CLOSE:
      return { kind: "}", text: "}", start, end: start + 1, line };
    case HASH:
      return readComment(text, start, line);
    case DOUBLE:
    case SINGLE:
      return readQuoted(text, start, line);
    default:
      return readBare(text, start, line);
  }
}

function readComment(text: string, start: number, line: number): Token {
  const newline = text.indexOf("\n", start);
  const end = newline < 0 ? text.length : newline;
  return { kind: "comment", text: text.slice(start + 1, end), start, end, line };
}

function readQuoted(text: string, start: number, line: number): Token | LexProblem {
  const quote = text.charCodeAt(start);
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  if (at >= text.length) return { message: "quote is not closed", start, end: text.length, line };
  const end = at + 1;
  const next = text.charCodeAt(end);
  const separates =
    end >= text.length || isBlank(next) || next === SEMICOLON || next === OPEN || next === CLOSE_PARENTHESIS;
  if (!separates) return { message: `unexpected "${text[end]}" after a quoted word`, start: end, end: end + 1, line };
  return { kind: "word", text: resolve(text.slice(start + 1, at)), start, end, line };
}

function readBare(text: string, start: number, line: number): Token {
  let at = start;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === DOLLAR && text.charCodeAt(at + 1) === OPEN) at += 1;
    else if (isBlank(code) || code === SEMICOLON || code === OPEN) break;
  }
  const end = Math.min(at, text.length);
  return { kind: "word", text: resolve(text.slice(start, end)), start, end, line };
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "'": "'", "\\": "\\", t: "\t", r: "\r", n: "\n" };

/** `\"`, `\'`, `\\`, `\t`, `\r`, `\n` become one character; before any other the backslash stays. */
function resolve(raw: string): string {
  if (!raw.includes("\\")) return raw;
  return raw.replace(/\\([\s\S])/g, (both, char: string) => ESCAPES[char] ?? both);
}
