import { readFileSync } from "node:fs";
import { pathOf } from "./pointers.js";

/** One complaint of the validator, as ajv words it. */
export interface SchemaError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export type Schema = { readonly [key: string]: unknown };

/** The schema for people: expectations, names of keys, examples. Read from its file only when something must be said. */
export const loadSchema = (): Schema =>
  JSON.parse(readFileSync(new URL("../../schemas/topology.schema.json", import.meta.url), "utf8")) as Schema;

/** The keys that a schema names. */
export const keysOf = (schema: Schema): string[] => Object.keys((schema.properties as Schema) ?? {});

/** What `x-expected` of a schema says: `a duration such as 500ms, ...`. */
export const expectedOf = (schema: Schema): string | undefined => schema["x-expected"] as string | undefined;

/** The schema that complained: found by the value's path, since a validator's schema path ends at each `$ref`. */
export function holderOf(schema: Schema, { instancePath, keyword, params }: SchemaError): Schema {
  let forms = formsOf(schema, schema);
  for (const key of pathOf(instancePath))
    forms = forms.flatMap((form) => {
      const next = belowOf(form, key);
      return next ? formsOf(schema, next) : [];
    });
  const holding = forms.filter((form) => keyword in form);
  const fits = (form: Schema): boolean =>
    (keyword !== "type" || form.type === params.type) &&
    (keyword !== "required" || (form.required as string[]).includes(String(params.missingProperty))) &&
    (keyword !== "enum" || (form.enum as unknown[]).join() === (params.allowedValues as unknown[]).join()) &&
    (keyword !== "pattern" || form.pattern === params.pattern) &&
    (params.limit === undefined || form[keyword] === params.limit);
  return holding.find(fits) ?? holding[0] ?? {};
}

const belowOf = (form: Schema, key: string): Schema | undefined =>
  ((form.properties as Schema | undefined)?.[key] ??
    (typeof form.additionalProperties === "object" ? form.additionalProperties : undefined) ??
    form.items) as Schema | undefined;

/** A schema with its reference followed, and the alternatives it names. */
export function formsOf(schema: Schema, form: Schema): Schema[] {
  const target =
    typeof form.$ref === "string" ? (schema.$defs as Record<string, Schema>)[form.$ref.split("/").at(-1)!] : undefined;
  const whole = { ...target, ...form };
  return [
    whole,
    ...((whole.anyOf as Schema[] | undefined) ?? []).flatMap((alternative) => formsOf(schema, alternative)),
  ];
}
