/** More edits than this make another word. */
const MOST_EDITS = 3;

/**
 * The candidate that `text` was probably meant to be, or undefined: the nearest one within a third of its length in edits
 * (a swap is one), case, `_` and `-` aside; else the only one that goes on where `text` stops.
 */
function suggest(text: string, candidates: Iterable<string>): string | undefined {
  const wanted = wordOf(text);
  if (wanted.length > LONGEST) return undefined;
  const words = Array.from(candidates, (candidate) => [candidate, wordOf(candidate)] as const);
  let best: string | undefined;
  let bestDistance = Math.min(MOST_EDITS, Math.max(1, Math.floor(wanted.length / 3))) + 1;
  for (const [candidate, word] of words) {
    if (candidate === text || Math.abs(word.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, word);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best ?? onlyPrefixed(wanted, words);
}

/** No name is longer; what is, was not misspelt. */
const LONGEST = 63;

const wordOf = (text: string): string => text.toLowerCase().replace(/[\s_-]/g, "");

/** An abbreviation (`least_conn`): the one candidate that goes on where it stops, if there is just one. */
function onlyPrefixed(wanted: string, words: readonly (readonly [string, string])[]): string | undefined {
  if (wanted.length < 4) return undefined;
  const longer = words.filter(([, word]) => word.startsWith(wanted));
  return longer.length === 1 ? longer[0]![0] : undefined;
}

/** `did you mean "interval"?`, or undefined where nothing is near. */
export function didYouMean(text: string, candidates: Iterable<string>): string | undefined {
  const near = suggest(text, candidates);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/** Optimal string alignment distance (Damerau's edits, no substring edited twice). O(n m). */
function editDistance(a: string, b: string): number {
  let twoBack: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, twoBack[j - 2]! + 1);
      row.push(cost);
    }
    twoBack = previous;
    previous = row;
  }
  return previous[b.length]!;
}
