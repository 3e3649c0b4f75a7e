import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const LBCTL = join(import.meta.dirname, "../../bin/lbctl.js");

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "lbctl-completion-"));
  writeFileSync(join(dir, "topology.yaml"), "");
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout } = spawnSync(process.execPath, [LBCTL, "completion", shell], { encoding: "utf8" });
    writeFileSync(join(dir, shell), stdout);
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What bash offers behind these words. */
function offered(...words: string[]): string[] {
  const script = `source ./bash; COMP_WORDS=(lbctl "$@"); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )); _lbctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", script, "bash", ...words], {
    cwd: dir,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return stdout.split("\n").filter(Boolean);
}

describe("the completion of a real bash", () => {
  it.each([
    [["va"], ["validate"]],
    [["re"], ["render"]],
    [["help", "sch"], ["schema"]],
    [["validate", "--ch"], ["--checkers"]],
    [["validate", "--checkers", "al"], ["always"]],
    [["render", "--t"], ["--target"]],
    [["schema", "val"], ["validate"]],
    [["explain", "mqtt-idle"], ["mqtt-idle-below-keepalive"]],
    [["explain", "power"], ["power_of_two"]],
    [["completion", "z"], ["zsh"]],
    [["validate", "topo"], ["topology.yaml"]],
    [["render", "-o", "topo"], ["topology.yaml"]],
    [["validate", "--checkers", "topo"], []], // no file is a value of it
    [["frobnicate", ""], []],
  ] as const)("behind %j offers %j", (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });

  it("offers every command, and no flag of another command", () => {
    expect(offered("")).toEqual(
      expect.arrayContaining(["completion", "explain", "init", "render", "schema", "validate", "help"]),
    );
    expect(offered("schema", "--")).not.toContain("--checkers");
  });

  it("is registered for lbctl", () => {
    const { stdout } = spawnSync("bash", ["--norc", "-c", "source ./bash; complete -p lbctl"], {
      cwd: dir,
      encoding: "utf8",
    });
    expect(stdout).toBe("complete -F _lbctl lbctl\n");
  });
});

describe("the scripts of the other shells", () => {
  for (const shell of ["zsh", "fish"]) {
    const missing = spawnSync(shell, ["--version"]).error !== undefined;
    it.skipIf(missing && !process.env.CI)(`${shell} finds no mistake in its script`, () => {
      const { status, stderr } = spawnSync(shell, ["-n", shell], { cwd: dir, encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    });
  }
});
