import type { Finding } from "../support/finding.js";
import { finding } from "../support/finding.js";
import type { MapNode, Node } from "../support/node.js";
import type { Source } from "../support/source.js";
import { brokenFindings } from "./broken.js";
import type { Input } from "./file.js";
import { problemsOf, type SchemaError } from "./problems.js";
import checkSchema from "./topologySchema.generated.js";
import { type Filled, fillVariables } from "./variables.js";
import { parseYaml, plainValue } from "./yaml.js";

/** A topology that follows the schema, but for the parts named in `broken`. */
export interface Topology {
  readonly source: Source;
  readonly node: MapNode;
  readonly variables: readonly Filled[];
  /** Top parts with an error in them, as `brokers.mqtt` or `behind`: what is built leaves them out. */
  readonly broken: ReadonlySet<string>;
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
  const nothing = (findings: readonly Finding[]): Reading => ({
    source,
    topology: null,
    findings: [...input.findings, ...findings],
  });
  if (input.text === null) return nothing([]);
  const parsed = parseYaml(source);
  if (parsed.brokenAt) return nothing(await brokenFindings(source, parsed.brokenAt.offset, parsed.brokenAt.reason));
  const root = parsed.node;
  if (!root || (root.kind === "scalar" && root.value === null))
    return nothing([
      whole(source, "the file holds no topology", "begin with `version: 1` and `name: ...`, or: lbctl init"),
    ]);
  if (root.kind !== "map")
    return nothing([
      ...parsed.findings,
      whole(
        source,
        `a ${root.kind === "sequence" ? "list" : "text"} is no topology`,
        "begin with `version: 1` and `name: ...`, or: lbctl init",
      ),
    ]);
  const filled = fillVariables(source, root, env);
  const { node, problems } = validate(source, filled.node as MapNode, filled.from);
  const findings = [...input.findings, ...parsed.findings, ...filled.findings];
  const version = problems.find(({ finding: { rule } }) => rule === "schema/version");
  if (version) return { source, topology: null, findings: [...findings, version.finding] };
  const broken = new Set(problems.map(({ path }) => topPart(path)));
  for (const problem of filled.findings) broken.add(partAt(source, node, problem));
  const hopeless = problems.some(({ path }) => path.length === 0 || path[0] === "version" || path[0] === "name");
  const topology = hopeless ? null : { source, node, variables: filled.variables, broken };
  return { source, topology, findings: [...findings, ...problems.map(({ finding: found }) => found)] };
}

function validate(
  source: Source,
  root: MapNode,
  from: ReadonlySet<Node>,
): { node: MapNode; problems: ReturnType<typeof problemsOf> } {
  const first = errorsOf(root);
  if (first.length === 0) return { node: root, problems: [] };
  const paths = new Set(
    first
      .filter(({ keyword }) => ["type", "anyOf", "enum", "const"].includes(keyword))
      .map(({ instancePath }) => instancePath),
  );
  const node = from.size > 0 ? (retyped(root, "", paths, from) as MapNode) : root;
  const errors = node === root ? first : errorsOf(node);
  return { node, problems: errors.length > 0 ? problemsOf(errors, source, node) : [] };
}

function errorsOf(root: MapNode): readonly SchemaError[] {
  const check = checkSchema as { (value: unknown): boolean; errors?: readonly SchemaError[] | null };
  return check(toValue(root)) ? [] : (check.errors ?? []);
}

/** A variable's text is text, unless a number or a truth value is what the schema wants in its place. */
function retyped(node: Node, path: string, paths: ReadonlySet<string>, from: ReadonlySet<Node>): Node {
  if (node.kind === "scalar") {
    return from.has(node) && paths.has(path) && typeof node.value === "string"
      ? { ...node, value: plainValue(node.value) }
      : node;
  }
  if (node.kind === "sequence") {
    const items = node.items.map((item, index) => retyped(item, `${path}/${index}`, paths, from));
    return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
  }
  const entries = new Map(
    [...node.entries].map(([key, entry]) => [
      key,
      { key: entry.key, value: retyped(entry.value, `${path}/${escaped(key)}`, paths, from) },
    ]),
  );
  return [...entries].every(([key, entry]) => entry.value === node.entries.get(key)!.value)
    ? node
    : { ...node, entries };
}

const escaped = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** Plain data without places, for the validator and for options that targets read. Maps have no prototype. */
export function toValue(node: Node): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "sequence") return node.items.map(toValue);
  const value = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of node.entries) value[key] = toValue(entry.value);
  return value;
}

const NAMED = new Set(["health", "tls", "brokers", "apis", "databases", "services", "regions", "geo", "targets"]);

const topPart = ([section, name]: readonly string[]): string =>
  section !== undefined && NAMED.has(section) && name !== undefined ? `${section}.${name}` : (section ?? "");

/** The top part in whose text a finding stands. */
function partAt(source: Source, root: MapNode, { at }: Finding): string {
  for (const [section, { value }] of root.entries) {
    const parts =
      NAMED.has(section) && value.kind === "map"
        ? [...value.entries].map(([name, entry]) => [`${section}.${name}`, entry.value] as const)
        : [[section, value] as const];
    const holding = parts.find(
      ([, node]) => source.place(node).line <= at.line && at.line <= source.place(node).endLine,
    );
    if (holding) return holding[0];
  }
  return "";
}

const whole = (source: Source, message: string, help: string): Finding =>
  finding({ rule: "schema/no-topology", source: "schema", message, help, at: source.place({ start: 0, end: 0 }) });
