import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

const ROOT = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../schemas/topology.schema.json"), "utf8"),
) as Schema;

/** A schema with the name of its definition, references and alternatives followed. */
interface Meaning {
  readonly schema: Schema;
  readonly name: string;
}

function meanings(schema: Schema, name = "own"): Meaning[] {
  if (schema.$ref) {
    const ref = schema.$ref.slice("#/$defs/".length);
    return meanings(ROOT.$defs![ref]!, ref);
  }
  return schema.anyOf ? schema.anyOf.flatMap((each) => meanings(each, name)) : [{ schema, name }];
}

function below({ schema }: Meaning, key: string): Meaning[] {
  const { properties = {}, additionalProperties, items } = schema;
  if (Object.hasOwn(properties, key)) return meanings(properties[key]!);
  if (typeof additionalProperties === "object") return meanings(additionalProperties);
  return items ? meanings(items) : [];
}

const at = (path: readonly string[]): Meaning[] =>
  path.reduce((here, key) => here.flatMap((each) => below(each, key)), meanings(ROOT));

/** The names of the definitions that the value, or the key, at `path` follows. `fixed`: a key of the language itself. */
export function refsAt(path: readonly string[], kind: "value" | "key"): string[] {
  if (kind === "value") return names(at(path));
  const owners = at(path.slice(0, -1));
  const key = path.at(-1)!;
  if (owners.some(({ schema }) => Object.hasOwn(schema.properties ?? {}, key))) return ["fixed"];
  const free = owners.filter(({ schema }) => typeof schema.additionalProperties === "object");
  return names(
    free.flatMap(({ schema }) => (schema.propertyNames ? meanings(schema.propertyNames) : [{ schema, name: "any" }])),
  );
}

/** What the schema asks of a text at `path`; several where there is a choice, none where it takes no text of one's own. */
export function rulesAt(path: readonly string[], kind: "value" | "key"): TextRule[] {
  const owners = at(path.slice(0, -1));
  const found =
    kind === "value"
      ? at(path)
      : owners.flatMap(({ schema }) => (schema.propertyNames ? meanings(schema.propertyNames) : []));
  return found.flatMap(({ schema: { pattern, minLength = 0, maxLength = Infinity } }) =>
    pattern === undefined ? [] : [{ pattern: new RegExp(pattern, "u"), minLength, maxLength }],
  );
}

/** Lengths are in code points, as JSON Schema counts. */
export interface TextRule {
  readonly pattern: RegExp;
  readonly minLength: number;
  readonly maxLength: number;
}

const names = (found: readonly Meaning[]): string[] => [...new Set(found.map(({ name }) => name))];

/**
 * Every place of the language for a text of the author's own, as the key it stands under and the definition it follows:
 * `path urlPath`, `request.* headerValue`, `images? label`.
 */
export function textPlaces(): Set<string> {
  const places = new Set<string>();
  const seen = new Set<Schema>();
  const walk = (schema: Schema, key: string): void => {
    for (const { schema: here, name } of meanings(schema)) {
      if (here.type === "string" && here.pattern) places.add(`${key} ${name}`);
      if (seen.has(here)) continue;
      seen.add(here);
      for (const [own, value] of Object.entries(here.properties ?? {})) walk(value, own);
      if (typeof here.additionalProperties === "object") {
        if (here.propertyNames) for (const each of meanings(here.propertyNames)) places.add(`${key}? ${each.name}`);
        walk(here.additionalProperties, `${key}.*`);
      }
      if (here.items) walk(here.items, key);
    }
  };
  walk(ROOT, "");
  return places;
}

/** The place of a path in the same words. */
export function placesOf(path: readonly string[], kind: "value" | "key"): string[] {
  let name = "";
  for (const [index, key] of (kind === "key" ? path.slice(0, -1) : path).entries()) {
    const owners = at(path.slice(0, index));
    if (owners.some(({ schema }) => Object.hasOwn(schema.properties ?? {}, key))) name = key;
    else if (owners.some(({ schema }) => typeof schema.additionalProperties === "object")) name += ".*";
  }
  return refsAt(path, kind).map((ref) => `${name}${kind === "key" ? "?" : ""} ${ref}`);
}

const POOLS = "(?:brokers|apis|databases|services)";
/** Which names may be referred to, and from where. */
const NAMES: readonly (readonly [kind: string, places: RegExp])[] = [
  ["policy", /^health\.[^.]+\?$|\.health$/],
  ["certificate", /^tls\.[^.]+\?$|\.tls$/],
  ["region", /^regions\.[^.]+\?$|^geo\.[^.]+\.(?:default|rules\.\d+\.region|failover\.[^.]+(?:\?|\.\d+))$|\.region$/],
  ["geo", /^geo\.[^.]+\?$|^regions\.[^.]+\.endpoints\.[^.]+\?$/],
  [
    "name",
    new RegExp(
      `^${POOLS}\\.[^.]+\\?$|\\.pool$|^targets\\.[^.]+\\.pools\\.\\d+$|^targets\\.compose\\.images\\.[^.]+\\?$|^[^t].*\\.servers\\.\\d+\\.name$|\\.bridges\\.\\d+\\.(?:from|to)$|\\.groups\\.\\d+\\.servers\\.\\d+$|\\.primary\\.name$`,
    ),
  ],
];

/** What kind of name stands at a path; null: nothing refers to what stands there. */
export const nameKind = (path: string): string | null => NAMES.find(([, places]) => places.test(path))?.[0] ?? null;
