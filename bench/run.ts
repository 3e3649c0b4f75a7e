// Prints ratios: ours against a named reference, measured in this one run. `--check` ends with 1 where a bar is broken.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../src/support/program.ts";
import { largeTopology } from "./large.ts";
import { interleaved, type Measured, run } from "./measure.ts";

const root = join(import.meta.dirname, "..");
const lbctl = join(root, "bin/lbctl.js");
const node = process.execPath;
const work = mkdtempSync(join(tmpdir(), "lbctl-bench-"));
const rows: { readonly what: string; readonly value: string; readonly bar: string; readonly ok: boolean }[] = [];

const row = (what: string, value: number, unit: string, most: number): void => {
  rows.push({
    what,
    value: `${value.toFixed(value < 100 ? 2 : 0)}${unit}`,
    bar: `<= ${most}${unit}`,
    ok: value <= most,
  });
};

async function startUp(): Promise<void> {
  const example = join(root, "examples/routemq/topology.yaml");
  const { bare, validate, help } = await interleaved(15, {
    bare: () => run(node, ["-e", "0"]),
    validate: () => run(node, [lbctl, "validate", example, "--checkers", "never"]),
    help: () => run(node, [lbctl, "--help"]),
  });
  row("validate examples/routemq --checkers never / node -e 0", validate.ms / bare.ms, "x", 5);
  row("--help / node -e 0", help.ms / bare.ms, "x", 8);
}

/** The programs' own checks of what was rendered, as a user would run them. */
function checks(dir: string): (() => Promise<Measured>) | undefined {
  const nginx = findProgram("nginx");
  const haproxy = findProgram("haproxy");
  if (!nginx || !haproxy || process.getuid?.() !== 0) return undefined; // nginx -t opens its own logs and pid: root's
  return async () => {
    const first = await run(nginx, ["-t", "-q", "-c", join(dir, "nginx/nginx.conf")]);
    const second = await run(haproxy, ["-c", "-q", "-f", join(dir, "haproxy/haproxy.cfg")]);
    return { ms: first.ms + second.ms, peak: Math.max(first.peak, second.peak) };
  };
}

async function large(): Promise<void> {
  const render = (pools: number) => {
    const file = join(work, `${pools}.yaml`);
    const dir = join(work, `out-${pools}`);
    writeFileSync(file, largeTopology(pools));
    return () => {
      rmSync(dir, { recursive: true, force: true });
      return run(node, [lbctl, "render", file, "-o", dir, "--target", "nginx,haproxy"]);
    };
  };
  const first = render(1000);
  await first();
  const judged = checks(join(work, "out-1000"));
  const measured = await interleaved(5, {
    start: () => run(node, [lbctl, "--version"]),
    hundred: render(100),
    thousand: first,
    ...(judged && { programs: judged }),
  });
  const { start, hundred, thousand } = measured;
  const megabytes = readFileSync(join(work, "1000.yaml")).length / 1e6;
  row(`render ${megabytes.toFixed(2)} MB: 1,000 pools, 10,000 servers`, thousand.ms / 1000, " s", 2);
  row("... its memory", thousand.peak, " MB", 400);
  row("... 10,000 servers / 1,000 servers, less start-up", (thousand.ms - start.ms) / (hundred.ms - start.ms), "x", 11);
  if (judged) row("... / nginx -t plus haproxy -c of the result", thousand.ms / measured.programs!.ms, "x", 3);
  else process.stderr.write("nginx or haproxy is not installed, or this user is not root: no ratio to their checks\n");
}

try {
  await startUp();
  await large();
} finally {
  rmSync(work, { recursive: true, force: true });
}
const width = Math.max(...rows.map(({ what }) => what.length));
for (const { what, value, bar, ok } of rows)
  process.stdout.write(`${what.padEnd(width)}  ${value.padStart(9)}  ${bar.padStart(10)}  ${ok ? "ok" : "OVER"}\n`);
if (process.argv.includes("--check") && rows.some(({ ok }) => !ok)) process.exitCode = 1;
