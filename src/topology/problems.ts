import { readFileSync } from "node:fs";
import { type Finding, finding } from "../support/finding.js";
import type { Node, ScalarNode } from "../support/node.js";
import type { Source, Span } from "../support/source.js";
import { didYouMean } from "../support/suggest.js";

/** One complaint of the validator, as ajv words it. */
export interface SchemaError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

type Schema = { readonly [key: string]: unknown };

/** A problem and the path of the value that has it. */
export interface Problem {
  readonly path: readonly string[];
  readonly finding: Finding;
}

/** The validator's complaints in words that help, each cause once, in file order of their paths. */
export function problemsOf(errors: readonly SchemaError[], source: Source, root: Node): Problem[] {
  const schema = loadSchema();
  const said = new Set<string>();
  const ofValues = errors.filter((error) => error.keyword === "propertyNames" || !isOfKey(error, root));
  return withoutAlternatives(ofValues, root).flatMap((error) => {
    const path = pathOf(error.instancePath);
    const problem = describe({ error, path, source, root, holder: holderOf(schema, error) });
    const { at, rule } = problem.finding;
    const cause = `${rule} ${at.line}:${at.column}`;
    if (said.has(cause)) return [];
    said.add(cause);
    return [problem];
  });
}

/** The schema for people: expectations, names of keys, examples. Read from its file only when something must be said. */
export function loadSchema(): Schema {
  return JSON.parse(readFileSync(new URL("../../schemas/topology.schema.json", import.meta.url), "utf8")) as Schema;
}

/**
 * Of a value that may have several forms, keeps the complaints of the form that was meant: the one of its own type. Where
 * no form has that type, one complaint about the choice remains.
 */
function withoutAlternatives(errors: readonly SchemaError[], root: Node): SchemaError[] {
  const choices = errors.filter(({ keyword }) => keyword === "anyOf");
  let kept = [...errors];
  for (const choice of choices.sort((a, b) => b.instancePath.length - a.instancePath.length)) {
    const inside = kept.filter((error) => error !== choice && isBelow(error, choice));
    const isMap = nodeOf(root, pathOf(choice.instancePath)).kind === "map";
    const meant = inside.filter((error) => !(error.instancePath === choice.instancePath && isOtherForm(error, isMap)));
    const dropped = new Set(meant.length > 0 ? [choice, ...inside.filter((error) => !meant.includes(error))] : inside);
    kept = kept.filter((error) => !dropped.has(error));
  }
  return kept;
}

const isOtherForm = ({ keyword }: SchemaError, isMap: boolean): boolean =>
  keyword === "type" || (isMap && (keyword === "enum" || keyword === "const"));

const isBelow = (error: SchemaError, choice: SchemaError): boolean =>
  error.instancePath === choice.instancePath || error.instancePath.startsWith(`${choice.instancePath}/`);

const pathOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The schema that complained: found by the value's path, since a validator's schema path ends at each `$ref`. */
function holderOf(schema: Schema, { instancePath, keyword, params }: SchemaError): Schema {
  let forms = formsOf(schema, schema);
  for (const key of pathOf(instancePath)) {
    forms = forms.flatMap((form) => {
      const next =
        (form.properties as Schema | undefined)?.[key] ??
        (typeof form.additionalProperties === "object" ? form.additionalProperties : undefined) ??
        form.items;
      return next ? formsOf(schema, next as Schema) : [];
    });
  }
  const holding = forms.filter((form) => keyword in form);
  const fits = (form: Schema): boolean =>
    (keyword !== "type" || form.type === params.type) &&
    (keyword !== "required" || (form.required as string[]).includes(String(params.missingProperty))) &&
    (keyword !== "enum" || (form.enum as unknown[]).join() === (params.allowedValues as unknown[]).join()) &&
    (params.limit === undefined || form[keyword] === params.limit);
  return holding.find(fits) ?? holding[0] ?? {};
}

/** A schema with its reference followed, and the alternatives it names. */
function formsOf(schema: Schema, form: Schema): Schema[] {
  const target =
    typeof form.$ref === "string" ? (schema.$defs as Record<string, Schema>)[form.$ref.split("/").at(-1)!] : undefined;
  const whole = { ...target, ...form };
  return [
    whole,
    ...((whole.anyOf as Schema[] | undefined) ?? []).flatMap((alternative) => formsOf(schema, alternative)),
  ];
}

interface Case {
  readonly error: SchemaError;
  readonly path: readonly string[];
  readonly source: Source;
  readonly root: Node;
  readonly holder: Schema;
}

