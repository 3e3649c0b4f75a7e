import { accessSync, constants, lstatSync, mkdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { CannotUse } from "./errors.js";
import { type Journal, pendingFile } from "./journal.js";

/** What lies at a path of a tree. */
export interface Found {
  /** null: a symbolic link, or another thing that is no file: nobody's text, and never followed. */
  readonly text: string | null;
}

const ELSEWHERE = "move it away, or render elsewhere with -o";

/** A file of the tree as it is, or as an interrupted run has decided it to be; null: there is none. */
export function readInTree(dir: string, journal: Journal | null, path: string): Found | null {
  const pending = pendingFile(dir, journal, path);
  if (pending === null) return null;
  if (pending !== undefined) return { text: readFileSync(pending, "utf8") };
  if (!foldersAbove(path).every((folder) => isFolder(join(dir, folder)))) return null;
  const stats = statsOf(join(dir, path));
  if (stats?.isDirectory()) throw new CannotUse(`${join(dir, path)} is a folder, where a file must be`, ELSEWHERE);
  return stats && { text: stats.isFile() ? readFileSync(join(dir, path), "utf8") : null };
}

/** Whether a folder of the tree is there; what else is there is refused, a symbolic link too: it may lead out of the tree. */
function isFolder(path: string): boolean {
  const stats = statsOf(path);
  if (stats?.isSymbolicLink())
    throw new CannotUse(`${path} is a symbolic link, which lbctl does not follow`, ELSEWHERE);
  if (stats && !stats.isDirectory()) throw new CannotUse(`${path} is a file, where a folder must be`, ELSEWHERE);
  return stats !== null;
}

/** `a`, `a/b` for `a/b/c`. */
const foldersAbove = (path: string): string[] =>
  path
    .split("/")
    .slice(0, -1)
    .map((_, index, parts) => parts.slice(0, index + 1).join("/"));

/** Throws where a file of the tree could not be put in place or removed, as far as its folder is there. */
export function checkWritable(dir: string, path: string): void {
  const folder = dirname(join(dir, path));
  if (statsOf(folder)) accessSync(folder, constants.W_OK | constants.X_OK);
}

const statsOf = (path: string): Stats | null => lstatSync(path, { throwIfNoEntry: false }) ?? null;

/** The text of a regular file; null where there is none. */
export const textOf = (path: string): string | null => (statsOf(path)?.isFile() ? readFileSync(path, "utf8") : null);

/** Whether the tree's own folder is there; a symbolic link to a folder is one. */
export function treeExists(dir: string): boolean {
  const stats = statSync(dir, { throwIfNoEntry: false });
  if (stats && !stats.isDirectory())
    throw new CannotUse(`${dir} is a file, where a folder must be`, "name another folder with -o");
  return stats !== undefined;
}

/** Makes a folder and those above it. By hand: Node's recursive mkdir never returns from a file system such as /proc. */
export function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path);
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the disk",
  ENOTDIR: "a file lies where a folder must be",
  EEXIST: "a file lies where a folder must be",
  ENOENT: "no such folder can be made there",
  ELOOP: "its symbolic links go in a circle",
  ENAMETOOLONG: "its name is too long",
};

/** Runs `work`; what the file system refuses becomes a CannotUse that names the folder. */
export function inFolder<T>(dir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (error instanceof CannotUse || code === undefined) throw error;
    throw new CannotUse(`${path ?? dir} cannot be used: ${WORDS[code] ?? code}`, "name another folder with -o");
  }
}
