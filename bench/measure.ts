import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

export interface Measured {
  /** Milliseconds, the whole process. */
  readonly ms: number;
  /** Megabytes, the most it ever held; 0 where the system does not tell. */
  readonly peak: number;
}

/** Runs a command once and throws where it fails. */
export function run(command: string, args: readonly string[]): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, [...args], { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    let peak = 0;
    child.stderr.on("data", (chunk) => (errors += chunk));
    const watch = setInterval(() => (peak = Math.max(peak, highWater(child.pid))), 10);
    child.on("error", reject);
    child.on("exit", (code) => {
      clearInterval(watch);
      const ms = performance.now() - start;
      if (code === 0) resolve({ ms, peak });
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}: ${errors.slice(0, 500)}`));
    });
  });
}

function highWater(pid: number | undefined): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0; // it has ended, or this is no Linux
  }
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Rounds of several commands in turn, so that a noisy moment meets all of them; the medians. */
export async function interleaved<Name extends string>(
  rounds: number,
  commands: { readonly [key in Name]?: () => Promise<Measured> },
): Promise<Record<Name, Measured & { readonly min: number; readonly max: number }>> {
  const names = Object.keys(commands) as Name[];
  const seen = Object.fromEntries(names.map((name) => [name, [] as Measured[]])) as Record<Name, Measured[]>;
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const measured = await commands[name]!();
      if (round > 0) seen[name].push(measured); // the first round fills the caches
    }
  }
  const summary = names.map((name) => {
    const times = seen[name].map(({ ms }) => ms);
    return [
      name,
      {
        ms: median(times),
        min: Math.min(...times),
        max: Math.max(...times),
        peak: Math.max(...seen[name].map(({ peak }) => peak)),
      },
    ];
  });
  return Object.fromEntries(summary);
}
