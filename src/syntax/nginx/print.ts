import type { Directive } from "./parse.js";

/** A directive to print: as parsed, or made up. `words` holds plain texts. */
export interface Printable {
  readonly words: readonly string[];
  readonly block: readonly Printable[] | null;
  /** The line it should stand on, or later; 0: wherever the text has come to. */
  readonly line: number;
}

/** A parsed tree as plain printable data. */
export const printable = (directive: Directive): Printable => ({
  words: directive.words.map((one) => one.text),
  block: directive.block?.map(printable) ?? null,
  line: directive.line,
});

/**
 * A tree as text, each directive on its own line number again as long as nothing before it grew: so a program that reads
 * the copy names the original's lines. Comments are gone.
 */
export function print(directives: readonly Printable[]): string {
  let text = "";
  let line = 1;
  const put = (directive: Printable): void => {
    while (line < directive.line) {
      text += "\n";
      line += 1;
    }
    text += ` ${directive.words.map(quoted).join(" ")}`;
    if (!directive.block) {
      text += ";";
      return;
    }
    text += " {";
    directive.block.forEach(put);
    text += " }";
  };
  directives.forEach(put);
  return `${text}\n`;
}

/** Unlike `word` it keeps line breaks: what was read is written again. */
const quoted = (text: string): string =>
  /^[A-Za-z0-9_./:@%+,=-]+$/.test(text)
    ? text
    : `"${text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r")}"`;
