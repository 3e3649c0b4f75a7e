import fc from "fast-check";
import { expect, test } from "vitest";
import type { Finding } from "../../src/support/finding.js";
import { runCheckers } from "../../src/tasks/checkers.js";
import { suite } from "../real/harness/programs.js";
import { narrowTexts, wideTexts } from "./accepts.js";
import { type Base, baseAt, type Field } from "./bases.js";
import { outcomeOf } from "./outcome.js";
import { SEED } from "./seed.js";
import { splicedAll } from "./splice.js";

const BASES = [baseAt("..", "everything.yaml"), baseAt("more.yaml"), baseAt("nginx.yaml")];
const PROGRAMS = ["nginx", "haproxy", "mosquitto"];
const RUNS = 12;
/** Compose 1 is a Python program that takes a second to start. */
const COMPOSE_RUNS = 2;

/** What the real programs say of a base with these texts; null where lbctl refuses it. */
async function saidOf(
  base: Base,
  texts: ReadonlyMap<Field, string>,
  programs: readonly string[],
): Promise<string[] | null> {
  const { text, env } = splicedAll(base, texts, "double");
  const outcome = await outcomeOf(text, env);
  if (outcome.is === "refused") return null;
  const outputs = outcome.outputs.filter(({ name }) => programs.includes(name));
  const checks = await runCheckers(outcome.fleet, outputs, "always");
  return checks.flatMap(({ findings }) => findings.filter(isError).map(({ rule, message }) => `${rule}: ${message}`));
}

const isError = ({ kind, severity }: Finding): boolean => kind === "configuration" && severity === "error";

/** No base with hostile texts in many of its fields at once is refused by a program; many are not refused by lbctl. */
async function takenBy(programs: readonly string[], base: Base, values: typeof wideTexts, runs: number): Promise<void> {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(values(base), async (texts) => {
      const said = await saidOf(base, texts, programs);
      if (said !== null) taken += 1;
      expect(said ?? []).toEqual([]);
    }),
    { numRuns: runs, seed: SEED, endOnFailure: true },
  );
  expect(taken).toBeGreaterThanOrEqual(runs / 4);
}

suite("whole topologies", PROGRAMS, () => {
  test.each(BASES)("nginx, HAProxy and mosquitto take whatever lbctl accepts in $name", async (base) => {
    await takenBy(PROGRAMS, base, wideTexts, RUNS);
  });
  test.each(BASES)("and whatever names, hosts and keys in $name", async (base) => {
    await takenBy(PROGRAMS, base, narrowTexts, 2 * RUNS);
  });
});

suite("whole Compose files", ["docker-compose"], () => {
  test.each(BASES.slice(0, 2))("Compose takes whatever lbctl accepts in $name", async (base) => {
    await takenBy(["compose"], base, wideTexts, COMPOSE_RUNS);
  });
});
