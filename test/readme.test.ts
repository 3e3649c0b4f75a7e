import { spawnSync } from "node:child_process";
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findProgram } from "../src/support/program.js";

const ROOT = join(import.meta.dirname, "..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const missing = ["nginx", "haproxy", "mosquitto"].some((name) => findProgram(name) === undefined) && !process.env.CI;

const blocks = (language: string): string[] =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text]) => text!);

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "lbctl-readme-"));
  mkdirSync(join(dir, ".bin"));
  writeFileSync(
    join(dir, ".bin/lbctl"),
    `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "bin/lbctl.js")}" "$@"\n`,
  );
  chmodSync(join(dir, ".bin/lbctl"), 0o755);
  for (const text of blocks("yaml")) writeFileSync(join(dir, /^# (\S+)\n/.exec(text)![1]!), text.replace(/^.*\n/, ""));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Both outputs of a command as a terminal shows them. */
function screen(command: string): string {
  const env = { PATH: `${join(dir, ".bin")}${delimiter}${process.env.PATH}`, LANG: "C.UTF-8", HOME: dir };
  return spawnSync("bash", ["-c", `{ ${command}\n} 2>&1`], { cwd: dir, env, encoding: "utf8" }).stdout;
}

/** A line `...` stands for any lines; sizes may be others. */
function matches(actual: string, expected: string): boolean {
  const lines = expected
    .split("\n")
    .map((line) =>
      line.trim() === "..."
        ? "(?:.*\\n)*?.*"
        : line.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/ +[\d]+(\\\.\d)? k?B/g, " +[\\d.]+ k?B"),
    );
  return new RegExp(`^${lines.join("\\n")}$`).test(actual);
}

describe("README", () => {
  it.skipIf(missing)("shows what its commands print, one after the other", () => {
    const commands = blocks("console").join("").split(/^\$ /m).slice(1);
    expect(commands.length).toBeGreaterThan(5);
    for (const text of commands) {
      const [command, ...output] = text.split("\n");
      const actual = screen(command!);
      if (!matches(actual, output.join("\n"))) expect(`$ ${command}\n${actual}`).toBe(`$ ${text}`);
    }
  });

  it("names programs and pages that are there", () => {
    for (const [, file] of README.matchAll(/^\.\/(bin\/\S+)/gm)) accessSync(join(ROOT, file!), constants.X_OK);
    for (const [, file] of README.matchAll(/\]\(([^)]+)\)/g)) accessSync(join(ROOT, file!));
  });

  it("has every command in its table, and no other", () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, "oclif.manifest.json"), "utf8"));
    const rows = [...README.matchAll(/^\| `lbctl (\w+)/gm)].map(([, name]) => name);
    expect(rows.sort()).toEqual(Object.keys(manifest.commands).sort());
  });
});
