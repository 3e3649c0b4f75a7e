/** Bytes. */
export type Size = number;

const UNITS = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;

/** `16k`, `1m`, `2g` in bytes; undefined for anything else: a unit is never guessed. */
export function parseSize(text: string): Size | undefined {
  const parts = /^(\d+)([kmg])$/.exec(text);
  return parts ? Number(parts[1]) * UNITS[parts[2] as keyof typeof UNITS] : undefined;
}
