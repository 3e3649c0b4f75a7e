/** Whether some topic fits a filter of each list. MQTT 5, section 4.7: `+` is one level, `#` all from there on, and none (`a/#` fits `a`). */
export const topicsOverlap = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((one) => others.some((other) => filtersOverlap(one.split("/"), other.split("/"))));

function filtersOverlap(one: readonly string[], other: readonly string[]): boolean {
  for (let level = 0; ; level += 1) {
    const [a, b] = [one[level], other[level]];
    if (a === "#" || b === "#") return true;
    if (a === undefined || b === undefined) return a === b;
    if (a !== b && a !== "+" && b !== "+") return false;
  }
}
