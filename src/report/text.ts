import type { Finding } from "../support/finding.js";
import type { Place, Source } from "../support/source.js";
import { excerptOf } from "./excerpt.js";
import { printable } from "./printable.js";
import type { Style } from "./style.js";

/** Findings as compilers print them, each with its excerpt; a source that could not be read has none. Ends in a line break, or is empty. */
export function findingsText(findings: readonly Finding[], sources: ReadonlyMap<string, Source>, style: Style): string {
  return findings.map((finding) => `${findingText(finding, sources.get(finding.at.file), style)}\n`).join("");
}

function findingText(finding: Finding, source: Source | undefined, style: Style): string {
  const { paint } = style;
  const excerpt = source === undefined ? undefined : excerptLines(finding, source, style);
  const gutter = " ".repeat(gutterOf(finding.at));
  return [
    `${paint[finding.severity](`${finding.severity}[${printable(finding.rule)}]`)}${paint.strong(`: ${printable(finding.message)}`)}`,
    ...(excerpt ?? [`${gutter}${paint.dim(style.marks.corner)} ${printable(finding.at.file)}`]),
    ...finding.related.map(({ message, at }) => `${gutter}= note: ${printable(message)} at ${placeText(at)}`),
    ...(finding.help === null ? [] : [`${gutter}= help: ${printable(finding.help)}`]),
  ].join("\n");
}

function excerptLines(finding: Finding, source: Source, { paint, marks }: Style): string[] {
  const { at, severity } = finding;
  const { line, indent, width } = excerptOf(source, at, marks);
  const gutter = " ".repeat(gutterOf(at));
  return [
    `${gutter}${paint.dim(marks.corner)} ${placeText(at)}`,
    `${paint.dim(`${String(at.line).padStart(gutter.length)}${marks.bar}`)}${line}`,
    `${gutter}${paint.dim(marks.bar)}${" ".repeat(indent)}${paint[severity]("^".repeat(width))}`,
  ];
}

const gutterOf = (at: Place): number => Math.max(2, String(at.line).length);

/** `topology.yaml:31:23`, as editors and terminals make it clickable. */
const placeText = (at: Place): string => `${printable(at.file)}:${at.line}:${at.column}`;