function describe(given: Case): Problem {
  const { error, path } = given;
  const node = nodeOf(given.root, path);
  const say = (
    rule: string,
    message: string,
    help: string | null,
    span: Span = headOf(node, given.source),
  ): Problem => ({
    path,
    finding: finding({ rule, source: "schema", message, help, at: given.source.place(span) }),
  });
  const expected = typeof given.holder["x-expected"] === "string" ? given.holder["x-expected"] : undefined;
  switch (error.keyword) {
    case "additionalProperties":
      return unknownKey(given, node);
    case "required":
      return say(
        "schema/missing-key",
        `${ownerOf(path)} lacks the key "${error.params.missingProperty}"`,
        exampleHelp(given.holder, String(error.params.missingProperty)),
        keySpanOf(given.root, path) ?? headOf(node, given.source),
      );
    case "const":
      return path[0] === "version" && path.length === 1
        ? say(
            "schema/version",
            `version ${written(given, node)} of the topology language is unknown`,
            "this lbctl reads version 1",
          )
        : say(
            "schema/wrong-value",
            `${written(given, node)} is not ${JSON.stringify(error.params.allowedValue)}`,
            null,
          );
    case "enum": {
      const values = (error.params.allowedValues as unknown[]).map(String);
      return say(
        "schema/wrong-value",
        `unknown ${given.holder["x-name"] ?? "value"} ${written(given, node)}`,
        suggestion(node, values),
      );
    }
    case "type":
    case "anyOf":
      return say(
        "schema/wrong-type",
        `${labelOf(path)}${found(given, node)} where ${expected ?? aTypeName(error)} must stand`,
        typeHelp(node, expected),
      );
    case "pattern":
      return say(
        "schema/wrong-value",
        `${written(given, node)} is not ${expected ?? "in the form that is expected here"}`,
        null,
      );
    case "propertyNames":
      return wrongName(given);
    case "minimum":
    case "maximum":
      return say(
        "schema/wrong-value",
        `${written(given, node)} is out of range: ${expected ?? rangeOf(given.holder)}`,
        null,
      );
    case "minItems":
      return say(
        "schema/wrong-value",
        `${labelOf(path)}the list needs ${given.holder.minItems === 1 ? "an entry" : `${given.holder.minItems} entries`} at least`,
        null,
      );
    case "minProperties":
    case "maxProperties":
      return say("schema/wrong-value", `one of ${keysOf(given.holder).join(", ")} must stand here`, null);
    case "maxLength":
    case "minLength":
      return say(
        "schema/wrong-value",
        error.keyword === "minLength"
          ? `${labelOf(path)}an empty text where ${expected} must stand`
          : `${labelOf(path)}the text is longer than ${given.holder.maxLength} characters`,
        null,
      );
    default:
      return say("schema/wrong-value", `${written(given, node)} cannot stand here`, null);
  }
}

function unknownKey({ error, path, source, root, holder }: Case, node: Node): Problem {
  const key = String(error.params.additionalProperty);
  const keys = keysOf(holder);
  const entry = node.kind === "map" ? node.entries.get(key) : undefined;
  const what =
    holder["x-unknown"] === "target"
      ? `unknown target ${JSON.stringify(key)}`
      : `unknown key ${JSON.stringify(key)} in ${ownerOf(path)}`;
  const help =
    key === "<<"
      ? "YAML 1.2 has no merge keys: use `defaults`, or write the keys out"
      : (didYouMean(key, keys) ?? (keys.length > 0 ? `it may hold ${keys.join(", ")}` : null));
  const at = source.place(entry?.key ?? headOf(node, source));
  return {
    path: root === node ? [key] : [...path, key],
    finding: finding({ rule: "schema/unknown-key", source: "schema", message: what, help, at }),
  };
}

const keysOf = (schema: Schema): string[] => Object.keys((schema.properties as Schema) ?? {});

function nodeOf(root: Node, path: readonly string[]): Node {
  let here = root;
  for (const part of path) {
    const next =
      here.kind === "map"
        ? here.entries.get(part)?.value
        : here.kind === "sequence"
          ? here.items[Number(part)]
          : undefined;
    if (!next) return here;
    here = next;
  }
  return here;
}

function keySpanOf(root: Node, path: readonly string[]): Span | undefined {
  const parent = nodeOf(root, path.slice(0, -1));
  return parent.kind === "map" ? parent.entries.get(path.at(-1) ?? "")?.key : undefined;
}

/** ajv reports what is wrong with a key at its map, beside one `propertyNames` that names the key. */
const isOfKey = (error: SchemaError, root: Node): boolean =>
  ["pattern", "maxLength", "minLength"].includes(error.keyword) &&
  nodeOf(root, pathOf(error.instancePath)).kind === "map";

