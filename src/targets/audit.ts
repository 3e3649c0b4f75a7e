import type { Fleet, Pool } from "../fleet/fleet.js";
import { type Finding, finding, type Severity } from "../support/finding.js";
import { at, isWritten } from "../support/node.js";
import type { Feature, Use } from "./features.js";
import { atLeast, type Support } from "./support.js";
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
    const support = typeof answer === "function" ? answer(use, options) : answer;
    const found = toFinding(use, support, target.name, options.version);
    if (!found) continue;
    const key = use.said ? `${found.rule} ${found.at.line}:${found.at.column}` : `${found.rule} ${found.message}`;
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

function toFinding(use: Use, support: Support, target: string, version: string): Finding | undefined {
  switch (support.is) {
    case "yes":
      return undefined;
    case "since":
      return atLeast(version, support.version) ? undefined : toFinding(use, support.below, target, version);
    case "nearly":
      return made(use, target, support.message, support.severity, support.help);
    case "no":
      return made(use, target, support.message, "error", support.nearest);
  }
}

const made = (
  { feature, part, key, said }: Use,
  target: string,
  message: string,
  severity: Severity,
  help: string | null,
): Finding =>
  finding({
    rule: `${target}/${feature}`,
    source: "audit",
    severity: said ? severity : "info",
    message,
    help,
    at: at(part, key),
  });

/** The pools a target carries of those that it was asked to. */
export const carriedPools = <Options>(
  fleet: Fleet,
  target: TargetFacts<Options>,
  asked: readonly string[] | null,
): Pool[] => fleet.pools.filter((pool) => (asked === null || asked.includes(pool.name)) && target.carries(pool));
