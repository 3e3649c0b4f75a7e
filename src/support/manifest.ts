import { sha256 } from "./checksum.js";
import { CannotUse } from "./errors.js";

/** Where a tree's manifest lies within it. */
export const MANIFEST = "manifest.json";

/** What a rendered tree says about itself. */
export interface ManifestInfo {
  /** The version of lbctl. */
  readonly lbctl: string;
  readonly topology: { readonly file: string; readonly sha256: string };
  /** Target to the version it was written for, in the topology's order; null where it has none. */
  readonly targets: Readonly<Record<string, string | null>>;
}

export interface Manifest extends ManifestInfo {
  /** Sorted by path. Checksum and bytes are those of the text before variables are filled in. */
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly bytes: number }[];
}

/** A file of a tree. `unfilled` is `text` with `${NAME}` where a variable's value stands (see unfill). */
export interface TreeFile {
  /** Relative to the tree, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly unfilled: string;
}

export function manifestOf(info: ManifestInfo, files: readonly TreeFile[]): Manifest {
  const entries = files.map(({ path, unfilled }) => ({
    path,
    sha256: sha256(unfilled),
    bytes: Buffer.byteLength(unfilled),
  }));
  const { lbctl, topology, targets } = info;
  return { lbctl, topology, targets, files: entries.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

export const formatManifest = (manifest: Manifest): string =>
  `${JSON.stringify({ version: 1, ...manifest }, null, 2)}\n`;

/** Whether two manifests say the same of a tree; which lbctl wrote it does not count. */
export const samesTree = (a: Manifest, b: Manifest): boolean =>
  formatManifest({ ...a, lbctl: "" }) === formatManifest({ ...b, lbctl: "" });

/** Reads a manifest that may have been changed by anybody. `file` is its name for messages. */
export function parseManifest(text: string, file: string): Manifest {
  const help = "restore it, or remove it and render with --force";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CannotUse(`${file} is not JSON`, help);
  }
  if (!isManifest(value)) throw new CannotUse(`${file} is not a manifest of lbctl`, help);
  const stray = value.files.find(({ path }) => !isTreePath(path));
  if (stray) throw new CannotUse(`${file} names ${JSON.stringify(stray.path)}, which is no file of a tree`, help);
  return value;
}

/** Segments of letters, digits, `.`, `_` and `-`: nothing that leaves the tree or hides in it. */
export const isTreePath = (path: string): boolean =>
  path !== MANIFEST && path.split("/").every((segment) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(segment));

function isManifest(value: unknown): value is Manifest {
  if (!isRecord(value) || typeof value.lbctl !== "string" || !Array.isArray(value.files)) return false;
  if (!isRecord(value.topology) || !isRecord(value.targets)) return false;
  return value.files.every(
    (file: unknown) =>
      isRecord(file) &&
      typeof file.path === "string" &&
      typeof file.sha256 === "string" &&
      typeof file.bytes === "number",
  );
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
