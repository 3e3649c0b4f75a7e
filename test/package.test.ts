import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const EXAMPLE = join(ROOT, "examples/routemq/topology.yaml");

let dir: string;
let lbctl: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "lbctl-package-"));
  const packed = run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", dir], ROOT);
  const tarball = join(dir, packed.stdout.trim().split("\n").at(-1)!);
  run(
    "npm",
    ["install", "--global", "--prefix", join(dir, "prefix"), "--prefer-offline", "--no-audit", "--no-fund", tarball],
    dir,
  );
  lbctl = join(dir, "prefix/bin/lbctl");
}, 240_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a program to its end; it must exit with `status`. The Node of the tests comes first on the PATH. */
function run(program: string, args: readonly string[], cwd: string, status = 0): { stdout: string; stderr: string } {
  const path = `${join(process.execPath, "..")}${delimiter}${process.env.PATH}`;
  const env = { PATH: path, HOME: process.env.HOME, LANG: "C.UTF-8" };
  const ran = spawnSync(program, args, { cwd, env, encoding: "utf8" });
  expect({ status: ran.status, stderr: ran.status === status ? "" : ran.stderr }).toEqual({ status, stderr: "" });
  return ran;
}

describe("the package, installed globally from its tarball into an empty folder", () => {
  it("validates and renders", () => {
    expect(run(lbctl, ["validate", EXAMPLE, "--checkers", "never"], dir).stdout).toBe("");
    const { stdout } = run(lbctl, ["render", EXAMPLE, "-o", "build"], dir);
    expect(stdout).toMatch(/^build\/nginx\/nginx\.conf +written/m);
    expect(existsSync(join(dir, "build/haproxy/haproxy.cfg"))).toBe(true);
  });

  it("carries its schemas, and every command's help", () => {
    expect(JSON.parse(run(lbctl, ["schema"], dir).stdout).title).toBe("lbctl topology, version 1");
    for (const name of ["completion", "explain", "init", "render", "schema", "validate"])
      expect(run(lbctl, [name, "--help"], dir).stdout).toMatch(/^USAGE$/m);
  });

  it("colours a terminal, so that what loads the colours is there too", () => {
    writeFileSync(join(dir, "bad.yaml"), "version: 1\nname: x\nnmae: y\n");
    const { stdout } = spawnSync("script", ["-qec", `"${lbctl}" validate bad.yaml`, "/dev/null"], {
      cwd: dir,
      encoding: "utf8",
      env: {
        ...process.env,
        CI: "",
        NO_COLOR: "",
        TERM: "xterm",
        LANG: "C.UTF-8",
        PATH: `${join(process.execPath, "..")}${delimiter}${process.env.PATH}`,
      },
    });
    expect(stdout).toContain("\u001b[31m\u001b[1merror[schema/unknown-key]");
  });

  it("is a library", () => {
    const module = join(dir, "prefix/lib/node_modules/lbctl");
    writeFileSync(
      join(dir, "use.mjs"),
      `import { schemaNames, validate } from ${JSON.stringify(join(module, "dist/index.js"))};
       const { findings } = await validate([${JSON.stringify(EXAMPLE)}], { checkers: "never", env: {} });
       console.log(schemaNames().join(), findings.filter(({ severity }) => severity !== "info").length);`,
    );
    expect(run(process.execPath, ["use.mjs"], dir).stdout).toBe("manifest,render-check,topology,validate 0\n");
    expect(readFileSync(join(module, "dist/index.d.ts"), "utf8")).toContain("validate");
  });

  it("has no file that only its developers need", () => {
    const module = join(dir, "prefix/lib/node_modules/lbctl");
    for (const file of ["test", "src", "bin/dev", "templates", ".ci"])
      expect(existsSync(join(module, file))).toBe(false);
    for (const file of ["LICENSE", "README.md", "CHANGELOG.md", "dist/third-party-licenses.txt"])
      expect(existsSync(join(module, file))).toBe(true);
  });
});

describe("an older Node", () => {
  it("is told in one line what is needed, where no newer one stands beside", () => {
    const old = "/usr/bin/node";
    const version = spawnSync(old, ["--version"], { encoding: "utf8" }).stdout ?? "";
    if (!/^v(1\d|20)\./.test(version)) return;
    const ran = spawnSync(old, [join(dir, "prefix/lib/node_modules/lbctl/bin/lbctl.js"), "validate"], {
      encoding: "utf8",
    });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([
      3,
      "",
      `error: lbctl needs Node 22 or newer; this is ${version.trim()}\n`,
    ]);
    const handed = spawnSync(old, [join(ROOT, "bin/lbctl.js"), "validate", "no-such-file.yaml"], { encoding: "utf8" });
    expect([handed.status, handed.stderr]).toEqual([
      2,
      "error: there is no file no-such-file.yaml\n  = help: name a topology, or write one: lbctl init\n",
    ]);
  });
});
