import type { Field } from "./bases.js";

/** What has a meaning of the language in a text of that kind, and stays; all else becomes letters. */
const KEPT: Readonly<Record<string, RegExp>> = {
  file: /^[/.]/,
  absoluteFile: /^[/.]/,
  urlPath: /^(?:\/|%[0-9A-Fa-f]{2})/,
  requestTarget: /^(?:[/?]|%[0-9A-Fa-f]{2})/,
  topic: /^[/+#]/,
  text: /^[:/@.]/,
  headerValue: /^(?!)/,
};

/** A letter for each number of bytes, so that the whole is as long, however lengths are counted. */
const LETTERS_BY_BYTES = ["", "Z", "é", "古", "𐌰"];

/** Kinds whose letters may be any others; what else they hold are dots, hyphens, ports, ranges. */
const LETTERS = [
  "label",
  "dnsName",
  "hostname",
  "host",
  "serverString",
  "serverReference",
  "headerName",
  "cookieName",
  "databaseUser",
];

/** A text for the same place that no program could take for anything else, of the same length and kind. */
export function harmlessFor({ refs, valid }: Field, text: string): string {
  const wide = refs.find((ref) => KEPT[ref]);
  if (wide) return exchanged(text, KEPT[wide]!);
  if (refs.some((ref) => LETTERS.includes(ref))) {
    const digits = refs.includes("host") || refs.includes("serverString") ? "" : "0-9";
    return text.startsWith("[") ? text : text.replace(new RegExp(`[A-Za-z${digits}]`, "g"), "z");
  }
  const [, prefix] = /^((?:header|cookie):)/.exec(valid) ?? [];
  return prefix && text.startsWith(prefix) ? prefix + text.slice(prefix.length).replace(/[A-Za-z0-9]/g, "z") : text;
}

function exchanged(text: string, kept: RegExp): string {
  let made = "";
  for (let at = 0; at < text.length; ) {
    const [sign] = kept.exec(text.slice(at)) ?? [];
    const char = sign ?? String.fromCodePoint(text.codePointAt(at)!);
    made += sign ?? LETTERS_BY_BYTES[Buffer.byteLength(char)]!;
    at += char.length;
  }
  return made;
}
