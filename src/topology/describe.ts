import { type Finding, finding } from "../support/finding.js";
import { headOf } from "../support/node.js";
import { shorten } from "../support/shorten.js";
import type { Source, Span } from "../support/source.js";
import { didYouMean } from "../support/suggest.js";
import { ownerOf } from "./owners.js";
import { plainValue } from "./plain.js";
import { keySpanOf, type Node, nodeOf } from "./pointers.js";
import type { SchemaError } from "./schema.js";
import { expectedOf, formsOf, keysOf, type Schema } from "./schema.js";

/** A complaint with all that is needed to word it. */
export interface Case {
  readonly error: SchemaError;
  readonly path: readonly string[];
  readonly source: Source;
  readonly root: Node;
  /** The whole schema, and the part of it that complained. */
  readonly schema: Schema;
  readonly holder: Schema;
  /** The scalars that a variable is part of: their values are not shown. */
  readonly from: ReadonlySet<Node>;
}

/** What was found and what was expected, at the smallest place that shows it. */
export function describe(given: Case): Finding {
  const { error, path, holder } = given;
  const node = nodeOf(given.root, path);
  switch (error.keyword) {
    case "additionalProperties":
      return unknownKey(given, node);
    case "propertyNames":
      return wrongName(given);
    case "required":
      return missingKey(given, node, String(error.params.missingProperty));
    case "const":
      return unknownVersion(given, node);
    case "enum":
      return isPlain(node) ? unknownValue(given, node) : wrongType(given, node);
    case "pattern":
      return isEmpty(node) ? wrongType(given, node) : wrongForm(given, node);
    case "minimum":
    case "maximum":
      return wrongValue(
        given,
        node,
        `${written(given, node)} is not ${expectedOf(holder) ?? `from ${holder.minimum} to ${holder.maximum}`}`,
      );
    case "minLength":
      return wrongType(given, node);
    case "maxLength":
      return wrongValue(given, node, `the text is longer than ${holder.maxLength} characters`);
    case "minItems":
      return wrongValue(
        given,
        node,
        `the list needs ${holder.minItems === 1 ? "an entry" : `${holder.minItems} entries`} at least`,
      );
    case "minProperties":
      return wrongValue(given, node, `none of ${keysOf(holder).join(", ")} stands here`, "write one of them");
    case "maxProperties":
      return wrongValue(given, node, `more than one of ${keysOf(holder).join(", ")} stands here`, "keep one of them");
    default:
      return wrongType(given, node);
  }
}

const made = (given: Case, rule: string, message: string, help: string | null, span: Span): Finding =>
  finding({ rule: `schema/${rule}`, source: "schema", message, help, at: given.source.place(span) });

const wrongValue = (given: Case, node: Node, message: string, help: string | null = null): Finding =>
  made(given, "wrong-value", `${ownerOf(given.path)}: ${message}`, help, spanOf(given, node));

/** The value; where nothing stands, its key. */
const spanOf = ({ root, path, source }: Case, node: Node): Span =>
  (node.start === node.end ? keySpanOf(root, path) : undefined) ?? headOf(node, source);

function unknownKey(given: Case, node: Node): Finding {
  const { error, path, holder } = given;
  const key = String(error.params.additionalProperty);
  const keys = keysOf(holder);
  const what =
    holder["x-unknown"] === "target"
      ? `unknown target "${shorten(key)}"`
      : `unknown key "${shorten(key)}" in ${ownerOf(path)}`;
  const help =
    key === "<<"
      ? "YAML 1.2 has no merge keys: use `defaults`, or write the keys out"
      : (didYouMean(key, keys) ?? `it may hold ${keys.join(", ")}`);
  return made(given, "unknown-key", what, help, keySpanOf(given.root, [...path, key]) ?? headOf(node, given.source));
}

function wrongName(given: Case): Finding {
  const { error, path, root, schema, holder } = given;
  const key = String(error.params.propertyName);
  const [names] = formsOf(schema, holder.propertyNames as Schema);
  const span = keySpanOf(root, [...path, key]) ?? nodeOf(root, path);
  return made(given, "wrong-name", `"${shorten(key)}" is not ${expectedOf(names!)}`, "give it another name", span);
}

function missingKey(given: Case, node: Node, key: string): Finding {
  const { path, root, source, holder } = given;
  const { examples, description } = ((holder.properties as Schema | undefined)?.[key] ?? {}) as Schema;
  const example = (examples as readonly unknown[] | undefined)?.[0];
  const help =
    example === undefined
      ? String(description)
      : `for example ${key}: ${typeof example === "string" ? example : JSON.stringify(example)}`;
  const message = `${ownerOf(path)} lacks the key "${key}"`;
  return made(given, "missing-key", message, help, keySpanOf(root, path) ?? headOf(node, source));
}

