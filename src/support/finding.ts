import type { Place } from "./source.js";

export type Severity = "error" | "warning" | "info";

/** What is wrong with an input, and where. The only way anything reports trouble with a file. */
export interface Finding {
  /** `mqtt-idle-below-keepalive`, `schema/unknown-key`, `nginx/affinity.client_id`, `nginx/check`. */
  readonly rule: string;
  /** `schema`, `lint`, `audit`, or the name of the program that said it. */
  readonly source: string;
  /** `environment`: true of the machine that checks, not of the file. */
  readonly kind: "configuration" | "environment";
  readonly severity: Severity;
  /** One clause, lower case, no full stop. */
  readonly message: string;
  /** What to do, or null. */
  readonly help: string | null;
  readonly at: Place;
  readonly related: readonly { readonly message: string; readonly at: Place }[];
  /** Edits that repair it safely, or null. */
  readonly fix: readonly { readonly at: Place; readonly text: string }[] | null;
}

/** A finding about the file itself, with what most of them leave out filled in. */
export function finding(
  parts: Pick<Finding, "rule" | "source" | "message" | "at"> &
    Partial<Omit<Finding, "rule" | "source" | "message" | "at">>,
): Finding {
  return {
    rule: parts.rule,
    source: parts.source,
    kind: parts.kind ?? "configuration",
    severity: parts.severity ?? "error",
    message: parts.message,
    help: parts.help ?? null,
    at: parts.at,
    related: parts.related ?? [],
    fix: parts.fix ?? null,
  };
}

/** File order: by file, line, column, then rule. */
export const inFileOrder = (a: Finding, b: Finding): number =>
  compareText(a.at.file, b.at.file) ||
  a.at.line - b.at.line ||
  a.at.column - b.at.column ||
  compareText(a.rule, b.rule) ||
  compareText(a.message, b.message);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
