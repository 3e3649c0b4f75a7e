import type { Fleet, Pool } from "../fleet/fleet.js";
import { type Finding, finding, type Severity } from "../support/finding.js";
import { at, isWritten } from "../support/node.js";
import type { Feature, Use } from "./features.js";
import { atLeast, type Nearly, type Support } from "./support.js";
import type { TargetFacts } from "./target.js";
import { usesOf } from "./uses.js";

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

/**
 * What a target cannot express of a fleet, or only nearly, as findings at the keys that ask for it. A default that nobody
 * wrote is at most an info, and is said once for the whole fleet. Of several answers at one place the worst remains.
 */
export function audit<Options extends { readonly version: string }>(
  fleet: Fleet,
  target: TargetFacts<Options>,
  options: Options,
  pools: readonly Pool[],
): Finding[] {
  const worst = new Map<string, Finding>();
  const wanted = (feature: Feature): boolean => !isYes(target.supports[feature]);
  for (const use of usesOf(fleet, pools, wanted)) {
    const answer = target.supports[use.feature];
    const short = shortfallOf(typeof answer === "function" ? answer(use, options) : answer, options.version);
    if (!short) continue;
    const unsaid = `${use.feature} ${short.message}`;
    if (!use.said && worst.has(unsaid)) continue; // before its place is looked for: there are many
    const found = toFinding(use, short, target.name);
    const key = use.said ? `${use.feature} ${found.at.line}:${found.at.column}` : unsaid;
    const known = worst.get(key);
    if (!known || RANK[known.severity] < RANK[found.severity]) worst.set(key, found);
  }
  return [...worst.values(), ...unvouched(fleet, target.name)];
}

/** Files that a program reads as they are: nothing is known of them. */
function unvouched(fleet: Fleet, name: string): Finding[] {
  const request = fleet.targets.find((each) => each.name === name);
  if (!request || !isWritten(request, "include")) return [];
  const message = "lbctl cannot vouch for what these files say";
  const help = `try it where they are: lbctl render, then ${name}'s own check`;
  return [
    finding({ rule: `${name}/include`, source: "audit", severity: "info", message, help, at: at(request, "include") }),
  ];
}

const isYes = (answer: Support | object): boolean => "is" in answer && answer.is === "yes";

/** What is missing of a whole "yes" for this version. */
function shortfallOf(support: Support, version: string): Omit<Nearly, "is"> | undefined {
  switch (support.is) {
    case "yes":
      return undefined;
    case "since":
      return atLeast(version, support.version) ? undefined : shortfallOf(support.below, version);
    case "nearly":
      return support;
    case "no":
      return { message: support.message, severity: "error", help: support.nearest };
  }
}

function toFinding({ feature, part, key, said }: Use, short: Omit<Nearly, "is">, target: string): Finding {
  const severity = said ? short.severity : "info";
  return finding({ ...short, rule: `${target}/${feature}`, source: "audit", severity, at: at(part, key) });
}

/** The pools a target carries of those that it was asked to. */
export const carriedPools = <Options>(
  fleet: Fleet,
  target: TargetFacts<Options>,
  asked: readonly string[] | null,
): Pool[] => fleet.pools.filter((pool) => (asked === null || asked.includes(pool.name)) && target.carries(pool));
