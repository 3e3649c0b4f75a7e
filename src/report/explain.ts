import type { Answered, Page, Subject } from "../tasks/explain.js";
import type { Style } from "./style.js";
import { wrapped } from "./wrapped.js";

const WIDTH = 80;

/** What there is to explain, one line each. */
export function subjectsText(subjects: readonly Subject[], { paint }: Style): string {
  const width = Math.max(...subjects.map(({ name }) => name.length));
  const section = (kind: Subject["kind"], head: string): string[] => [
    paint.strong(head),
    ...subjects
      .filter((subject) => subject.kind === kind)
      .map(
        ({ name, severity, title }) =>
          `  ${name.padEnd(width)}  ${severity ? `${paint[severity](severity)}: ` : ""}${title}`,
      ),
    "",
  ];
  return [...section("rule", "rules"), ...section("algorithm", "algorithms"), ...section("target", "targets")]
    .concat("lbctl explain NAME prints one of them", "")
    .join("\n");
}

/** One page of `lbctl explain`, wrapped to 80 columns. */
export function pageText(page: Page, style: Style): string {
  switch (page.kind) {
    case "rule":
      return rulePage(page, style);
    case "algorithm":
      return algorithmPage(page, style);
    case "target":
      return targetPage(page, style);
  }
}

type Of<Kind> = Extract<Page, { kind: Kind }>;

function rulePage({ id, severity, title, why, bad, good }: Of<"rule">, { paint }: Style): string {
  const paragraphs = why.flatMap((paragraph) => ["", ...wrapped(paragraph, WIDTH)]);
  return [
    `${paint[severity](severity)}[${id}]: ${title}`,
    ...paragraphs,
    "",
    ...example("bad", bad),
    "",
    ...example("good", good),
    "",
  ].join("\n");
}

function algorithmPage({ name, title, what, good, bad, targets }: Of<"algorithm">, { paint }: Style): string {
  return [
    `${paint.strong(name)}: ${title}`,
    "",
    ...wrapped(what, WIDTH),
    "",
    ...wrapped(`Fits where ${good.when}:`, WIDTH),
    ...indented(good.topology),
    "",
    ...wrapped(`Does not where ${bad.when}:`, WIDTH),
    ...indented(bad.topology),
    "",
    ...targets.flatMap((answered) => hanging(`${answered.target}: `, answerText(answered))),
    "",
  ].join("\n");
}

function targetPage({ name, title, versions, answers }: Of<"target">, { paint }: Style): string {
  const measured = Object.entries(versions).map(([version, release]) =>
    version === release ? version : `${version} (${release})`,
  );
  const width = Math.max(...answers.map(({ feature }) => feature.length));
  return [
    `${paint.strong(name)}: ${title}`,
    ...(measured.length > 0
      ? wrapped(
          `Measured on ${measured.join(", ")}; the first is written for unless \`version\` says otherwise.`,
          WIDTH,
        )
      : []),
    "",
    ...answers.flatMap((answered) => hanging(`${answered.feature.padEnd(width)}  `, answerText(answered))),
    "",
  ].join("\n");
}

function answerText({ support }: Answered): string {
  if (support === "depends") return "depends on where it stands; lbctl validate tells";
  switch (support.is) {
    case "yes":
      return "yes";
    case "no":
      return `no: ${support.message}; ${support.nearest}`;
    case "nearly":
      return `nearly: ${support.message}${support.help === null ? "" : `; ${support.help}`}`;
    case "since":
      return `from ${support.version}; below: ${support.below.message}`;
  }
}

const example = (head: string, topology: string): string[] => [`${head}:`, ...indented(topology)];
const indented = (text: string): string[] => text.split("\n").map((line) => (line === "" ? "" : `  ${line}`));

function hanging(head: string, text: string): string[] {
  const lines = wrapped(text, Math.max(40, WIDTH - head.length));
  return lines.map((line, index) => (index === 0 ? head : " ".repeat(head.length)) + line);
}
