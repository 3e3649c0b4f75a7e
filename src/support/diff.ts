import { structuredPatch } from "diff";

/** Edits beyond which texts count as wholly different: the search grows with the square of them. */
const MOST_EDITS = 4000;

export interface DiffOptions {
  /** Unchanged lines shown around a change; none by default, so that every change stands below its own section. */
  readonly context?: number;
  /** The section that a line (from 1) of the new text belongs to, for the head of its hunk. */
  readonly section?: (line: number) => string | undefined;
}

/**
 * What turns `before` into `after`, as a unified diff whose hunks are headed by their section
 * (`@@ upstream routemq @@`), or by their first changed line. Empty where the texts are equal; each line ends in a line break.
 */
export function diffText(before: string, after: string, options: DiffOptions = {}): string {
  if (before === after) return "";
  const { context = 0, section = () => undefined } = options;
  return hunksOf(before, after, context)
    .map(({ newStart, lines }) => {
      const line =
        newStart +
        Math.max(
          0,
          lines.findIndex((text) => !text.startsWith(" ")),
        );
      const head = section(line) ?? `line ${line}`;
      return [`@@ ${head} @@`, ...lines, ""].join("\n");
    })
    .join("");
}

interface Hunk {
  readonly newStart: number;
  readonly lines: readonly string[];
}

function hunksOf(before: string, after: string, context: number): readonly Hunk[] {
  const patch = structuredPatch("", "", before, after, "", "", { context, maxEditLength: MOST_EDITS });
  return patch ? patch.hunks : [wholeHunk(before.split("\n"), after.split("\n"))];
}

/** All that lies between the common start and the common end, removed and added. */
function wholeHunk(before: readonly string[], after: readonly string[]): Hunk {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const removed = before.slice(start, before.length - end).map((line) => `-${line}`);
  return {
    newStart: start + 1,
    lines: [...removed, ...after.slice(start, after.length - end).map((line) => `+${line}`)],
  };
}
