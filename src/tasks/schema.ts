import { readdirSync, readFileSync } from "node:fs";
import { CannotUse } from "../support/errors.js";
import { didYouMean } from "../support/suggest.js";

const FOLDER = new URL("../../schemas/", import.meta.url);
const END = ".schema.json";

/** The names that `schemaText` knows, sorted. */
export const schemaNames = (): string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(END))
    .map((file) => file.slice(0, -END.length))
    .sort();

/** A JSON Schema that lbctl carries, as its file stands. Throws CannotUse for any other name. */
export function schemaText(name: string): string {
  const names = schemaNames();
  if (!names.includes(name))
    throw new CannotUse(`there is no schema "${name}"`, didYouMean(name, names) ?? `one of ${names.join(", ")}`);
  return readFileSync(new URL(`${name}${END}`, FOLDER), "utf8");
}
