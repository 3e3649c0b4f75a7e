import type { Node } from "../support/node.js";
import type { Source, Span } from "../support/source.js";

/** A comment of a YAML text: from its `#` to the end of the line. */
export interface Comment extends Span {
  readonly text: string;
  readonly line: number;
  /** Nothing else stands on its line. */
  readonly alone: boolean;
}

/**
 * The comments that begin with `word` after their `#`. Which `#` begins a comment, and which stands inside a text,
 * `scalars` tell: YAML 1.2, section 6.6 (a comment begins a line or follows white space).
 */
export function commentsWith(word: string, source: Source, scalars: readonly Span[]): Comment[] {
  const { text } = source;
  const lines = new Set<number>();
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) lines.add(source.lineAt(at));
  return [...lines].flatMap((line) => {
    const comment = commentOn(line, source, scalars);
    return comment && new RegExp(`^#\\s*${word}(?![\\w-])`).test(comment.text) ? [comment] : [];
  });
}

/** The comment on a line, if there is one. `scalars` in file order, apart from each other. */
export function commentOn(line: number, source: Source, scalars: readonly Span[]): Comment | undefined {
  const start = source.lineStarts[line - 1]!;
  const content = source.line(line);
  for (let column = content.indexOf("#"); column >= 0; column = content.indexOf("#", column + 1)) {
    const begins = column === 0 || /[ \t\uFEFF]/.test(content[column - 1]!);
    if (!begins || isInside(start + column, scalars)) continue;
    const alone = content.slice(0, column).replace("\uFEFF", "").trim() === "";
    const end = start + content.trimEnd().length;
    return { start: start + column, end, text: content.slice(column).trimEnd(), line, alone };
  }
  return undefined;
}

/** Where the texts of a tree stand, keys included, in file order; of a block scalar without its first line's comment. */
export function scalarsOf(node: Node, text: string): Span[] {
  const spans: Span[] = [];
  const seen = new Set<Node>();
  const walk = (here: Node): void => {
    if (seen.has(here)) return;
    seen.add(here);
    if (here.kind === "scalar") spans.push(contentOf(here, text));
    else if (here.kind === "sequence") here.items.forEach(walk);
    else
      for (const { key, value } of here.entries.values()) {
        spans.push(key);
        walk(value);
      }
  };
  walk(node);
  return spans.sort((a, b) => a.start - b.start);
}

function contentOf(scalar: Span, text: string): Span {
  const first = text[scalar.start];
  if (first !== "|" && first !== ">") return scalar;
  const lineEnd = text.slice(scalar.start, scalar.end).search(/[\r\n]/);
  return lineEnd < 0 ? { start: scalar.end, end: scalar.end } : { start: scalar.start + lineEnd, end: scalar.end };
}

/** O(log scalars). */
function isInside(offset: number, scalars: readonly Span[]): boolean {
  let low = 0;
  let high = scalars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (scalars[middle]!.start <= offset) low = middle + 1;
    else high = middle;
  }
  return low > 0 && offset < scalars[low - 1]!.end;
}
