import { MOST_OF_A_RULE } from "../support/collected.js";
import { type Finding, finding } from "../support/finding.js";
import type { Source } from "../support/source.js";
import { withoutAlternatives } from "./alternatives.js";
import { describe } from "./describe.js";
import { type BrokenParts, brokenParts, pathsTo } from "./parts.js";
import { type Node, nodeOf, pathOf } from "./pointers.js";
import { holderOf, loadSchema, type SchemaError } from "./schema.js";
import type { FilledTree } from "./variables.js";

export interface SchemaErrors {
  readonly errors: readonly SchemaError[];
  /** Whether these are all. */
  readonly isComplete: boolean;
}

/** What does not follow the schema. */
export interface Problems {
  readonly findings: readonly Finding[];
  readonly broken: BrokenParts;
  /** Whether `broken` names all of them. */
  readonly isComplete: boolean;
}

/** The validator's complaints in words that help, each cause once. What is wrong only because a variable is not set, is not said again. */
export function problemsOf(
  { errors, isComplete }: SchemaErrors,
  source: Source,
  root: Node,
  { from, unset }: Pick<FilledTree, "from" | "unset">,
): Problems {
  const schema = loadSchema();
  const ofValues = errors.filter((error) => error.keyword === "propertyNames" || !isOfKey(error, root));
  const complaints = withoutAlternatives(ofValues, root);
  const ofText = complaints.filter(
    ({ instancePath }) => unset.size === 0 || !unset.has(nodeOf(root, pathOf(instancePath))),
  );
  const { listed, rests } = bounded(ofText);
  const causes = new Map<string, Finding>();
  const described = (error: SchemaError): Finding =>
    describe({ error, path: pathOf(error.instancePath), source, root, schema, from, holder: holderOf(schema, error) });
  for (const error of listed) {
    const found = described(error);
    const cause = `${found.rule} ${found.at.line}:${found.at.column}${error.keyword === "required" ? found.message : ""}`;
    if (!causes.has(cause)) causes.set(cause, found);
  }
  const ends = rests.map(({ count, first }) =>
    finding({
      rule: "schema/and-more",
      source: "schema",
      message: `and ${isComplete ? "" : "at least "}${count} more problems like the ones above`,
      help: "repair these first",
      at: described(first).at,
    }),
  );
  const broken = brokenParts([...complaints.map(pathOfError), ...pathsTo(root, unset)]);
  return { findings: [...causes.values(), ...ends], broken, isComplete };
}

/** A text that was made by a program may have one mistake in a million places: of each kind, what is listed, and how many more there are. */
function bounded(errors: readonly SchemaError[]): {
  listed: SchemaError[];
  rests: { count: number; first: SchemaError }[];
} {
  const listed: SchemaError[] = [];
  const rests = new Map<string, { count: number; first: SchemaError }>();
  const counts = new Map<string, number>();
  for (const error of errors) {
    const count = (counts.get(error.keyword) ?? 0) + 1;
    counts.set(error.keyword, count);
    if (count <= MOST_OF_A_RULE) listed.push(error);
    else rests.set(error.keyword, { count: count - MOST_OF_A_RULE, first: rests.get(error.keyword)?.first ?? error });
  }
  return { listed, rests: [...rests.values()] };
}

/** ajv reports what is wrong with a key at its map, beside one `propertyNames` that names the key. */
const isOfKey = (error: SchemaError, root: Node): boolean =>
  ["pattern", "maxLength", "minLength"].includes(error.keyword) &&
  nodeOf(root, pathOf(error.instancePath)).kind === "map";

/** Where an error is: a key that is unknown, or is no name, is one of its map. */
function pathOfError({ instancePath, params }: SchemaError): string[] {
  const key = params.additionalProperty ?? params.propertyName;
  return [...pathOf(instancePath), ...(key === undefined ? [] : [String(key)])];
}
