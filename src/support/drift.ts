import { type DiffOptions, diffText } from "./diff.js";
import { formatManifest, MANIFEST } from "./manifest.js";
import type { PlannedFile, TreePlan } from "./tree.js";
import { fixedPieces, lineFillsIn, unfill, type Variables } from "./unfill.js";

/** A file of a folder that is not what the topology says. `patch` leads from it to what it should be. */
export interface Drift {
  readonly path: string;
  readonly reason: "outdated" | "edited" | "missing" | "extra";
  readonly patch: string;
}

/** Which section of a file a line belongs to; see diffText. */
export type SectionsOf = (path: string) => DiffOptions["section"];

/**
 * Every file that writing `plan` would change, sorted by path; the manifest last, where nothing else shows that it is
 * out of date. No patch shows a variable's value, today's or an older one.
 */
export function driftOf(plan: TreePlan, sectionsOf: SectionsOf = () => undefined): Drift[] {
  const drifts = plan.files.flatMap((file): Drift[] => {
    const reason = reasonOf(file);
    return reason ? [{ path: file.path, reason, patch: patchOf(file, plan.variables, sectionsOf) }] : [];
  });
  if (drifts.length > 0 || plan.manifestState === "unchanged") return drifts;
  const patch = diffText("", formatManifest(plan.manifest));
  return [{ path: MANIFEST, reason: plan.manifestState === "new" ? "missing" : "outdated", patch }];
}

function reasonOf({ state, edited }: PlannedFile): Drift["reason"] | null {
  switch (state) {
    case "unchanged":
      return null;
    case "new":
    case "missing":
      return "missing";
    case "extra":
      return edited ? "edited" : "extra";
    case "outdated":
    case "edited":
      return state;
  }
}

function patchOf({ path, file, onDisk }: PlannedFile, variables: Variables, sectionsOf: SectionsOf): string {
  const after = file?.unfilled ?? "";
  const before = hideValues(onDisk ?? "", after, variables);
  const section = sectionsOf(path);
  if (before === after) return "@@ values from the environment @@\n";
  return diffText(before, after, section ? { section } : {});
}

/**
 * `text` without the values of variables. Those of today are found by themselves; an older one stands where a line of
 * `unfilled` has its place, and what follows the same beginning is cut off where the line differs in more than the value.
 */
function hideValues(text: string, unfilled: string, variables: Variables): string {
  const names = variables.map(({ name }) => name);
  const places = unfilled.split("\n").filter((line) => fixedPieces(line, names).length > 1);
  if (places.length === 0) return unfill(text, variables);
  return unfill(text, variables)
    .split("\n")
    .map((line) => hideIn(line, places, names))
    .join("\n");
}

function hideIn(line: string, places: readonly string[], names: readonly string[]): string {
  if (places.includes(line)) return line;
  const same = places.find((place) => lineFillsIn(line, place, names));
  if (same !== undefined) return same;
  for (const place of places) {
    const beginning = fixedPieces(place, names)[0]!;
    if (beginning.trim() !== "" && line.startsWith(beginning)) return `${beginning}…`;
  }
  return line;
}
