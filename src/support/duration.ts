/** Milliseconds. */
export type Duration = number;

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `500ms`, `5s`, `1m`, `1h`, `1d` in milliseconds; undefined for anything else: a unit is never guessed. */
export function parseDuration(text: string): Duration | undefined {
  const parts = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  if (!parts) return undefined;
  return Number(parts[1]) * UNITS[parts[2] as keyof typeof UNITS];
}

/** As the language writes it, so that it can be copied: the largest unit that keeps it whole; seconds below two minutes. */
export function formatDuration(ms: Duration): string {
  if (ms % UNITS.s !== 0 || ms === 0) return ms === 0 ? "0s" : `${ms}ms`;
  if (ms < 2 * UNITS.m) return `${ms / UNITS.s}s`;
  const unit = (["d", "h", "m", "s"] as const).find((each) => ms % UNITS[each] === 0)!;
  return `${ms / UNITS[unit]}${unit}`;
}
