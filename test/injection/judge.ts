import * as haproxy from "../../src/syntax/haproxy/quote.js";
import * as nginx from "../../src/syntax/nginx/quote.js";
import type { Artifact } from "../../src/targets/target.js";
import { shown } from "./seed.js";
import { type Statement, type Syntax, statementsOf, syntaxOf } from "./shape.js";

/** How a text may stand in a word of a syntax. */
type Encoding = (text: string) => string;

const same: Encoding = (text) => text;

/** A path as nginx compares it; no client can ask for a control character or for what is no UTF-8. */
function decoded(path: string): string {
  try {
    const plain = decodeURIComponent(path);
    return /[\0-\x1f\x7f]/.test(plain) ? path : plain;
  } catch {
    return path;
  }
}

/** What RFC 3986 has no place for in a path, and `$`, which nginx would take for a variable. */
const inUrl: Encoding = (path) => path.replace(/[^\x21-\x7e]|[$"<>\\^`{|}]/gu, encodeURIComponent);
const inRegex: Encoding = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
/** nginx takes `/api` of a location `/api/` too, unless it is told what to do with it. */
const withoutSlash: Encoding = (path) => path.replace(/\/$/, "");
const hex: Encoding = (text) => Buffer.from(text).toString("hex");

/** Directives of nginx that take their words as they are (nginx.org, each directive's page: no "can contain variables"). */
const PLAIN = new Set([
  ...["error_log", "load_module", "include", "server", "server_name", "listen", "user", "pid"],
  ...[
    "proxy_hide_header",
    "proxy_ssl_trusted_certificate",
    "ssl_client_certificate",
    "real_ip_header",
    "set_real_ip_from",
  ],
  ...["allow", "resolver", "limit_req", "limit_conn"],
]);
/** Those that fill in variables: a text must not begin one. */
const EXPANDING = new Set([
  ...["return", "add_header", "proxy_set_header", "rewrite", "access_log", "proxy_ssl_name", "if"],
  ...["ssl_certificate", "ssl_certificate_key"],
]);
/** Those that are given variables, and names of our own: a text is but a part of one. */
const VARIABLES = new Set(["map", "geo", "split_clients", "hash", "limit_req_zone", "limit_conn_zone", "sticky"]);

/** The name of a header or cookie, as a key says it and as a variable has it; nothing else has one. */
const named: Encoding = (key) => (/^[A-Za-z0-9:_-]+$/.test(key) ? key.replace(/^(?:header|cookie):/, "") : NOWHERE);
const NOWHERE = "\0";
const variable: Encoding = (key) => named(key).toLowerCase().replaceAll("-", "_");

const cookieVariable: Encoding = (key) => named(key).replace(/[_-]/g, (sign) => (sign === "_" ? "_5f" : "_2d"));
/** A text of letters, digits, `-` and `_`, as it goes into names of our own. */
const names: readonly Encoding[] = [named, variable, cookieVariable];

function nginxEncodings({ words, parent }: Statement, index: number): readonly Encoding[] {
  const name = ["map", "geo", "split_clients"].includes(parent) ? parent : words[0]!;
  if (VARIABLES.has(name)) return names;
  if (name === "rewrite" && index === 1) return [(text) => inRegex(decoded(text))];
  if (name === "location") return [decoded, (text) => decoded(withoutSlash(text))];
  if (name === "upstream" || name === "zone") return [same, ...names];
  if (name === "proxy_pass") return [inUrl, ...names];
  if (PLAIN.has(name)) return [same, named];
  if (EXPANDING.has(name)) return [nginx.literal, (text) => nginx.literal(decoded(text)), inUrl];
  throw new Error(`the judge does not know whether nginx's ${name} fills in variables`);
}

/** Where HAProxy reads a format, in which `%` begins an expression (configuration manual, 8.2.6). */
function isFormat(words: readonly string[], index: number): boolean {
  const [ruleset, action] = words;
  if (words[index - 2] === "hdr" && (action === "send" || action === "return")) return true;
  if (ruleset !== "http-request" && ruleset !== "http-response") return false;
  if (action === "set-header" || action === "add-header") return index === 3;
  if (action === "set-path" || action === "set-uri") return index === 2;
  return ["location", "prefix", "lf-string"].includes(words[index - 1]!);
}

/** A name that lbctl makes of a path is of other letters, and cannot be anything but a name. */
const slug: Encoding = (path) =>
  path
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 40) || "root";

/** `*.example.com` is whatever ends in the rest. */
const belowAny: Encoding = (name) => name.replace(/^\*/, "");

function haproxyEncodings({ words }: Statement, index: number): Encoding[] {
  if (["backend", "use_backend", "server"].includes(words[0]!) && !words.slice(0, index).includes("{"))
    return [same, slug];
  if (isFormat(words, index)) return [haproxy.literal];
  if (words[1] === "send-binary") return [hex];
  return [same, haproxy.argument, named, belowAny];
}

/** Compose fills in variables everywhere. */
const doubled: Encoding = (text) => text.replaceAll("$", "$$$$");

const ENCODINGS: Readonly<Record<Syntax, (statement: Statement, index: number) => readonly Encoding[]>> = {
  nginx: nginxEncodings,
  haproxy: haproxyEncodings,
  mosquitto: () => [same],
  compose: () => [doubled, (text) => doubled(text).toLowerCase()],
};

/**
 * What is wrong with files of a topology that holds `text`, beside those of one that holds `harmless` there: the same
 * statements and words, equal but for the one text in the place of the other, as that place writes texts.
 */
export function differences(
  made: readonly Artifact[],
  plain: readonly Artifact[],
  text: string,
  harmless: string,
): string[] {
  if (made.length !== plain.length) return [`${made.length} files instead of ${plain.length}`];
  return made.flatMap((artifact, index) => {
    const syntax = syntaxOf(artifact);
    const ours = statementsOf(artifact);
    const theirs = statementsOf(plain[index]!);
    if (ours.length !== theirs.length)
      return [`${artifact.path}: ${ours.length} statements instead of ${theirs.length}`];
    return ours.flatMap((statement, at) =>
      statementDifferences(syntax, statement, theirs[at]!, text, harmless).map((what) => `${artifact.path}: ${what}`),
    );
  });
}

function statementDifferences(
  syntax: Syntax,
  made: Statement,
  plain: Statement,
  text: string,
  harmless: string,
): string[] {
  const told = `${made.words.map(shown).join(" ")}, but ${plain.words.map(shown).join(" ")}`;
  if (made.depth !== plain.depth || made.words.length !== plain.words.length) return [told];
  return made.words.flatMap((word, index) => {
    const other = plain.words[index]!;
    if (word === other || withoutCount(word, text) === withoutCount(other, harmless)) return [];
    const encodings = ENCODINGS[syntax](plain, index);
    const isWritten = ([ours, theirs]: Pair): boolean =>
      encodings.some((encode) => isExchanged(word, other, encode(ours), encode(theirs)));
    return pairsOf(text, harmless).some(isWritten) ? [] : [told];
  });
}

/** A text, and the harmless one that is in its place elsewhere. */
type Pair = readonly [text: string, harmless: string];

/** The two as they are; of a server's text also its host, each host of a range, and the names that these become. */
function pairsOf(text: string, harmless: string): Pair[] {
  const [ours, theirs] = [text, harmless].map((each) => expanded(each.replace(/:\d+$/, ""))) as [string[], string[]];
  const hosts = ours.map((host, index): Pair => [host, theirs[index]!]);
  return [[text, harmless], ...hosts, ...hosts.map(([host, other]): Pair => [serverName(host), serverName(other)])];
}

/** The hosts of `web-{1..3}`. */
function expanded(text: string): string[] {
  const [range, first, last] = /\{(\d+)\.\.(\d+)\}/.exec(text) ?? [];
  if (!range) return [text];
  const width = first!.startsWith("0") ? first!.length : 0;
  const numbers = Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => `${Number(first) + index}`);
  return numbers.map((number) => text.replace(range, number.padStart(width, "0")));
}

const serverName = (host: string): string =>
  host
    .replace(/[^A-Za-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 63);

/** HAProxy cuts a path by the number of its bytes: right where it is that of the text. */
const withoutCount = (word: string, text: string): string =>
  word.replace(`bytes(${Buffer.byteLength(text)})`, "bytes(ALL)");

/** Whether a word comes of another by putting `text` in the place of `harmless`, where that stands at least once. */
function isExchanged(word: string, plain: string, text: string, harmless: string): boolean {
  const parts = plain.split(harmless);
  if (parts.length < 2) return false;
  if (parts.join(text) === word) return true;
  const either = `(?:${escaped(text)}|${escaped(harmless)})`;
  return new RegExp(`^${parts.map(escaped).join(either)}$`, "su").test(word);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
