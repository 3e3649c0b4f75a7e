import type { Destinations } from "./destinations.js";
import type { HttpServer, HttpView } from "./view.js";
import { powerOfTwo } from "./words.js";

// Seen on 1.22.1: a name of 47 characters stops nginx ("could not build server_names_hash"), many names make it warn.
const NAME_IN_64 = 46;
const NAME_OVERHEAD = 18;
const NAMES_IN_USUAL = 200;
const HEADERS_IN_USUAL = 40;
const HEADER_IN_64 = 40;
const VARIABLES_IN_USUAL = 200;

/** Sizes of nginx's hash tables, where the usual ones would stop it or make it warn. */
export function tablesOf(
  servers: readonly HttpServer[],
  zones: number,
  destinations: Destinations,
): HttpView["tables"] {
  const names = servers.flatMap((server) => server.names);
  const longest = Math.max(0, ...names.map((name) => name.length));
  const headers = longestList(servers.map(headerNames));
  const longestHeader = Math.max(0, ...headers.map((name) => name.length));
  const variables = zones + destinations.splits.size * 2 + destinations.cookies.size;
  const tables: { name: string; value: number }[] = [];
  if (names.length > NAMES_IN_USUAL)
    tables.push({ name: "server_names_hash_max_size", value: powerOfTwo(names.length * 8, 1024) });
  if (longest > NAME_IN_64)
    tables.push({ name: "server_names_hash_bucket_size", value: powerOfTwo(longest + NAME_OVERHEAD, 128) });
  if (variables > VARIABLES_IN_USUAL)
    tables.push({ name: "variables_hash_max_size", value: powerOfTwo(variables * 8, 2048) });
  if (headers.length > HEADERS_IN_USUAL)
    tables.push({ name: "proxy_headers_hash_max_size", value: powerOfTwo(headers.length * 16, 1024) });
  if (longestHeader > HEADER_IN_64) {
    tables.push({ name: "proxy_headers_hash_bucket_size", value: powerOfTwo(longestHeader + NAME_OVERHEAD, 128) });
  }
  return tables;
}

/** The longest list of header names that one location hides or sets. */
function headerNames(server: HttpServer): string[] {
  const all = [server.base, ...server.locations.map((location) => location.settings)];
  return longestList(
    all.map((settings) => [...(settings?.setHeaders ?? []).map(({ name }) => name), ...(settings?.hideHeaders ?? [])]),
  );
}

const longestList = (lists: readonly string[][]): string[] =>
  lists.reduce((longest, list) => (list.length > longest.length ? list : longest), []);