function wrongName({ error, path, source, root, holder }: Case): Problem {
  const key = String(error.params.propertyName);
  const names = formsOf(loadSchema(), holder.propertyNames as Schema)[0]!;
  const at = source.place(keySpanOf(root, [...path, key]) ?? nodeOf(root, path));
  const message = `${JSON.stringify(key)} cannot be a name here`;
  const help = `it must be ${names["x-expected"]}`;
  return { path: [...path, key], finding: finding({ rule: "schema/wrong-name", source: "schema", message, help, at }) };
}

/** As it stands in the text: what came from a variable shows as the variable. */
function written({ source }: Case, node: Node): string {
  const text = source.text.slice(node.start, node.end).split(/\r?\n/)[0]!;
  const short = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  if (node.kind === "scalar" && typeof node.value === "number") return short;
  return /^["']/.test(short) ? short : JSON.stringify(short).replaceAll("\\\\", "\\");
}

function found(given: Case, node: Node): string {
  if (node.kind === "map") return "a map";
  if (node.kind === "sequence") return "a list";
  if (node.value === null) return "nothing";
  if (typeof node.value === "number") return `the number ${given.source.text.slice(node.start, node.end)}`;
  return typeof node.value === "boolean" ? `${node.value}` : `the text ${written(given, node)}`;
}

function typeHelp(node: Node, expected: string | undefined): string | null {
  if (node.kind !== "scalar" || typeof node.value !== "number") return null;
  if (expected?.startsWith("a duration"))
    return `a unit is never guessed: ${node.value}s, ${node.value}ms or ${node.value}m`;
  if (expected?.startsWith("a size")) return `a unit is never guessed: ${node.value}k or ${node.value}m`;
  return /text|version|name|password|path/.test(expected ?? "") ? "put it in quotes" : null;
}

const TYPES: Readonly<Record<string, string>> = {
  object: "a map",
  array: "a list",
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  null: "nothing",
};
const aTypeName = (error: SchemaError): string => TYPES[String(error.params.type)] ?? "another form";

const rangeOf = (schema: Schema): string => `${schema.minimum} to ${schema.maximum}`;

const suggestion = (node: Node, values: readonly string[]): string =>
  (node.kind === "scalar" && typeof node.value === "string" ? didYouMean(node.value, values) : undefined) ??
  `one of ${values.join(", ")}`;

function exampleHelp(holder: Schema, key: string): string | null {
  const property = ((holder.properties as Schema | undefined)?.[key] ?? {}) as Schema;
  const example = (property.examples as unknown[] | undefined)?.[0];
  const description = typeof property.description === "string" ? property.description : null;
  return example === undefined
    ? description
    : `for example ${key}: ${typeof example === "string" ? example : JSON.stringify(example)}`;
}

const OWNERS: Readonly<Record<string, string>> = {
  health: "health policy",
  tls: "certificate",
  brokers: "broker pool",
  apis: "API pool",
  databases: "database pool",
  services: "service",
  regions: "region",
  geo: "geo name",
  targets: "target",
};

/** Whose key it is: `health policy "api"`, `"timeouts" of API pool "web"`, `route 2 of API pool "web"`. */
function ownerOf(path: readonly string[]): string {
  const [section, name, ...rest] = path;
  if (section === undefined) return "the topology";
  const kind = OWNERS[section];
  if (!kind || name === undefined)
    return [section, name, ...rest]
      .filter((part) => part !== undefined)
      .map((part) => `"${part}"`)
      .reverse()
      .join(" of ");
  const owner = `${kind} "${name}"`;
  const inner = rest
    .map((part, index) =>
      /^\d+$/.test(part)
        ? `${(rest[index - 1] ?? "entry").replace(/s$/, "")} ${Number(part) + 1}`
        : /^\d+$/.test(rest[index + 1] ?? "")
          ? null
          : `"${part}"`,
    )
    .filter((part) => part !== null);
  return rest.length === 0 ? owner : [...inner.reverse(), owner].join(" of ");
}

/** `interval: ` before what was found, where the value has a key of its own. */
function labelOf(path: readonly string[]): string {
  const key = path.at(-1);
  return key === undefined || /^\d+$/.test(key) ? "" : `${key}: `;
}

/** A block that spans several lines is shown by its first line. */
function headOf(node: Node, source: Source): Span {
  if ((node as ScalarNode).kind === "scalar") return node;
  const lineEnd = source.text.slice(node.start, node.end).search(/[\r\n]/);
  return lineEnd < 0
    ? node
    : {
        start: node.start,
        end: node.start + Math.max(1, source.text.slice(node.start, node.start + lineEnd).trimEnd().length),
      };
}
