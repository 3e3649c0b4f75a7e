/** Milliseconds. */
export type Duration = number;

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `500ms`, `5s`, `1m`, `1h`, `1d` in milliseconds; undefined for anything else: a unit is never guessed. */
export function parseDuration(text: string): Duration | undefined {
  const parts = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  if (!parts) return undefined;
  return Number(parts[1]) * UNITS[parts[2] as keyof typeof UNITS];
}

/** As the language writes it, largest units first: `90s`, `1m20s`, `12ms`, `1h`. Whole minutes up to 90 s stay seconds. */
export function formatDuration(ms: Duration): string {
  if (ms === 0) return "0s";
  if (ms < 120_000) return ms % 1000 === 0 ? `${ms / 1000}s` : ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
  let rest = ms;
  let text = "";
  for (const unit of ["d", "h", "m", "s", "ms"] as const) {
    const count = Math.floor(rest / UNITS[unit]);
    rest -= count * UNITS[unit];
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}
