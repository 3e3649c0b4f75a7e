import { CannotUse } from "../../support/errors.js";

/** A text that nginx has no way to hold in that place. */
export class Refusal extends CannotUse {
  readonly text: string;
  constructor(text: string, why: string) {
    super(`nginx cannot hold ${JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)}: ${why}`);
    this.name = "Refusal";
    this.text = text;
  }
}

/** Characters that stand for themselves wherever they are in a word. */
const BARE = /^[A-Za-z0-9_./:@%+,=~^*!?|&()[\]<>$-]+$/;
/** What nginx takes for one word, quotes and backslashes included, in bytes (1.22.1: 4,095 in quotes, 4,094 bare). */
const LONGEST = 4000;

/**
 * Any text as exactly one word that nginx reads back as the same bytes. `$` stays as it is: whether it begins a variable is
 * the directive's affair (see `literal`). Refused: line breaks and other control characters (but a tab), what is no Unicode
 * text, and what is longer than nginx takes.
 */
export function word(text: string): string {
  if (text.length < 1000 && BARE.test(text)) return text;
  const why = whyUnreadable(text);
  if (why !== null) throw new Refusal(text, why);
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Why no word can hold the text, or null where one can. */
export function whyUnreadable(text: string): string | null {
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(text)) return "a control character would end or change it";
  if (!text.isWellFormed()) return "it is no Unicode text";
  const quotes = text.match(/["\\]/g)?.length ?? 0;
  return Buffer.byteLength(text) + quotes > LONGEST ? `it is longer than ${LONGEST} bytes` : null;
}

/** One word for each text, with single blanks between. */
export function words(texts: readonly string[]): string {
  let line = "";
  for (const text of texts) line += line === "" ? word(text) : ` ${word(text)}`;
  return line;
}

/** A variable that holds the sign itself: nginx has no escape for it. Define it by `geo $dollar { default "$"; }`. */
export const DOLLAR = "dollar";

/** A text that stands for itself in a directive that fills in variables, to be passed through `word` afterwards. */
export const literal = (text: string): string => (text.includes("$") ? text.replaceAll("$", `\${${DOLLAR}}`) : text);

/** A text behind `# `: whatever would leave the comment is shown as a blank. */
export const comment = (text: string): string => text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, " ");
