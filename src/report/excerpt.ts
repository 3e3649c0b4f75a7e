import type { Place, Source } from "../support/source.js";
import { type Cell, cellsOf } from "./printable.js";
import type { Marks } from "./style.js";

/** Columns of a source line that are shown at most; a longer one is cut around the place. */
const WINDOW = 110;
/** Code points on either side of the place that are looked at: a line may be as long as its file. */
const AROUND = 1000;
/** Columns left of the place that stay when a line is cut. */
const LEAD = 40;

/** A line of the source and the marks under the place, both as they stand on the screen. */
export interface Excerpt {
  readonly line: string;
  readonly indent: number;
  readonly width: number;
}

/** The first line of `place`. A place behind the end of the line (a missing value) is marked by one column. */
export function excerptOf(source: Source, place: Place, marks: Marks): Excerpt {
  const first = Math.max(1, place.column - AROUND);
  const cells = cellsOf(source.columns(place.line, first, first + 2 * AROUND));
  const from = Math.min(place.column - first, cells.length);
  const to = place.endLine > place.line ? cells.length : Math.min(place.endColumn - first, cells.length);
  const total = widthOf(cells);
  if (total <= WINDOW) {
    return { line: textOf(cells).trimEnd(), indent: widthOf(cells.slice(0, from)), width: underline(cells, from, to) };
  }
  return cutExcerpt(cells, from, to, marks.cut);
}

function cutExcerpt(cells: readonly Cell[], from: number, to: number, cut: string): Excerpt {
  const first = widthOf(cells.slice(0, from)) <= LEAD ? 0 : backBy(cells, from, LEAD);
  const last = forwardBy(cells, first, WINDOW);
  const shown = cells.slice(first, last);
  const before = first > 0 ? cut : "";
  const after = last < cells.length ? cut : "";
  return {
    line: `${before}${textOf(shown)}${after}`.trimEnd(),
    indent: before.length + widthOf(cells.slice(first, from)),
    width: underline(cells, from, Math.min(to, last)),
  };
}

const textOf = (cells: readonly Cell[]): string => cells.map((cell) => cell.text).join("");
const widthOf = (cells: readonly Cell[]): number => cells.reduce((sum, cell) => sum + cell.width, 0);
const underline = (cells: readonly Cell[], from: number, to: number): number =>
  Math.max(1, widthOf(cells.slice(from, to)));

function backBy(cells: readonly Cell[], from: number, columns: number): number {
  let first = from;
  for (let width = 0; first > 0 && width < columns; first -= 1) width += cells[first - 1]!.width;
  return first;
}

function forwardBy(cells: readonly Cell[], from: number, columns: number): number {
  let last = from;
  for (let width = 0; last < cells.length && width < columns; last += 1) width += cells[last]!.width;
  return last;
}
