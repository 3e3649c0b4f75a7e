import { parse } from "yaml";
import type { Base, Field } from "./bases.js";

/** The ways to write a text in YAML; what cannot be written so is written in double quotes. */
export const FORMS = ["double", "single", "plain", "literal", "folded", "doubleLines", "variable"] as const;
export type Form = (typeof FORMS)[number];

/** A topology with another text in the place of a field. */
export interface Spliced {
  readonly text: string;
  readonly env: NodeJS.ProcessEnv;
  /** The lines (from 1) on which the new text stands. */
  readonly lines: ReadonlySet<number>;
}

const VARIABLE = "LBCTL_HOSTILE";

/** Puts `value` where the field's own text stands; lbctl reads that very value, however it is written. */
export const spliced = (base: Base, field: Field, value: string, form: Form): Spliced =>
  splicedAll(base, new Map([[field, value]]), form);

/** The same for several fields at once. */
export function splicedAll(base: Base, values: ReadonlyMap<Field, string>, form: Form): Spliced {
  const places = [...values].flatMap(([field, value], index) => placesOf(field, value, form, `${VARIABLE}_${index}`));
  const lines = new Set<number>();
  const env: NodeJS.ProcessEnv = {};
  let text = "";
  let from = 0;
  for (const place of places.toSorted((a, b) => a.start - b.start)) {
    text += base.text.slice(from, place.start);
    const first = text.split("\n").length;
    text += place.written;
    for (let line = first; line <= text.split("\n").length; line += 1) lines.add(line);
    Object.assign(env, place.env);
    from = place.end;
  }
  return { text: text + base.text.slice(from), env, lines };
}

/** What is written at each of a field's spans. A key is one line, and holds no variables. */
function placesOf({ spans }: Field, value: string, form: Form, variable: string) {
  const used = spans.some(({ kind }) => kind === "key") ? "double" : form;
  const env = used === "variable" ? { [variable]: value } : {};
  return spans.map(({ start, end, kind }) => {
    if (kind === "key") return { start, end, env, written: double(value) };
    return { start, end, env, written: used === "variable" ? double(`\${${variable}}`) : written(value, used) };
  });
}

function written(value: string, form: Exclude<Form, "variable">): string {
  const literal = value.replaceAll("${", () => "$${"); // no variable of the environment
  if (form === "double") return double(literal);
  const made = WRITERS[form](literal);
  return readsAs(made, literal) ? made : double(literal);
}

/** Double quotes with an escape for whatever could be misread: holds every text. */
const double = (text: string): string =>
  `"${text.replace(/["\\]|[^\x20-\x7e]/g, (char) => (char === '"' || char === "\\" ? `\\${char}` : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`))}"`;

/** Deeper than anything in a base is indented. */
const INDENT = `\n${" ".repeat(20)}`;

const WRITERS: Readonly<Record<Exclude<Form, "double" | "variable">, (text: string) => string>> = {
  single: (text) => `'${text.replaceAll("'", "''").replaceAll("\n", `\n${INDENT}`)}'`,
  plain: (text) => text.replaceAll("\n", `\n${INDENT}`),
  literal: (text) => `|-${INDENT}${text.replaceAll("\n", INDENT)}`,
  folded: (text) => `>-${INDENT}${text.replaceAll("\n", `\n${INDENT}`)}`,
  doubleLines: (text) => double(text).replaceAll(" ", INDENT).replaceAll("\\u000a", `\\u000a\\${INDENT}`),
};

function readsAs(written: string, text: string): boolean {
  if (/^\s*$/m.test(text)) return false; // js-yaml tells no place of a block of blanks alone
  if (!written.isWellFormed() || /[\0\r\ufeff]/.test(written)) return false;
  try {
    return (
      parse(`a:\n  - b: ${written}\n    c: d\n`, { logLevel: "silent" }) as { a: { b: unknown; c?: unknown }[] }
    ).a.every(({ b, c, ...rest }) => b === text && c === "d" && Object.keys(rest).length === 0);
  } catch {
    return false;
  }
}
