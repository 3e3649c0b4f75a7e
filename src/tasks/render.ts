import { basename } from "node:path";
import type { Fleet } from "../fleet/fleet.js";
import { sha256 } from "../support/checksum.js";
import { type Drift, driftOf } from "../support/drift.js";
import { CannotUse } from "../support/errors.js";
import type { Manifest, TreeFile } from "../support/manifest.js";
import { didYouMean } from "../support/suggest.js";
import { planTree, type Tree, type TreePlan, type WrittenFile, writeTree } from "../support/tree.js";
import { unfill } from "../support/unfill.js";
import type { Artifact } from "../targets/target.js";
import { type Checkers, rendered } from "./checkers.js";
import { load } from "./load.js";
import { type Output, outputsFor } from "./outputs.js";
import { isSound, judge, together, type Validation } from "./validate.js";

export interface RenderOptions {
  /** Targets, or paths of their files (`mosquitto/NODE.conf`); null: all that the topology asks for. */
  readonly targets: readonly string[] | null;
  readonly checkers: Checkers;
  readonly env: NodeJS.ProcessEnv;
  /** lbctl's version, for the manifest. */
  readonly version: string;
}

/** A topology's output, not yet written anywhere. */
export interface Rendering {
  /** What was found on the way; with an error in it nothing is rendered. */
  readonly validation: Validation;
  /** null: refused. */
  readonly tree: Tree | null;
  /** Whether the topology is broken in itself, by its schema or a name. */
  readonly broken: boolean;
  /** Which target each path belongs to. */
  readonly targetOf: ReadonlyMap<string, string>;
}

/** Loads, judges and renders a topology. Throws CannotUse, ToolFailed. */
export async function render(file: string, options: RenderOptions): Promise<Rendering> {
  const loaded = await load(file, options.env);
  const { fleet } = loaded;
  const outputs = fleet ? await outputsFor(fleet, options.targets && targetNames(options.targets)) : [];
  const judged = await judge(loaded, outputs, options.checkers);
  const validation = together([judged]);
  const broken = !isSound(loaded);
  const failed = judged.findings.some(({ kind, severity }) => kind === "configuration" && severity === "error");
  if (fleet === null || broken || failed) return { validation, tree: null, broken, targetOf: new Map() };
  const made = await Promise.all(outputs.map(async (output) => ({ output, artifacts: await rendered(fleet, output) })));
  const targetOf = made.flatMap(({ output, artifacts }) =>
    artifacts.map(({ path }) => [path, output.target.name] as const),
  );
  const artifacts = made.flatMap((each) => each.artifacts);
  return { validation, broken, tree: treeOf(fleet, outputs, artifacts, options), targetOf: new Map(targetOf) };
}

/** A name may go on to a file: `mosquitto/mosquitto-1.conf`. */
const targetNames = (names: readonly string[]): string[] => names.map((name) => name.split("/")[0]!);

function treeOf(
  fleet: Fleet,
  outputs: readonly Output[],
  artifacts: readonly Artifact[],
  options: RenderOptions,
): Tree {
  const { source, variables } = fleet;
  return {
    files: artifacts.map(({ path, text }): TreeFile => ({ path, text, unfilled: unfill(text, variables) })),
    info: {
      lbctl: options.version,
      topology: { file: basename(source.file), sha256: sha256(source.text) },
      targets: Object.fromEntries(outputs.map(({ target, version }) => [target.name, version])),
    },
    variables,
    keeps:
      options.targets === null
        ? () => false
        : (path) => !outputs.some(({ target }) => path.startsWith(`${target.name}/`)),
  };
}

/** A folder after writing. */
export interface Written {
  readonly dir: string;
  readonly files: readonly WrittenFile[];
  readonly manifest: Manifest;
}

/** Writes a rendered tree, all of it or nothing. Throws CannotUse where a file was edited by hand, unless `force`. */
export function writeRendering(tree: Tree, dir: string, force: boolean, command?: string): Written {
  const plan = planTree(dir, tree);
  return { dir, files: writeTree(plan, { force, ...(command !== undefined && { command }) }), manifest: plan.manifest };
}

/** How a folder differs from what the topology gives. */
export interface Drifted {
  readonly dir: string;
  readonly drifts: readonly Drift[];
  /** How many files were compared. */
  readonly files: number;
}

export function compareRendering(tree: Tree, dir: string): Drifted {
  const plan: TreePlan = planTree(dir, tree);
  return { dir, drifts: driftOf(plan, sectionsOf(tree)), files: plan.files.length };
}

/** The one file of a rendering that `names` leaves: a target's, or the one at a path. Throws CannotUse where that is none, or several. */
export function onlyFile({ files }: Tree, names: readonly string[] | null): TreeFile {
  const paths = names?.filter((name) => name.includes("/")) ?? [];
  const wanted = paths.length === 0 ? files : files.filter(({ path }) => paths.includes(path));
  const [file, ...more] = wanted;
  const known = files.map(({ path }) => path);
  if (file === undefined && paths.length > 0)
    throw new CannotUse(
      `the output has no file ${paths[0]}`,
      didYouMean(paths[0]!, known) ?? `it has ${known.join(", ")}`,
    );
  if (file === undefined)
    throw new CannotUse("the topology gives no file for this target", "name another: --target TARGET");
  if (more.length > 0)
    throw new CannotUse(
      `--stdout prints one file, and these are ${wanted.length}: ${known.join(", ")}`,
      `name one: --target ${file.path} --stdout`,
    );
  return file;
}

/** A line at the left margin, or a block's first line, names the section that follows: `upstream routemq`, `backend mqtt`. */
const sectionsOf = (tree: Tree) => (path: string) => {
  const lines = tree.files.find((file) => file.path === path)?.unfilled.split("\n");
  return lines && ((line: number): string | undefined => sectionAt(lines, line));
};

function sectionAt(lines: readonly string[], line: number): string | undefined {
  const indentOf = (text: string): number => text.search(/\S/);
  const own = indentOf(lines[line - 1] ?? "");
  for (let at = Math.min(line, lines.length) - 2; at >= 0; at -= 1) {
    const indent = indentOf(lines[at]!);
    if (indent >= 0 && indent < own && !/^\s*[#}]/.test(lines[at]!)) return lines[at]!.trim().replace(/\s*[{:]$/, "");
  }
  return undefined;
}
