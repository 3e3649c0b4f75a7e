import type { Finding, Severity } from "../support/finding.js";
import { counted } from "./numbers.js";

/** How many findings of each severity there are; what is true of the machine alone does not count. */
export function countsOf(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { kind, severity } of findings) if (kind === "configuration") counts[severity] += 1;
  return counts;
}

/** `1 error, 2 infos`; `no findings` where there are none. */
export function countsText(counts: Readonly<Record<Severity, number>>): string {
  const parts = (["error", "warning", "info"] as const)
    .filter((severity) => counts[severity] > 0)
    .map((severity) => counted(counts[severity], severity));
  return parts.length > 0 ? parts.join(", ") : "no findings";
}
