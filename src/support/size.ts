/** Bytes. */
export type Size = number;

const UNITS = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;

/** `16k`, `1m`, `2g` in bytes; undefined for anything else: a unit is never guessed. */
export function parseSize(text: string): Size | undefined {
  const parts = /^(\d+)([kmg])$/.exec(text);
  return parts ? Number(parts[1]) * UNITS[parts[2] as keyof typeof UNITS] : undefined;
}

/** In the largest unit that keeps it whole: `1m`, `1500k`; bytes where none does. */
export function formatSize(bytes: Size): string {
  for (const unit of ["g", "m", "k"] as const)
    if (bytes > 0 && bytes % UNITS[unit] === 0) return `${bytes / UNITS[unit]}${unit}`;
  return `${bytes}`;
}
