import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { CannotUse } from "./errors.js";
import { isTreePath, MANIFEST } from "./manifest.js";

/** The folder within a tree in which a change of the tree is prepared; it exists only while one is under way. */
const WORKSHOP = ".lbctl-render";

/** A lock older than this belongs to nobody, whatever the process numbers say: a change takes far less. */
const LONGEST_CHANGE_MS = 30_000;

/** What is left to do once all files are staged: the point of no return. The manifest is the last of `moves`. */
export interface Journal {
  readonly moves: readonly { readonly path: string; readonly staged: string }[];
  readonly removes: readonly string[];
}

/** Called before every change to the disk with its name; tests stop there. */
export type Step = (what: string) => void;

/** One file to be put in place. */
export interface Staged {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

const workshop = (dir: string, ...parts: string[]): string => join(dir, WORKSHOP, ...parts);

/** The change that an interrupted run has decided on and not finished, or null. */
export function pendingJournal(dir: string): Journal | null {
  const file = workshop(dir, "journal.json");
  if (!existsSync(file)) return null;
  const journal = JSON.parse(readFileSync(file, "utf8")) as Journal; // renamed into place whole, by us
  const paths = [...journal.removes, ...journal.moves.map(({ path }) => path)];
  const ours = journal.moves.every(({ staged }) => /^staged-\d+$/.test(staged));
  if (ours && paths.every((path) => path === MANIFEST || isTreePath(path))) return journal;
  throw new CannotUse(`${file} names a file outside its tree`, `remove ${workshop(dir)} and render again`);
}

/** Where the text of `path` is while `journal` is not finished: its staged file, null (removed), or undefined (in place). */
export function pendingFile(dir: string, journal: Journal | null, path: string): string | null | undefined {
  if (journal?.removes.includes(path)) return null;
  const move = journal?.moves.find((each) => each.path === path);
  const staged = move && workshop(dir, move.staged);
  return staged !== undefined && existsSync(staged) ? staged : undefined;
}

/**
 * Puts `files` in place and removes `removes`, all or nothing: everything is staged first, then a journal says what is
 * left to do, and from then on this run, or the next one, finishes it. The last of `files` is put in place last.
 */
export function change(dir: string, files: readonly Staged[], removes: readonly string[], step: Step = () => {}): void {
  lock(dir, step);
  try {
    stage(dir, files, removes, step);
  } catch (error) {
    rmSync(workshop(dir), { recursive: true, force: true });
    throw error;
  }
  finish(dir, step);
}

/** Finishes, or undoes, what an interrupted run has left in `dir`. */
export function repair(dir: string, step: Step = () => {}): void {
  if (!existsSync(workshop(dir))) return;
  refuseWhileLocked(dir);
  if (pendingJournal(dir)) finish(dir, step);
  else rmSync(workshop(dir), { recursive: true, force: true });
}

function lock(dir: string, step: Step): void {
  step("create the workshop");
  mkdirSync(workshop(dir), { recursive: true });
  step("lock");
  try {
    writeFileSync(workshop(dir, "lock"), `${process.pid}\n`, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw busy(dir);
    throw error;
  }
}

function refuseWhileLocked(dir: string): void {
  const file = workshop(dir, "lock");
  const age = existsSync(file) ? Date.now() - statSync(file).mtimeMs : Number.POSITIVE_INFINITY;
  if (age < LONGEST_CHANGE_MS && isRunning(Number(readFileSync(file, "utf8")))) throw busy(dir);
}

const busy = (dir: string): CannotUse =>
  new CannotUse(`another lbctl is writing to ${dir}`, "wait until it is done, then run this again");

/** Whether another process of this number exists. */
function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function stage(dir: string, files: readonly Staged[], removes: readonly string[], step: Step): void {
  const moves = files.map(({ path, text, mode }, index) => {
    step(`stage ${path}`);
    const staged = `staged-${index}`;
    writeDurably(workshop(dir, staged), text, mode);
    return { path, staged };
  });
  step("write the journal");
  writeDurably(workshop(dir, "journal.new"), JSON.stringify({ moves, removes } satisfies Journal), 0o600);
  step("begin");
  renameSync(workshop(dir, "journal.new"), workshop(dir, "journal.json"));
}

function finish(dir: string, step: Step): void {
  const journal = pendingJournal(dir);
  for (const path of journal?.removes ?? []) {
    step(`remove ${path}`);
    rmSync(join(dir, path), { force: true });
    removeEmptyFolders(dir, dirname(path));
  }
  for (const { path, staged } of journal?.moves ?? []) {
    if (!existsSync(workshop(dir, staged))) continue; // an interrupted run came this far
    step(`put ${path} in place`);
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    renameSync(workshop(dir, staged), join(dir, path));
  }
  step("remove the journal");
  unlinkSync(workshop(dir, "journal.json"));
  step("remove the workshop");
  rmSync(workshop(dir), { recursive: true, force: true });
}

function removeEmptyFolders(dir: string, folder: string): void {
  for (let here = folder; here !== "."; here = dirname(here)) {
    if (!existsSync(join(dir, here))) continue;
    if (readdirSync(join(dir, here)).length > 0) return;
    rmdirSync(join(dir, here));
  }
}

/** The bytes are on the disk when this returns: a journal must never be there before its files. */
function writeDurably(file: string, text: string, mode: number): void {
  const handle = openSync(file, "w", mode);
  try {
    writeSync(handle, text);
    fdatasyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
