import { Document, isMap, isScalar, isSeq, type Pair, type Scalar, visit, type YAMLMap } from "yaml";
import type { Fleet } from "../../fleet/fleet.js";
import type { Written } from "../../support/node.js";
import { headerLines } from "../header.js";
import type { Artifact } from "../target.js";
import { FromEnvironment, NETWORK, type Service } from "./service.js";

/** A service with where it comes from and what is to be said about it. */
export interface Section {
  readonly name: string;
  readonly part: { readonly written: Written };
  /** What it belongs to; said before the first of each. */
  readonly title: string;
  readonly notes: readonly string[];
  readonly service: Service;
}

/** The file's text, every value quoted by the YAML library, and the part of the fleet that a line belongs to. */
export function composeText(
  fleet: Fleet,
  sections: readonly Section[],
  volumes: readonly string[],
  elsewhere: readonly string[],
): Pick<Artifact, "text" | "origin"> {
  const document = new Document(
    {
      name: fleet.name.toLowerCase(), // of a project: lower case only
      services: new Map(sections.map(({ name, service }) => [name, escaped(service)])), // names may be numbers: in order
      networks: { [NETWORK]: null },
      ...(volumes.length > 0 ? { volumes: new Map(volumes.map((name) => [name, null])) } : {}),
    },
    { aliasDuplicateObjects: false, compat: "yaml-1.1" }, // Compose reads 1.2, older ones 1.1: quoted for both
  );
  const away =
    elsewhere.length > 0
      ? [`servers with addresses of their own, which are no containers: ${elsewhere.join(", ")}`]
      : [];
  document.commentBefore = comment([...headerLines(fleet), ...away]);
  comments(document, sections);
  quoteStrange(document);
  quotePorts(document);
  commandsOnOneLine(document);
  for (const { key } of (document.contents as YAMLMap<Scalar>).items.slice(1)) key.spaceBefore = true;
  const text = document.toString({ lineWidth: 0, nullStr: "", flowCollectionPadding: false });
  let lines: (Written | undefined)[] | undefined;
  return { text, origin: (line) => (lines ??= origins(text, sections))[line - 1] };
}

/** Compose fills in `$NAME`; what is meant as a text has `$$`. */
function escaped(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (value instanceof FromEnvironment) return `\${${value.name}:?${value.why}}`;
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, escaped(each)]));
}

const comment = (lines: readonly string[]): string => lines.map((line) => ` ${line}`).join("\n");

const servicesIn = (document: { get(key: string): unknown }): Pair<Scalar<string>, YAMLMap>[] => {
  const services = document.get("services");
  return isMap(services) ? (services.items as Pair<Scalar<string>, YAMLMap>[]) : [];
};

/** Sections start with their title; the first line of a title is set off by an empty one. */
function comments(document: Document, sections: readonly Section[]): void {
  let title = "";
  for (const [index, { key }] of servicesIn(document).entries()) {
    const section = sections[index]!;
    const said = [...(section.title === title ? [] : [section.title]), ...section.notes];
    if (said.length > 0) key.commentBefore = comment(said);
    key.spaceBefore = index > 0;
    title = section.title;
  }
}

/** Commands are read as a line, unless one is a script of several. */
function commandsOnOneLine(document: Document): void {
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || (key.value !== "command" && key.value !== "test") || !isSeq(value)) return;
      value.flow = !value.items.some((item) => isScalar(item) && String(item.value).includes("\n"));
    },
  });
}

/** What every reader takes for a text without quotes. */
const BARE = /^[A-Za-z0-9_./$-]+([:= ][A-Za-z0-9_./$-]+)*$/;

/** Readers of YAML 1.1 (Compose 1) take fewer signs bare than the library writes: `/a?b` in a list on one line is none. */
function quoteStrange(document: Document): void {
  visit(document, {
    Scalar(_, scalar) {
      const { value } = scalar;
      if (typeof value !== "string" || BARE.test(value) || value.includes("\n")) return;
      scalar.type = value.includes('"') ? "QUOTE_SINGLE" : "QUOTE_DOUBLE";
    },
  });
}

/** `22:22` would be a number to base 60 for a reader of YAML 1.1: ports are always in quotes, as everybody writes them. */
function quotePorts(document: Document): void {
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== "ports") return undefined;
      visit(value as YAMLMap, { Scalar: (_key, scalar) => void (scalar.type = "QUOTE_DOUBLE") });
      return visit.SKIP;
    },
  });
}

/**
 * For each line of the text the section it stands in; before the first service and after the last: none. The keys of
 * services, and nothing else below `services`, are indented by two: what a service says is deeper.
 */
function origins(text: string, sections: readonly Section[]): (Written | undefined)[] {
  let inServices = false;
  let at = -1;
  return text.split("\n").map((line) => {
    if (/^[a-z]/.test(line)) inServices = line === "services:";
    if (inServices && /^ {2}[^ #]/.test(line)) at += 1;
    return inServices ? sections[at]?.part.written : undefined;
  });
}
