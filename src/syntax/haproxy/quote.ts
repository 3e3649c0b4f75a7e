import { CannotUse } from "../../support/errors.js";

/** A text that HAProxy has no way to hold in that place. `text` is what was refused. */
export class Refusal extends CannotUse {
  readonly text: string;
  constructor(text: string, why: string) {
    super(`HAProxy cannot hold ${JSON.stringify(text)}: ${why}`);
    this.name = "Refusal";
    this.text = text;
  }
}

/** Characters that mean nothing to HAProxy's reader outside quotes. */
const BARE = /^[A-Za-z0-9_./:@%+,=~^*!?|&;()[\]{}<>$`-]+$/;
const WEAK = /["\\$\n\r\t]/g;
const WEAK_ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Any text as exactly one word that reads back as the same bytes. Refuses an empty text (it would end the line) and NUL. */
export function word(text: string): string {
  if (BARE.test(text)) return text;
  refuseUnreadable(text);
  if (!/['\n\r]/.test(text)) return `'${text}'`;
  return `"${text.replace(WEAK, (char) => WEAK_ESCAPES[char] ?? `\\${char}`)}"`;
}

function refuseUnreadable(text: string): void {
  if (text === "") throw new Refusal(text, "an empty word ends its line");
  if (text.includes("\0")) throw new Refusal(text, "a NUL character ends a word");
  if (!text.isWellFormed()) throw new Refusal(text, "it is no Unicode text");
}

/** One word for each text, with single blanks between. */
export function words(texts: readonly string[]): string {
  let line = "";
  for (const text of texts) line += line === "" ? word(text) : ` ${word(text)}`;
  return line;
}

/**
 * A literal text inside a log-format string: what stands for itself there. To be passed through `word` afterwards. A line
 * break is refused: most of these strings become header values.
 */
export function literal(text: string): string {
  if (/[\r\n]/.test(text)) throw new Refusal(text, "a line break would end a header");
  return text.includes("%") ? text.replaceAll("%", "%%") : text;
}

/** Characters that need no quotes between the parentheses of a sample fetch or converter. */
const BARE_ARGUMENT = /^[A-Za-z0-9_.:/@+=~^*!?|&;<>`-]+$/;

/**
 * A text as one argument of a sample fetch or converter: `req.hdr(ARGUMENT)`. The argument's own quotes are read by a second
 * reader (manual, 2.2), so the whole still passes through `word`. A bracket would end the `%[...]` around it.
 */
export function argument(text: string): string {
  if (BARE_ARGUMENT.test(text)) return text;
  refuseUnreadable(text);
  if (/[\r\n[\]]/.test(text)) throw new Refusal(text, "a bracket or line break ends an expression");
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** A text as a pattern of an ACL, where a leading `-` is an option and a lone `}` ends a condition. */
export function pattern(text: string): string {
  if (text.startsWith("-") || text === "}") throw new Refusal(text, "it is no pattern but syntax there");
  return text;
}

const NAME = /^[A-Za-z0-9_.:-]+$/;

/** A name of a section or server: letters, digits, `-`, `_`, `.`, `:`. */
export function name(text: string): string {
  if (!NAME.test(text)) throw new Refusal(text, "names are made of letters, digits, '-', '_', '.' and ':'");
  return text;
}

export const isName = (text: string): boolean => NAME.test(text);

/** A text behind `# ` of a comment: whatever would leave the comment is shown as a blank. */
export const comment = (text: string): string => text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, " ");
