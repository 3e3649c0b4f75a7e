import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, isScalar, isSeq, type Node, parseDocument, type Scalar, stringify } from "yaml";
import { nameKind, placesOf, refsAt, rulesAt, type TextRule } from "./schema.js";

/** One text of a topology that can be exchanged: a scalar, or the key of a map, with everything that refers to it. */
export interface Field {
  /** `brokers.mqtt.access.aclFile`, as people know it; a key ends in `?`. */
  readonly path: string;
  readonly kind: "value" | "key";
  /** What stands there. */
  readonly valid: string;
  /** Whether that is a text, and no number or truth value. */
  readonly isText: boolean;
  /** The definitions of the schema that it follows (`#/$defs/label` is `label`). */
  readonly refs: readonly string[];
  /** The same with the keys they stand under: `images? label`. */
  readonly places: readonly string[];
  /** What the schema asks of its text: one of these, for each place of a name. */
  readonly rules: readonly (readonly TextRule[])[];
  /** UTF-16 offsets into the base's text. */
  readonly spans: readonly { readonly start: number; readonly end: number; readonly kind: "value" | "key" }[];
}

/** A topology in block style, every scalar on a line of its own, with all the places where a text stands. */
export interface Base {
  readonly name: string;
  readonly text: string;
  readonly fields: readonly Field[];
}

export function baseAt(...path: readonly string[]): Base {
  const document = parseDocument(readFileSync(join(import.meta.dirname, ...path), "utf8"));
  for (const key of BEYOND.map((each) => each.split("."))) if (document.hasIn(key)) document.deleteIn(key);
  if (document.hasIn(LOGIN)) document.setIn(LOGIN, true);
  const text = stringify(document.toJS(), { lineWidth: 0, aliasDuplicateObjects: false });
  const found: Field[] = [];
  visit(parseDocument(text).contents as Node, [], found);
  return { name: path.at(-1)!, text, fields: grouped(found) };
}

/** What test/everything.yaml asks for beyond nginx 1.22, which would refuse the whole whatever else stands there. */
const BEYOND = [
  "brokers.mqtt.servers.0.slowStart",
  "brokers.mqtt.limits.connectionRate",
  "apis.web.servers.1.backup",
  "apis.web.headers.response.Server",
];
/** Bridges have no login: its brokers have to let them in. */
const LOGIN = ["brokers", "mqtt", "access", "anonymous"];

function visit(node: Node | null, path: readonly string[], found: Field[]): void {
  if (isScalar(node)) found.push(fieldOf(node, path, "value"));
  else if (isSeq(node))
    for (const [index, item] of node.items.entries()) visit(item as Node, [...path, `${index}`], found);
  else if (isMap(node))
    for (const { key, value } of node.items) {
      const below = [...path, String((key as Scalar).value)];
      found.push(fieldOf(key as Scalar, below, "key"));
      visit(value as Node | null, below, found);
    }
}

function fieldOf(node: Scalar, path: readonly string[], kind: Field["kind"]): Field {
  const [start, end] = node.range!;
  return {
    path: path.join(".") + (kind === "key" ? "?" : ""),
    kind,
    valid: String(node.value),
    isText: typeof node.value === "string",
    refs: refsAt(path, kind),
    places: placesOf(path, kind),
    rules: [rulesAt(path, kind)],
    spans: [{ start, end, kind }],
  };
}

/** A name and what refers to it change together. */
function grouped(fields: readonly Field[]): Field[] {
  const groups = new Map<string, Field>();
  for (const field of fields) {
    const kind = nameKind(field.path);
    const key = kind === null ? field.path : `${kind} ${field.valid}`;
    const known = groups.get(key);
    groups.set(key, known ? both(known, field) : field);
  }
  return [...groups.values()];
}

const both = (a: Field, b: Field): Field => ({
  ...a,
  refs: [...new Set([...a.refs, ...b.refs])],
  places: [...a.places, ...b.places],
  rules: [...a.rules, ...b.rules],
  spans: [...a.spans, ...b.spans],
});
