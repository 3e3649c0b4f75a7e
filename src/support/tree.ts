import { accessSync, chmodSync, constants, lstatSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "./checksum.js";
import { CannotUse } from "./errors.js";
import { checkWritable, type Found, inFolder, makeFolder, readInTree, textOf, treeExists } from "./folder.js";
import { change, pendingJournal, repair, type Step } from "./journal.js";
import {
  formatManifest,
  isTreePath,
  MANIFEST,
  type Manifest,
  type ManifestInfo,
  manifestOf,
  parseManifest,
  samesTree,
  type TreeFile,
} from "./manifest.js";
import { fillsIn, unfill, type Variables } from "./unfill.js";

/**
 * What writing would do with a file. `new` and `missing` are not there (never written; deleted since), `outdated` is as
 * lbctl left it and no longer right, `edited` was changed by hand or never was lbctl's, `extra` is lbctl's and no longer part of the tree.
 */
type FileState = "new" | "unchanged" | "outdated" | "edited" | "missing" | "extra";

export interface PlannedFile {
  readonly path: string;
  readonly state: FileState;
  /** Whether writing would destroy what somebody else has written: only with `force`. */
  readonly edited: boolean;
  /** null: the file is to be removed. */
  readonly file: TreeFile | null;
  /** Its text in the folder; null: there is none, or it is no regular file. */
  readonly onDisk: string | null;
}

export interface TreePlan {
  readonly dir: string;
  /** Sorted by path. */
  readonly files: readonly PlannedFile[];
  readonly manifest: Manifest;
  readonly manifestState: "new" | "unchanged" | "outdated";
  readonly variables: Variables;
}

/** What became of a file. `bytes` of its text; 0 for a removed one. */
export interface WrittenFile {
  readonly path: string;
  readonly result: "written" | "unchanged" | "removed";
  readonly bytes: number;
}

/** A tree as it should be. */
export interface Tree {
  readonly files: readonly TreeFile[];
  readonly info: ManifestInfo;
  /** The variables whose values the texts may hold. */
  readonly variables: Variables;
  /** Whether a file that the folder's manifest names stays as it is though the tree has it not: a part is written. */
  readonly keeps?: (path: string) => boolean;
}

/**
 * Compares `tree` with what `dir` holds, an interrupted run's unfinished change included. Writes nothing. Files that
 * the manifest does not name are not looked at. Throws CannotUse where `dir` cannot hold the tree.
 */
export function planTree(dir: string, { files, info, variables, keeps = () => false }: Tree): TreePlan {
  for (const { path } of files) if (!isTreePath(path)) throw new Error(`not a path of a tree: ${path}`);
  return inFolder(dir, () => {
    const journal = treeExists(dir) ? pendingJournal(dir) : null;
    const oldText = readInTree(dir, journal, MANIFEST)?.text ?? null;
    const old = oldText === null ? null : parseManifest(oldText, join(dir, MANIFEST));
    const own = manifestOf(info, files);
    const kept = old?.files.filter(({ path }) => keeps(path)) ?? [];
    const manifest = kept.length > 0 ? withKept(own, old!, kept) : own;
    const paths = new Set([...own.files, ...(old?.files ?? [])].map(({ path }) => path));
    for (const { path } of kept) paths.delete(path);
    const wanted = new Map(files.map((file) => [file.path, file]));
    const sums = new Map(old?.files.map((file) => [file.path, file.sha256]));
    const planned = [...paths]
      .sort((a, b) => (a < b ? -1 : 1))
      .map((path) => {
        const found = readInTree(dir, journal, path);
        return planFile(path, found, wanted.get(path) ?? null, sums.get(path), variables);
      })
      .filter((file) => file !== null);
    const manifestState = old === null ? "new" : samesTree(old, manifest) ? "unchanged" : "outdated";
    return { dir, files: planned, manifest, manifestState, variables };
  });
}

/** The manifest of a folder of which a part stays as an earlier run has written it. */
const withKept = (own: Manifest, old: Manifest, kept: Manifest["files"]): Manifest => ({
  ...own,
  targets: { ...old.targets, ...own.targets },
  files: [...own.files, ...kept].sort((a, b) => (a.path < b.path ? -1 : 1)),
});

/** `known`: the checksum under which the manifest has it. null: neither wanted nor there. */
function planFile(
  path: string,
  found: Found | null,
  file: TreeFile | null,
  known: string | undefined,
  variables: Variables,
): PlannedFile | null {
  const text = found?.text ?? null;
  const plan = (state: FileState, edited = false): PlannedFile => ({ path, state, edited, file, onDisk: text });
  if (!found) return file && plan(known === undefined ? "new" : "missing");
  if (file && text === file.text) return plan("unchanged");
  const ours = known !== undefined && text !== null && isOurs(text, file, known, variables);
  if (!file) return plan("extra", !ours);
  return ours ? plan("outdated") : plan("edited", true);
}

/** Whether a text is what lbctl wrote under the checksum `known`: with today's values, or with others in the same places. */
function isOurs(text: string, file: TreeFile | null, known: string, variables: Variables): boolean {
  if (sha256(unfill(text, variables)) === known) return true;
  const names = variables.map(({ name }) => name);
  return file !== null && sha256(file.unfilled) === known && fillsIn(text, file.unfilled, names);
}

/**
 * Makes the folder what the plan says, all or nothing; an interrupted run is finished first. Unchanged files are not
 * touched. Refuses (CannotUse) to overwrite or remove what was edited by hand, unless `force`; `command` is what the
 * refusal says to type then.
 */
export function writeTree(
  plan: TreePlan,
  { force = false, command, step }: { force?: boolean; command?: string; step?: Step } = {},
): WrittenFile[] {
  const { dir, files } = plan;
  const edited = files.filter((file) => file.edited);
  if (edited.length > 0 && !force) throw editedByHand(dir, edited, command ?? `lbctl render -o ${dir}`);
  return inFolder(dir, () => {
    makeFolder(dir);
    accessSync(dir, constants.W_OK);
    repair(dir, step);
    const wanted = files.flatMap(({ file, state }) => (file && state !== "unchanged" ? [file] : []));
    const removes = files.filter(({ state }) => state === "extra").map(({ path }) => path);
    for (const path of [...wanted.map((file) => file.path), ...removes]) checkWritable(dir, path);
    const staged = wanted.map((file) => ({ path: file.path, text: file.text, mode: modeOf(file) }));
    const manifest = formatManifest(plan.manifest);
    if (staged.length > 0 || removes.length > 0 || textOf(join(dir, MANIFEST)) !== manifest)
      change(dir, [...staged, { path: MANIFEST, text: manifest, mode: 0o644 }], removes, step);
    for (const { file, state } of files) if (file && state === "unchanged") hideSecrets(dir, file);
    return files.map(reportOf);
  });
}

const reportOf = ({ path, state, file }: PlannedFile): WrittenFile => ({
  path,
  result: state === "extra" ? "removed" : state === "unchanged" ? "unchanged" : "written",
  bytes: file ? Buffer.byteLength(file.text) : 0,
});

const holdsSecret = ({ text, unfilled }: TreeFile): boolean => text !== unfilled;
const modeOf = (file: TreeFile): number => (holdsSecret(file) ? 0o600 : 0o644);

/** A file that did not change may still be readable by others since a variable came into it. */
function hideSecrets(dir: string, file: TreeFile): void {
  const path = join(dir, file.path);
  if (holdsSecret(file) && (lstatSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}

function editedByHand(dir: string, edited: readonly PlannedFile[], command: string): CannotUse {
  const names = edited.map(({ path }) => join(dir, path));
  const [first, ...others] = names;
  const what = others.length === 0 ? `${first} was` : `${names.slice(0, -1).join(", ")} and ${names.at(-1)} were`;
  return new CannotUse(
    `${what} not written by lbctl, or changed since`,
    `keep what you need of ${others.length === 0 ? "it" : "them"}, then: ${command} --force`,
  );
}
