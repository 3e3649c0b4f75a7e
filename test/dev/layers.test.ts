import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const SCRIPT = join(import.meta.dirname, "../../bin/dev/layers.mjs");

let src: string;
beforeEach(() => {
  src = mkdtempSync(join(tmpdir(), "lbctl-layers-"));
});
afterEach(() => rmSync(src, { recursive: true, force: true }));

/** What the check says of a source tree of these files. */
function check(files: Readonly<Record<string, string>>): { status: number | null; stderr: string } {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(src, file)), { recursive: true });
    writeFileSync(join(src, file), text);
  }
  return spawnSync(process.execPath, [SCRIPT, src], { encoding: "utf8" });
}

it("lets imports run downward and within a folder", () => {
  const { status, stderr } = check({
    "support/a.ts": 'import { readFileSync } from "node:fs";\n',
    "fleet/b.ts": 'import type { A } from "../support/a.js";\n',
    "targets/nginx/c.ts": 'import { b } from "../../fleet/b.js";\nimport { d } from "../d.js";\n',
    "targets/d.ts": 'export * from "../fleet/b.js";\n',
    "commands/e.ts": 'const c = await import("../targets/nginx/c.js");\n',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

it.each([
  [
    "an import of a higher rank",
    { "support/a.ts": 'import "../fleet/b.js";', "fleet/b.ts": "" },
    "support/a.ts imports fleet/b.ts, which is higher",
  ],
  [
    "a type import",
    { "fleet/a.ts": 'import type { B } from "../lint/b.js";', "lint/b.ts": "" },
    "fleet/a.ts imports lint/b.ts, which is higher",
  ],
  [
    "the type of an import",
    { "fleet/a.ts": 'type B = import("../lint/b.js").B;', "lint/b.ts": "" },
    "fleet/a.ts imports lint/b.ts, which is higher",
  ],
  [
    "a re-export",
    { "tasks/a.ts": 'export { b } from "../report/b.js";', "report/b.ts": "" },
    "tasks/a.ts imports report/b.ts, which is higher",
  ],
  [
    "an import over two lines",
    { "fleet/a.ts": 'import {\n  b,\n} from "../lint/b.js";', "lint/b.ts": "" },
    "fleet/a.ts imports lint/b.ts, which is higher",
  ],
  [
    "a neighbour of the same rank",
    { "lint/a.ts": 'import "../targets/b.js";', "targets/b.ts": "" },
    "lint/a.ts imports targets/b.ts, its neighbour",
  ],
  [
    "another target",
    { "targets/nginx/a.ts": 'import "../haproxy/b.js";', "targets/haproxy/b.ts": "" },
    "targets/nginx/a.ts imports targets/haproxy/b.ts, its neighbour",
  ],
  [
    "a cycle",
    { "fleet/a.ts": 'import "./b.js";', "fleet/b.ts": 'import "./a.js";' },
    "fleet/a.ts -> fleet/b.ts -> fleet/a.ts is a cycle",
  ],
  ["a folder in no layer", { "utils/a.ts": "" }, "utils/a.ts lies in no layer of bin/dev/layers.mjs"],
  [
    "what lies outside",
    { "fleet/a.ts": 'import "../../bench/b.js";' },
    "fleet/a.ts imports ../bench/b.ts, which is outside of src",
  ],
] as const)("refuses %s", (_, files, message) => {
  const { status, stderr } = check(files);
  expect({ status, stderr }).toEqual({ status: 1, stderr: `layers: ${message}\n` });
});
