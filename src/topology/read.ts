import { type Finding, finding } from "../support/finding.js";
import type { MapNode, Node } from "../support/node.js";
import type { Source } from "../support/source.js";
import { brokenFindings } from "./broken.js";
import type { Input } from "./file.js";
import { type BrokenParts, brokenParts, pathsTo } from "./parts.js";
import { plainValue } from "./plain.js";
import { escaped } from "./pointers.js";
import type { Problems, SchemaErrors } from "./problems.js";
import type { SchemaError } from "./schema.js";
import checkSchema from "./topologySchema.generated.js";
import { type Filled, type FilledTree, fillVariables } from "./variables.js";
import { parseYaml } from "./yaml.js";

/** A topology that follows the schema, but for the parts named in `broken`. */
export interface Topology {
  readonly source: Source;
  readonly node: MapNode;
  readonly variables: readonly Filled[];
  /** Top parts with an error in them: what is built leaves them out. */
  readonly broken: BrokenParts;
}

export interface Reading {
  readonly source: Source;
  /** null: nothing in it can be used. */
  readonly topology: Topology | null;
  readonly findings: readonly Finding[];
}

/** Text to Topology: YAML, environment, schema. Never throws for what stands in the text. */
export async function readTopology(input: Input, env: NodeJS.ProcessEnv): Promise<Reading> {
  const { source } = input;
  const nothing = (...findings: readonly Finding[]): Reading => ({
    source,
    topology: null,
    findings: [...input.findings, ...findings],
  });
  if (input.text === null) return nothing();
  const parsed = parseYaml(source);
  if (parsed.brokenAt)
    return nothing(...(await brokenFindings(source, parsed.brokenAt.offset, parsed.brokenAt.reason)));
  const root = parsed.node;
  if (!root || (root.kind === "scalar" && root.value === null))
    return nothing(noTopology(source, "the file holds no topology"));
  if (root.kind !== "map")
    return nothing(
      noTopology(source, `a ${root.kind === "sequence" ? "list" : "text"} is no topology`),
      ...parsed.findings,
    );
  const filled = fillVariables(source, root, env);
  const { node, findings, broken, isComplete } = await validated(source, {
    ...filled,
    unset: new Set([...filled.unset, ...parsed.lost]),
  });
  const version = findings.find(({ rule }) => rule === "schema/version");
  if (version) return nothing(version);
  return {
    source,
    topology: isComplete ? { source, node, variables: filled.variables, broken } : null,
    findings: [...input.findings, ...parsed.findings, ...filled.findings, ...findings],
  };
}

const noTopology = (source: Source, message: string): Finding =>
  finding({
    rule: "schema/no-topology",
    source: "schema",
    message,
    help: "begin with `version: 1` and `name: ...`, or: lbctl init",
    at: source.place({ start: 0, end: 0 }),
  });

/** The tree as the schema wants it, and what does not follow the schema. */
async function validated(
  source: Source,
  { node, from, unset }: FilledTree,
): Promise<Problems & { readonly node: MapNode }> {
  const root = node as MapNode;
  const first = errorsOf(root);
  if (first.errors.length === 0)
    return { node: root, findings: [], broken: brokenParts(pathsTo(root, unset)), isComplete: true };
  const made = from.size > 0 ? retyped(root, first.errors, { from, unset }) : { node: root, from };
  const found = made.node === root ? first : errorsOf(made.node);
  const { problemsOf } = await import("./problems.js"); // here, not above: a sound text loads none of it
  return { node: made.node, ...problemsOf(found, source, made.node, { from: made.from, unset }) };
}

/** The validator gives up after some ten thousand errors, and throws those it has. */
function errorsOf(root: MapNode): SchemaErrors {
  const check = checkSchema as { (value: unknown): boolean; errors?: readonly SchemaError[] | null };
  const value = toValue(root);
  try {
    return { errors: check(value) ? [] : (check.errors ?? []), isComplete: true };
  } catch (error) {
    const { errors } = error as { readonly errors?: readonly SchemaError[] };
    if (!errors) throw error;
    return { errors, isComplete: false };
  }
}

/** A variable's text is text, unless a number or a truth value is what the schema wants in its place. */
function retyped(
  root: MapNode,
  errors: readonly SchemaError[],
  { from, unset }: Pick<FilledTree, "from" | "unset">,
): { node: MapNode; from: ReadonlySet<Node> } {
  const kinds = new Set(["type", "anyOf", "enum", "const"]);
  const paths = new Set(errors.filter(({ keyword }) => kinds.has(keyword)).map(({ instancePath }) => instancePath));
  const all = new Set(from);
  const copied = (node: Node, path: string): Node => {
    if (node.kind === "scalar") {
      if (!from.has(node) || unset.has(node) || !paths.has(path) || typeof node.value !== "string") return node;
      const made = { ...node, value: plainValue(node.value) };
      all.add(made);
      return made;
    }
    if (node.kind === "sequence") {
      const items = node.items.map((item, index) => copied(item, `${path}/${index}`));
      return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
    }
    const entries = [...node.entries].map(
      ([name, { key, value }]) => [name, { key, value: copied(value, `${path}/${escaped(name)}`) }] as const,
    );
    return entries.every(([name, { value }]) => value === node.entries.get(name)!.value)
      ? node
      : { ...node, entries: new Map(entries) };
  };
  return { node: copied(root, "") as MapNode, from: all };
}

/** Plain data without places, for the validator and for options that targets read. Maps have no prototype. */
export function toValue(node: Node): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "sequence") return node.items.map(toValue);
  const value = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of node.entries) value[key] = toValue(entry.value);
  return value;
}
