import type { Check } from "../tasks/checkers.js";
import type { Validation } from "../tasks/validate.js";
import { countsOf, countsText } from "./counts.js";
import { counted } from "./numbers.js";
import { printable } from "./printable.js";
import type { Style } from "./style.js";

/**
 * The line below the findings: how many there are, where, and what explains the worst of them. `explained` says of a
 * rule whether `lbctl explain` knows it.
 */
export function summaryText(
  validation: Validation,
  explained: (rule: string) => boolean,
  { paint, marks }: Style,
): string {
  const { findings, ignored } = validation;
  const counts = countsOf(findings);
  const more = ignored > 0 ? `, ${counted(ignored, "ignored", "ignored")}` : "";
  const worst = ["error", "warning"].flatMap((severity) => findings.filter((each) => each.severity === severity));
  const rule = worst.find((finding) => explained(finding.rule))?.rule;
  const next = rule === undefined ? "" : ` ${marks.dot} lbctl explain ${rule}`;
  const tone = counts.error > 0 ? paint.error : counts.warning > 0 ? paint.warning : paint.dim;
  return `${tone(countsText(counts) + more)} in ${filesText(validation)}${next}\n`;
}

/** What is said where nothing was found: which rules looked, and which programs accept the output. */
export function allWellText(validation: Validation, { paint }: Style): string {
  const { info } = countsOf(validation.findings);
  const counts = countsText({ error: 0, warning: 0, info: 0 }) + (info > 0 ? ` but ${counted(info, "info")}` : "");
  const accepted = acceptedText(validation.checks);
  const proof = `${counted(validation.rules, "rule")}${accepted === "" ? "" : `; ${accepted}`}`;
  return paint.dim(`${filesText(validation)}: ${counts} (${proof})`).concat("\n");
}

function acceptedText(checks: readonly Check[]): string {
  const programs = checks
    .filter(({ result }) => result === "ok")
    .map(({ program, version }) => `${program} ${version ?? ""}`.trim());
  const names = [...new Set(programs)];
  if (names.length === 0) return "";
  return `${names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`} ${names.length === 1 ? "accepts" : "accept"} the output`;
}

/** What this machine lacks, each once; never a reason for an exit code. */
export function notesText({ findings, checks }: Validation, { paint }: Style): string {
  const environment = findings.filter(({ kind }) => kind === "environment");
  const notes = [
    ...environment.map(({ message, help }) => message + (help === null ? "" : ` (${help})`)),
    ...checks.flatMap(({ note }) => (note === null ? [] : [note])),
  ];
  return [...new Set(notes)].map((note) => `${paint.dim(`note: ${printable(note)}`)}\n`).join("");
}

function filesText({ sources }: Validation): string {
  const files = [...sources.keys()];
  return files.length === 1 ? printable(files[0]!) : counted(files.length, "file");
}
