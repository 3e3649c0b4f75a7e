import { join } from "node:path";
import type { WrittenFile } from "../support/tree.js";
import type { Check } from "../tasks/checkers.js";
import type { Drifted, Written } from "../tasks/render.js";
import { bytesOf, counted } from "./numbers.js";
import { printable } from "./printable.js";
import type { Style } from "./style.js";

/** How a program's check is named on the screen, by target. */
const COMMAND: Readonly<Record<string, string>> = { nginx: "nginx -t", haproxy: "haproxy -c" };

/** Width of `unchanged`, the longest of the results, and of `999.9 kB`. */
const RESULT = 9;
const SIZE = 8;

/** One line a file: what became of it, its size, and what its program says. */
export function writtenText(
  { dir, files, manifest }: Written,
  checks: readonly Check[],
  targetOf: ReadonlyMap<string, string>,
  { paint }: Style,
): string {
  const width = Math.max(0, ...files.map(({ path }) => join(dir, path).length));
  const lineOf = ({ path, result, bytes }: WrittenFile): string => {
    const name = join(dir, path).padEnd(width);
    if (result === "removed") return `${name} ${removedText(path, manifest.targets)}`;
    const check = checks.find(({ target }) => target === targetOf.get(path));
    const shown = `${name} ${result.padEnd(RESULT)} ${bytesOf(bytes).padStart(SIZE)}`;
    return check === undefined ? shown : `${shown}   ${checkText(check, paint.ok, paint.error)}`;
  };
  return files.map((file) => `${lineOf(file)}\n`).join("");
}

function removedText(path: string, targets: Written["manifest"]["targets"]): string {
  const target = path.split("/")[0]!;
  return `removed by this topology${Object.hasOwn(targets, target) ? "" : `: no \`${target}\` target`}`;
}

function checkText(check: Check, ok: (text: string) => string, bad: (text: string) => string): string {
  const name = COMMAND[check.target] ?? check.program;
  switch (check.result) {
    case "ok":
      return `${name}: ${ok("ok")}`;
    case "failed":
      return `${name}: ${bad("failed")}`;
    case "missing":
      return `${name}: not installed`;
    case "skipped":
      return `${name}: not checked`;
  }
}

/** `2 files in build (1 written, 1 unchanged, 1 removed)` */
export function writtenSummary({ dir, files }: Written): string {
  const count = (result: WrittenFile["result"]): number => files.filter((file) => file.result === result).length;
  const parts = (["written", "unchanged", "removed"] as const)
    .filter((result) => count(result) > 0)
    .map((result) => `${count(result)} ${result}`);
  const kept = files.length - count("removed");
  return `${counted(kept, "file")} in ${printable(dir)}${parts.length > 0 ? ` (${parts.join(", ")})` : ""}\n`;
}

const REASON = {
  outdated: "is out of date",
  edited: "was edited by hand",
  missing: "is missing",
  extra: "is no longer part of the output",
} as const;
/** Lines of a patch that are shown; the whole of it is in the JSON form. */
const MOST_LINES = 60;

/** Each file that differs, with its diff. */
export function driftText({ dir, drifts }: Drifted, { paint, marks }: Style): string {
  return drifts
    .map(({ path, reason, patch }) => {
      const lines = patch.replace(/\n$/, "").split("\n");
      const shown = reason === "missing" ? [] : lines.slice(0, MOST_LINES);
      const rest = reason === "missing" ? 0 : lines.length - shown.length;
      return [
        `${paint.strong(printable(join(dir, path)))} ${REASON[reason]}${shown.length > 0 ? ":" : ""}`,
        ...shown.map((line) => `  ${tinted(printable(line), paint)}`),
        ...(rest > 0 ? [`  ${marks.cut} ${counted(rest, "more line")}`] : []),
        "",
      ].join("\n");
    })
    .join("");
}

function tinted(line: string, paint: Style["paint"]): string {
  if (line.startsWith("+")) return paint.ok(line);
  return line.startsWith("-") ? paint.error(line) : paint.dim(line);
}

/** The last line: how many files differ, and the command that mends it. */
export function driftSummary({ dir, drifts, files }: Drifted, command: string, { marks }: Style): string {
  const force = drifts.some(({ reason }) => reason === "edited") ? " --force" : "";
  const verb = drifts.length === 1 ? "differs" : "differ";
  return `${drifts.length} of ${counted(Math.max(files, drifts.length), "file")} ${verb} in ${printable(dir)} ${marks.dot} ${command}${force}\n`;
}