function unknownVersion(given: Case, node: Node): Finding {
  const quoted = node.kind === "scalar" && node.value === String(given.error.params.allowedValue);
  const message = isPlain(node)
    ? `version ${written(given, node)} of the topology language is unknown`
    : `"version" is ${found(given, node)}`;
  const help = quoted ? "this lbctl reads version 1: a number, without quotes" : "this lbctl reads version 1";
  return made(given, "version", message, help, spanOf(given, node));
}

function unknownValue(given: Case, node: Node): Finding {
  const values = (given.error.params.allowedValues as readonly unknown[]).map(String);
  const value = node.kind === "scalar" && !given.from.has(node) ? node.value : null;
  const help =
    typeof value === "number" && values.includes(given.source.text.slice(node.start, node.end))
      ? `put it in quotes: "${given.source.text.slice(node.start, node.end)}"`
      : ((value === null ? undefined : didYouMean(String(value), values)) ?? `one of ${values.join(", ")}`);
  const message = `unknown ${given.holder["x-name"] ?? "value"} ${written(given, node)}`;
  return made(given, "wrong-value", message, help, spanOf(given, node));
}

function wrongForm(given: Case, node: Node): Finding {
  const expected = expectedOf(given.holder)!;
  return wrongValue(given, node, `${written(given, node)} is not ${expected}`, unitHelp(given, node, expected));
}

function wrongType(given: Case, node: Node): Finding {
  const { error, holder } = given;
  const choices =
    error.keyword === "enum" ? `one of ${(error.params.allowedValues as unknown[]).join(", ")}` : undefined;
  const expected = expectedOf(holder) ?? choices ?? TYPES[String(error.params.type)] ?? "another form";
  const message = `${ownerOf(given.path)}: ${found(given, node)} where ${expected} must stand`;
  return made(given, "wrong-type", message, typeHelp(given, node, expected), spanOf(given, node));
}

const TYPES: Readonly<Record<string, string>> = {
  object: "a map",
  array: "a list",
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
};

/** What YAML 1.1 read as true or false, and 1.2 no longer does. */
const TRUTHS: Readonly<Record<string, string>> = { yes: "true", on: "true", no: "false", off: "false" };

function typeHelp(given: Case, node: Node, expected: string): string | null {
  if (node.kind !== "scalar" || isEmpty(node) || given.from.has(node)) return null;
  const text = written(given, node);
  const { type } = given.error.params;
  if (typeof node.value === "string") {
    if (type === "boolean" && node.value in TRUTHS) return `write ${TRUTHS[node.value]}`;
    if (type === "array") return `write it as a list: [${text.replace(/^"(.*)"$/, "$1")}]`;
    return type !== "string" && typeof plainValue(node.value) !== "string" ? "leave the quotes out" : null;
  }
  return unitHelp(given, node, expected) ?? (type === "string" ? `put it in quotes: "${text}"` : null);
}

/** A bare number where a duration or a size belongs. */
function unitHelp({ from }: Case, node: Node, expected: string): string | null {
  if (node.kind !== "scalar" || from.has(node) || !/^\d+$/.test(String(node.value))) return null;
  if (expected.startsWith("a duration"))
    return `a unit is never guessed: ${node.value}s, ${node.value}ms or ${node.value}m`;
  return expected.startsWith("a size") ? `a unit is never guessed: ${node.value}k or ${node.value}m` : null;
}

const isEmpty = (node: Node): boolean => node.kind === "scalar" && (node.value === null || node.value === "");
const isPlain = (node: Node): boolean => node.kind === "scalar" && !isEmpty(node);

/** What a value is, in words. */
function found(given: Case, node: Node): string {
  if (node.kind !== "scalar") return node.kind === "map" ? "a map" : "a list";
  if (node.value === null) return "nothing";
  if (node.value === "") return "an empty text";
  if (given.from.has(node)) return `the value of ${written(given, node)}`;
  if (typeof node.value === "string") return `the text ${written(given, node)}`;
  return typeof node.value === "number" ? `the number ${written(given, node)}` : written(given, node);
}

/** As it stands in the text: what came from a variable shows as the variable. Numbers as they are, text in quotes. */
function written({ source }: Case, node: Node): string {
  const { start, end } = headOf(node, source);
  const text = source.text.slice(start, end);
  const short = shorten(text);
  if (/^["']/.test(short) || (node.kind === "scalar" && typeof node.value !== "string")) return short;
  return `"${short}"`;
}
