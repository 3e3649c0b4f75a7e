import fc from "fast-check";

/** What every run draws from, so that a change is judged by its own mistakes. */
const ALWAYS = 20261121;

/** `LBCTL_SEED=123 npx vitest run test/injection` draws other texts, `LBCTL_SEED=random` new ones each time. */
export const SEED: number = seedOf(process.env.LBCTL_SEED);

function seedOf(asked: string | undefined): number {
  return asked === "random" ? Date.now() % 0x7fff_ffff : Number(asked ?? ALWAYS);
}

/** Many values for one run of a program, always the same for a seed; others for each `turn`. */
export const drawn = <T>(values: fc.Arbitrary<T>, count: number, turn = 0): T[] =>
  fc.sample(values, { numRuns: count, seed: SEED + turn });

/** Of many failures, the first. */
const MOST = 12;

/** What failed, the first few, and how to see it again. */
export function told(failures: readonly string[]): string {
  if (failures.length === 0) return "";
  const shown = failures.slice(0, MOST).join("\n  ");
  return `${failures.length} failed; repeat with LBCTL_SEED=${SEED}\n  ${shown}`;
}

/** A value as it can be read in a message, whatever stands in it. */
export const shown = (value: string): string =>
  JSON.stringify(value).replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
