import { buildFleet } from "../fleet/build.js";
import type { Fleet, Variable } from "../fleet/fleet.js";
import type { Finding } from "../support/finding.js";
import type { Node } from "../support/node.js";
import type { Source } from "../support/source.js";
import { readInput } from "../topology/file.js";
import { readTopology } from "../topology/read.js";

/** A topology file on its way: what it means, as far as it can be understood, and what is wrong with it. */
export interface Loaded {
  readonly source: Source;
  /** The text as a tree, null where it is none. */
  readonly node: Node | null;
  /** null: nothing of it can be used. */
  readonly fleet: Fleet | null;
  /** Of reading and building, unsorted. */
  readonly findings: readonly Finding[];
  /** Every variable that the text names and the environment has. */
  readonly variables: readonly Variable[];
  /** Whether the bytes were a text at all. */
  readonly isText: boolean;
}

/** Reads a topology (`-` is standard input) and builds its fleet. Throws CannotUse where there is no file to read. */
export async function load(file: string, env: NodeJS.ProcessEnv): Promise<Loaded> {
  const input = readInput(file);
  const { source, topology, findings } = await readTopology(input, env);
  const loaded = {
    source,
    node: topology?.node ?? null,
    variables: variablesIn(source, env),
    isText: input.text !== null,
  };
  if (topology === null) return { ...loaded, fleet: null, findings };
  const built = buildFleet(topology);
  return { ...loaded, fleet: built.fleet, findings: [...findings, ...built.findings] };
}

/** Values that must not show in a message, also where the topology around them is broken. */
function variablesIn({ text }: Source, env: NodeJS.ProcessEnv): Variable[] {
  if (!text.includes("${")) return [];
  const names = new Set([...text.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)/g)].map(([, name]) => name!));
  return [...names].flatMap((name) => (env[name] ? [{ name, value: env[name] }] : []));
}
