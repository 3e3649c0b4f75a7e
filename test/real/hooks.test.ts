import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findProgram } from "../../src/support/program.js";

const ROOT = join(import.meta.dirname, "../..");
const missing = findProgram("pre-commit") === undefined && !process.env.CI;
const TOPOLOGY = `version: 1
name: shop
apis:
  web:
    listeners: { http: { port: 8080, address: 127.0.0.1 } }
    servers: [192.0.2.11:8000, 192.0.2.12:8000]
targets:
  nginx: {}
`;

let dir: string;
let repository: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "lbctl-hooks-"));
  repository = join(dir, "fleet");
  mkdirSync(join(dir, "bin"));
  writeFileSync(join(dir, "bin/lbctl"), `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "bin/lbctl.js")}" "$@"\n`);
  chmodSync(join(dir, "bin/lbctl"), 0o755);
  // the hooks' own repository, as a user names it: lbctl's, at a tag
  mkdirSync(join(dir, "lbctl"));
  cpSync(join(ROOT, ".pre-commit-hooks.yaml"), join(dir, "lbctl/.pre-commit-hooks.yaml"));
  for (const [at, command] of [
    ["lbctl", "git init -q . && git add . && git commit -qm hooks && git tag v0.1.0"],
    [".", "git init -q fleet"],
  ] as const)
    shell(at, command);
  write(
    ".pre-commit-config.yaml",
    `repos:\n  - repo: ${join(dir, "lbctl")}\n    rev: v0.1.0\n    hooks:\n      - id: lbctl-validate\n      - id: lbctl-render-check\n`,
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const write = (file: string, text: string): void => writeFileSync(join(repository, file), text);

/** Runs a line in a shell below `dir`, with lbctl on the PATH and a Git that knows who commits. */
function shell(at: string, command: string): { status: number | null; output: string } {
  const who = {
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@example.com",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@example.com",
  };
  const env = {
    ...who,
    HOME: dir,
    LANG: "C.UTF-8",
    PATH: `${join(dir, "bin")}${delimiter}${process.env.PATH}`,
    PRE_COMMIT_COLOR: "never",
  };
  const { status, stdout, stderr } = spawnSync("bash", ["-c", command], { cwd: join(dir, at), env, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

it.skipIf(missing)("Debian's pre-commit runs both hooks on a fresh repository, without a network", () => {
  write("topology.yaml", TOPOLOGY);
  const commit = (): ReturnType<typeof shell> =>
    shell("fleet", "pre-commit install >/dev/null && git add -A && git commit -m fleet");

  const unrendered = commit();
  expect(unrendered.status).toBe(1);
  expect(unrendered.output).toMatch(/^lbctl validate\.+Passed$/m);
  expect(unrendered.output).toMatch(/^lbctl render --check\.+Failed$/m);
  expect(unrendered.output).toContain("build/nginx/nginx.conf is missing");
  expect(unrendered.output).toContain("lbctl render -o build");

  expect(shell("fleet", "lbctl render").status).toBe(0);
  const rendered = commit();
  expect(rendered.output).toMatch(/^lbctl render --check\.+Passed$/m);
  expect(rendered.status).toBe(0);

  write("topology.yaml", TOPOLOGY.replace("servers:", "servres:"));
  const broken = commit();
  expect(broken.status).toBe(1);
  expect(broken.output).toContain('error[schema/unknown-key]: unknown key "servres"');
  expect(broken.output).toContain('did you mean "servers"?');

  write("topology.yaml", TOPOLOGY);
  write("build/nginx/nginx.conf", `${readFileSync(join(repository, "build/nginx/nginx.conf"), "utf8")}# by hand\n`);
  const edited = commit();
  expect(edited.status).toBe(1);
  expect(edited.output).toContain("build/nginx/nginx.conf was edited by hand");
});
