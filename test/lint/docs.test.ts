import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rules } from "../../src/lint/rules.generated.js";

const root = join(import.meta.dirname, "../..");
const run = (folder: string, ...args: string[]): string =>
  execFileSync(process.execPath, [join(folder, "bin/dev/docs.mjs"), ...args], { encoding: "utf8", stdio: "pipe" });

test("the pages of docs/ are what the code says now; else: node bin/dev/docs.mjs", () => {
  expect(run(root, "--check")).toBe("");
});

test("it has a section for every rule", () => {
  const page = readFileSync(join(root, "docs/rules.md"), "utf8");
  expect([...page.matchAll(/^## (.*)$/gm)].map(([, id]) => id)).toEqual(rules.map(({ id }) => id));
});

test("a stale page is found, and written anew", () => {
  const folder = mkdtempSync(join(tmpdir(), "lbctl-docs-"));
  try {
    for (const part of ["bin/dev/docs.mjs", "docs", "package.json", "schemas"])
      cpSync(join(root, part), join(folder, part), { recursive: true });
    symlinkSync(join(root, "src"), join(folder, "src"));
    const file = join(folder, "docs/rules.md");
    const fresh = readFileSync(file, "utf8");
    writeFileSync(file, `${fresh}more\n`);
    expect(() => run(folder, "--check")).toThrow("docs/rules.md is stale: node bin/dev/docs.mjs");
    expect(run(folder)).toBe("docs/rules.md written\n");
    expect(readFileSync(file, "utf8")).toBe(fresh);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
