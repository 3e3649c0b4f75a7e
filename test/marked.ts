/** A text whose places of interest stand between `▶` and `◀`. */
export interface Marked {
  readonly text: string;
  /** `line:column-endLine:endColumn` of each, in file order; columns in code points, from 1. */
  readonly spans: readonly string[];
}

/** Takes the marks out of a text. Spans that overlap cannot be marked. */
export function unmark(marked: string): Marked {
  const spans: string[] = [];
  let [line, column, text, start] = [1, 1, "", ""];
  for (const character of marked) {
    if (character === "▶") start = `${line}:${column}`;
    else if (character === "◀") spans.push(`${start}-${line}:${column}`);
    else {
      text += character;
      [line, column] = character === "\n" ? [line + 1, 1] : [line, column + 1];
    }
  }
  return { text, spans };
}
