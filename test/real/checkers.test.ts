import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findProgram } from "../../src/support/program.js";
import { play } from "../cli/scenario.js";

const SCENARIO = join(import.meta.dirname, "checkers.txt");
const missing = ["nginx", "haproxy", "mosquitto"].some((name) => findProgram(name) === undefined) && !process.env.CI;

it.skipIf(missing)("what the real programs say of the output becomes findings, and notes about this machine", () => {
  const expected = readFileSync(SCENARIO, "utf8");
  const actual = play(expected);
  const left = SCENARIO.replace(".txt", ".actual");
  if (actual === expected) rmSync(left, { force: true });
  else writeFileSync(left, actual);
  expect(actual).toBe(expected);
});
