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
  let origins: (Written | undefined)[] | undefined;
  return {
    text: runtime.template(spec.plain)(view, { helpers }),
    origin: (line) => {
      origins ??= originsOf((from) => runtime.template(spec.marked)(view, { helpers: { ...helpers, from } }));
      return origins[line - 1];
    },
  };
}

/** What `{{from part}}` leaves in the text that is made for origins alone. */
type From = (part: { written?: Written } | undefined) => string;
const MARK = /\uE000(\d+)\uE001/g;

function originsOf(fill: (from: From) => string): (Written | undefined)[] {
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
