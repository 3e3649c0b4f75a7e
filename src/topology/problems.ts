import { Collected, MOST_OF_A_RULE } from "../support/collected.js";
import { type Finding, finding } from "../support/finding.js";
import { headOf } from "../support/node.js";
import type { Source } from "../support/source.js";
import { withoutAlternatives } from "./alternatives.js";
import { describe } from "./describe.js";
import { SECTIONS } from "./owners.js";
import { type Node, nodeOf, pathOf } from "./pointers.js";
import { holderOf, loadSchema } from "./schema.js";

/** One complaint of the validator, as ajv words it. */
export interface SchemaError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What does not follow the schema. */
export interface Problems {
  readonly findings: readonly Finding[];
  /** Top parts with a problem in them: `brokers.mqtt`, `behind`. */
  readonly broken: ReadonlySet<string>;
}

/** The validator's complaints in words that help, each cause once. `from`: the scalars that a variable is part of. */
export function problemsOf(
  errors: readonly SchemaError[],
  source: Source,
  root: Node,
  from: ReadonlySet<Node>,
): Problems {
  const schema = loadSchema();
  const causes = new Set<string>();
  const broken = new Set<string>();
  const collected = new Collected();
  const beyond = new Map<string, SchemaError[]>();
  const counts = new Map<string, number>();
  const ofValues = errors.filter((error) => error.keyword === "propertyNames" || !isOfKey(error, root));
  for (const error of withoutAlternatives(ofValues, root)) {
    broken.add(topPart(error));
    const count = (counts.get(error.keyword) ?? 0) + 1;
    counts.set(error.keyword, count);
    if (count > MOST_OF_A_RULE) {
      beyond.set(error.keyword, [...(beyond.get(error.keyword) ?? []).slice(0, 1), error]);
      continue;
    }
    const path = pathOf(error.instancePath);
    const found = describe({ error, path, source, root, schema, from, holder: holderOf(schema, error) });
    const cause = `${found.rule} ${found.at.line}:${found.at.column}${error.keyword === "required" ? found.message : ""}`;
    if (causes.has(cause)) continue;
    causes.add(cause);
    collected.add(found);
  }
  const rests = [...beyond].map(([keyword, [first]]) =>
    finding({
      rule: "schema/and-more",
      source: "schema",
      message: `and ${counts.get(keyword)! - MOST_OF_A_RULE} more problems like the ones above`,
      help: "repair these first",
      at: source.place(headOf(nodeOf(root, pathOf(first!.instancePath)), source)),
    }),
  );
  return { findings: [...collected.findings, ...rests], broken };
}

/** ajv reports what is wrong with a key at its map, beside one `propertyNames` that names the key. */
const isOfKey = (error: SchemaError, root: Node): boolean =>
  ["pattern", "maxLength", "minLength"].includes(error.keyword) &&
  nodeOf(root, pathOf(error.instancePath)).kind === "map";

/** The part of the topology that cannot be built because of an error. */
function topPart({ instancePath, params }: SchemaError): string {
  const key = params.additionalProperty ?? params.propertyName;
  const [section, name] = [...pathOf(instancePath.split("/", 3).join("/")), ...(key === undefined ? [] : [String(key)])];
  return section !== undefined && SECTIONS.has(section) && name !== undefined ? `${section}.${name}` : (section ?? "");
}
