import type { Severity } from "../support/finding.js";

/** What a target answers for a feature of the language. */
export type Support =
  | { readonly is: "yes" }
  /** Only from this version on; below it `below` is what happens (an error unless it says otherwise). */
  | { readonly is: "since"; readonly version: string; readonly below: Nearly | No }
  | Nearly
  | No;
/** Something like it happens: what, and how bad that is. */
export interface Nearly {
  readonly is: "nearly";
  readonly message: string;
  readonly severity: Severity;
  readonly help: string | null;
}
/** Nothing like it happens: an error. `nearest` is what to write instead. */
export interface No {
  readonly is: "no";
  readonly message: string;
  readonly nearest: string;
}

export const yes = (): Support => ({ is: "yes" });
export const nearly = (message: string, severity: Severity = "info", help: string | null = null): Nearly => ({
  is: "nearly",
  message,
  severity,
  help,
});
export const no = (message: string, nearest: string): No => ({ is: "no", message, nearest });
export const since = (version: string, below: Nearly | No): Support => ({ is: "since", version, below });

/** Compares dotted versions by number: `1.22` < `1.29.6`. A missing part counts as 0. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let part = 0; part < Math.max(left.length, right.length); part += 1) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export const atLeast = (version: string, wanted: string): boolean => compareVersions(version, wanted) >= 0;
