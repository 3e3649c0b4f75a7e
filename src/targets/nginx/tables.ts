import type { Destinations } from "./destinations.js";
import type { HttpServer, HttpView } from "./view.js";
import { powerOfTwo } from "./words.js";

// Seen on 1.22.1: a name of 47 characters stops nginx where the bucket is the usual 64 bytes ("could not build
// server_names_hash"), 400 host names or 100 variables of our own make it warn.
const IN_A_BUCKET = 46;
const OVERHEAD = 18;
const USUAL_BUCKET = 64;
const MANY_NAMES = 200;
const MANY_VARIABLES = 40;
/** How thinly filled a table is in which nginx finds room for all without a warning. */
const ROOM = 8;

/** Sizes of nginx's hash tables, where the usual ones would stop it or make it warn. */
export function tablesOf(servers: readonly HttpServer[], destinations: Destinations): HttpView["tables"] {
  const names = servers.flatMap((server) => server.names);
  const variables = variablesOf(destinations);
  const tables: { name: string; value: number }[] = [];
  const set = (name: string, value: number, usual: number): void => {
    if (value > usual) tables.push({ name, value });
  };
  if (names.length > MANY_NAMES) set("server_names_hash_max_size", powerOfTwo(names.length * ROOM, 1024), 512);
  set("server_names_hash_bucket_size", bucketOf(names), USUAL_BUCKET);
  const many = variables.length > MANY_VARIABLES;
  if (many) set("variables_hash_max_size", powerOfTwo(variables.length * ROOM, 2048), 1024);
  set("variables_hash_bucket_size", Math.max(bucketOf(variables), many ? 2 * USUAL_BUCKET : 0), USUAL_BUCKET);
  set("proxy_headers_hash_bucket_size", bucketOf(servers.flatMap(headerNames)), USUAL_BUCKET);
  return tables;
}

/** How large a bucket must be to hold the longest of these. */
function bucketOf(names: readonly string[]): number {
  let longest = 0;
  for (const { length } of names) if (length > longest) longest = length;
  return longest > IN_A_BUCKET ? powerOfTwo(longest + OVERHEAD, 2 * USUAL_BUCKET) : USUAL_BUCKET;
}

const variablesOf = ({ splits, cookies }: Destinations): string[] => [
  ...cookies.keys(),
  ...[...splits.values()].flatMap(({ variable, keyMap }) => (keyMap ? [variable, keyMap.variable] : [variable])),
];

/** The names of all headers that are hidden or set. */
function headerNames({ base, locations }: HttpServer): string[] {
  return [base, ...locations.map(({ settings }) => settings)].flatMap((settings) => [
    ...(settings?.setHeaders ?? []).map(({ name }) => name),
    ...(settings?.hideHeaders ?? []),
  ]);
}
