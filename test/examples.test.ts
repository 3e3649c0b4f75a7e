import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const lbctl = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, "bin/lbctl.js"), ...args], { cwd: root, encoding: "utf8" });

describe.each(readdirSync(join(root, "examples")))("the example %s", (name) => {
  const file = `examples/${name}/topology.yaml`;

  test("validates without an error or a warning", () => {
    const { status, stdout } = lbctl("validate", file, "--checkers", "never");
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });

  test("is rendered as it lies in the repository (else: npm run examples)", () => {
    const { status, stdout } = lbctl("render", file, "-o", `examples/${name}/rendered`, "--check");
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });
});

test("the shortest useful file has fewer than ten lines", () => {
  const lines = execFileSync("cat", [join(root, "examples/minimal/topology.yaml")], { encoding: "utf8" })
    .trim()
    .split("\n");
  expect(lines.length).toBeLessThan(10);
});
