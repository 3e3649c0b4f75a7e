import { type Finding, finding, inFileOrder } from "../support/finding.js";
import type { Node } from "../support/node.js";
import type { Source, Span } from "../support/source.js";
import { type Comment, commentOn, commentsWith, scalarsOf } from "./comments.js";
import { isKnown, isOfOtherTarget, type KnownRules, matches, unknownRule } from "./ruleNames.js";

const WORD = "lbctl-ignore";

/** One rule that one comment names. */
interface Ignore {
  /** A rule id, or the beginning of one and `*`. */
  readonly rule: string;
  readonly span: Span;
  /** The line whose findings it silences. */
  readonly line: number;
  used: boolean;
}

/**
 * Leaves out what `# lbctl-ignore RULE[, RULE]: why` silences: findings that begin on the comment's line, or on the next
 * line with content where the comment stands alone. Adds what is wrong with the comments themselves: no reason (then
 * nothing is silenced), a rule that there is not, one that silences nothing. Findings of kind `environment` and of other
 * files stay. `ignored`: how many were left out. `node`: the tree of `source`, null where it is no YAML.
 */
export function applyIgnores(
  findings: readonly Finding[],
  source: Source,
  node: Node | null,
  knownRules: readonly string[],
  targets: readonly string[],
): { readonly findings: Finding[]; readonly ignored: number } {
  if (!node || !source.text.includes(WORD)) return { findings: [...findings], ignored: 0 };
  const scalars = scalarsOf(node, source.text);
  const known = { ids: knownRules, targets };
  const read = commentsWith(WORD, source, scalars).map((comment) => readComment(comment, source, scalars));
  const ignores = read.flatMap(({ ignores }) => ignores);
  const wrong = read.flatMap(({ findings }) => findings);
  const byLine = Map.groupBy(ignores, ({ line }) => line);
  const first = silence(findings, source, byLine);
  const own = [
    ...wrong,
    ...aboutNames(ignores, source, known),
    ...(isWhole(findings) ? unused(ignores, source, known) : []),
  ];
  const second = silence(own, source, byLine);
  return {
    findings: [...first.left, ...second.left].sort(inFileOrder),
    ignored: first.ignored + second.ignored,
  };
}

function silence(
  findings: readonly Finding[],
  source: Source,
  byLine: ReadonlyMap<number, readonly Ignore[]>,
): { readonly left: Finding[]; readonly ignored: number } {
  const left = findings.filter((found) => {
    if (found.kind === "environment" || found.at.file !== source.file) return true;
    const fitting = byLine.get(found.at.line)?.filter(({ rule }) => matches(rule, found.rule)) ?? [];
    for (const ignore of fitting) ignore.used = true;
    return fitting.length === 0;
  });
  return { left, ignored: findings.length - left.length };
}

function readComment(
  comment: Comment,
  source: Source,
  scalars: readonly Span[],
): { ignores: Ignore[]; findings: Finding[] } {
  const [, head, names, reason] = /^(#\s*lbctl-ignore\s*)([^:]*)(?::(.*))?$/.exec(comment.text)!;
  const wrong = (message: string, help: string): { ignores: Ignore[]; findings: Finding[] } => ({
    ignores: [],
    findings: [
      finding({ rule: "lint/ignore-without-reason", source: "lint", message, help, at: source.place(comment) }),
    ],
  });
  if (names!.trim() === "")
    return wrong(`this ${WORD} names no rule, so that it silences nothing`, `write # ${WORD} RULE: why`);
  if ((reason ?? "").trim() === "")
    return wrong(`this ${WORD} gives no reason, so that it silences nothing`, `write # ${WORD} ${names!.trim()}: why`);
  const line = comment.alone ? nextLine(comment.line, source, scalars) : comment.line;
  return {
    ignores: rulesIn(names!, comment.start + head!.length).map((one) => ({ ...one, line, used: false })),
    findings: [],
  };
}

/** The names between commas, with their places. */
function rulesIn(names: string, start: number): { rule: string; span: Span }[] {
  return [...names.matchAll(/[^,\s](?:[^,]*[^,\s])?/g)].map((found) => ({
    rule: found[0],
    span: { start: start + found.index, end: start + found.index + found[0].length },
  }));
}

/** The line after `line`, and after the comments that follow it line by line. */
function nextLine(line: number, source: Source, scalars: readonly Span[]): number {
  let next = line + 1;
  while (next < source.lineStarts.length && commentOn(next, source, scalars)?.alone) next += 1;
  return next;
}

const aboutNames = (ignores: readonly Ignore[], source: Source, known: KnownRules): Finding[] =>
  ignores
    .filter(({ rule }) => !isKnown(rule, known))
    .map(({ rule, span }) => finding(unknownRule(rule, source.place(span), known)));

const unused = (ignores: readonly Ignore[], source: Source, known: KnownRules): Finding[] =>
  ignores
    .filter(({ rule, used }) => !used && isKnown(rule, known) && !isOfOtherTarget(rule, known) && !mayNotHaveRun(rule))
    .map(({ rule, span }) =>
      finding({
        rule: "lint/unused-ignore",
        source: "lint",
        severity: "warning",
        message: `nothing on this line breaks "${rule}"`,
        help: `leave it out of the ${WORD}`,
        at: source.place(span),
      }),
    );

/** The programs' own words depend on which of them are installed here; what is said of ignores is not known yet. */
const mayNotHaveRun = (rule: string): boolean =>
  /\/(check|\*)$/.test(rule) || rule === "*" || matches(rule, "lint/unused-ignore") || rule.startsWith("lint/");

/** Whether rules and audits have seen all of the file: they do not see what breaks the schema. */
const isWhole = (findings: readonly Finding[]): boolean =>
  !findings.some(({ source, severity }) => source === "schema" && severity === "error");
