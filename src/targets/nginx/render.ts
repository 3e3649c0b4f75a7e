import type { Fleet } from "../../fleet/fleet.js";
import { comment, word, words } from "../../syntax/nginx/quote.js";
import { headerLines } from "../header.js";
import type { Artifact } from "../target.js";
import { renderTemplate } from "../template.js";
import { httpOf } from "./http.js";
import type { NginxOptions } from "./options.js";
import { streamOf } from "./stream.js";
import type { Lookup } from "./upstreams.js";
import { has } from "./versions.js";
import type { NginxView } from "./view.js";
import { time } from "./words.js";

/** What the template may call. Each returns exactly one word (`words`: one for each text) or text that stays a comment. */
const HELPERS = {
  word,
  words,
  comment,
  /** A comment behind a directive, where there is one. */
  remark: (text: string | null): string => (text === null ? "" : `  # ${comment(text)}`),
  blanks: (count: number): string => " ".repeat(count),
  number: (value: number): string => String(Number(value)),
  /** A word and the blanks that fill it up to `width`, one at least. */
  column: (text: string, width: number): string => `${word(text)} ${" ".repeat(Math.max(0, width - text.length))}`,
};

/** Where the file stands in the output. */
export const PATH = "nginx/nginx.conf";

export function render(fleet: Fleet, options: NginxOptions): Artifact[] {
  const { text, origin } = renderTemplate("nginx/nginx.conf", viewOf(fleet, options), HELPERS);
  return [{ path: PATH, text, origin }];
}

/** A connection's client and server, each a file to the kernel. */
const FILES_A_CONNECTION = 2;

function viewOf(fleet: Fleet, options: NginxOptions): NginxView {
  const resolver = resolverOf(fleet, options);
  const lookup: Lookup = { version: options.version, resolves: resolver !== null };
  return {
    header: headerLines(fleet),
    workers: String(options.workers),
    connections: options.connections,
    files: options.connections * FILES_A_CONNECTION,
    grace: time(Math.max(1, fleet.reload.grace)), // 0 would be no limit
    errorLog: [options.logs.error, options.logs.level],
    modules: options.modules ?? [],
    enabledModules: options.modules === null,
    stream: streamOf(fleet, options, lookup, resolver),
    http: httpOf(fleet, options, lookup, resolver),
  };
}

/** The words of `resolver`, or null where names are looked up once. */
function resolverOf({ resolver }: Fleet, { version }: NginxOptions): string[] | null {
  if (!resolver || !has(version, "resolve")) return null;
  return [...resolver.servers, ...(resolver.valid === null ? [] : [`valid=${time(resolver.valid)}`])];
}
