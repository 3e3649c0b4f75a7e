import type Handlebars from "handlebars";
import runtimeModule from "handlebars/runtime.js";
import type { Written } from "../support/node.js";
import templates from "./templates.generated.js";

/** Its own declaration says nothing of what it exports: the part of Handlebars without the compiler. */
const runtime = runtimeModule as unknown as typeof Handlebars;

/** What a template may call; each returns text that is safe where the template puts it. */
export type Helpers = Readonly<Record<string, (...values: never[]) => string>>;

export interface Rendered {
  readonly text: string;
  /** Which part a line (from 1) came from: the last `{{from part}}` at or before its end. Renders again when first asked. */
  readonly origin: (line: number) => Written | undefined;
}

/**
 * Fills the precompiled template `name` (`nginx/nginx.conf`) from a view. Nothing is escaped here: every value passes one
 * of `helpers`, which quote for the target's syntax. `{{from part}}` says which part of the fleet the line belongs to
 * (`part` carries `written`) and leaves nothing in the text.
 */
export function renderTemplate(name: string, view: object, helpers: Helpers): Rendered {
  const spec = templates[name];
  if (!spec) throw new Error(`no template called ${name}`);
  const template = runtime.template(spec);
  const fill = (from: (part: { written?: Written } | undefined) => string): string =>
    template(view, { helpers: { ...helpers, from }, allowProtoPropertiesByDefault: false });
  let origins: (Written | undefined)[] | undefined;
  return {
    text: fill(() => ""),
    origin: (line) => (origins ??= originsOf(fill))[line - 1],
  };
}

const MARK = /\uE000(\d+)\uE001/g;

function originsOf(
  fill: (from: (part: { written?: Written } | undefined) => string) => string,
): (Written | undefined)[] {
  const parts: Written[] = [];
  const marked = fill((part) => {
    if (!part?.written) return "";
    parts.push(part.written);
    return `\uE000${parts.length - 1}\uE001`;
  });
  let current: Written | undefined;
  return marked.split("\n").map((line) => {
    for (const mark of line.matchAll(MARK)) current = parts[Number(mark[1])] ?? current;
    return current;
  });
}
