/** What must never reach a terminal as it is: control characters, and marks that reorder what is read. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;
const TAB_STOP = 4;
/** Wide in a terminal: CJK, Hangul, full-width forms, emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const NARROW_NOTHING = /\p{Mn}|\p{Me}|\u200b|\u200d/u;

/** A message on one line: control characters written as `\u001b`. */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** One code point as it stands on the screen, and how many columns it takes there. */
export interface Cell {
  readonly text: string;
  readonly width: number;
}

/** A source line, one cell a code point: tabs expanded, control characters replaced, wide characters counted twice. */
export function cellsOf(line: string): Cell[] {
  const cells: Cell[] = [];
  let column = 0;
  for (const character of line) {
    const cell = cellOf(character, column);
    cells.push(cell);
    column += cell.width;
  }
  return cells;
}

function cellOf(character: string, column: number): Cell {
  if (character === "\t") {
    const width = TAB_STOP - (column % TAB_STOP);
    return { text: " ".repeat(width), width };
  }
  if (character >= " " && character <= "~") return { text: character, width: 1 };
  if (character.length === 1 && character.search(UNPRINTABLE) === 0) return { text: "\ufffd", width: 1 };
  if (character >= "\ud800" && character <= "\udfff" && character.length === 1) return { text: "\ufffd", width: 1 };
  if (NARROW_NOTHING.test(character)) return { text: character, width: 0 };
  return { text: character, width: WIDE.test(character) ? 2 : 1 };
}
