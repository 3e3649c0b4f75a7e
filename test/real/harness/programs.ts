import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe } from "vitest";
import { findProgram } from "../../../src/support/program.js";

/** A real program at work. */
export interface Running {
  /** What it has said so far, both streams. */
  said(): string;
  isOver(): boolean;
  /** Sends a signal to the program and all that it started. */
  signal(name: NodeJS.Signals): void;
  /** Kills it and waits until it is gone. */
  kill(): Promise<void>;
}

const stops: (() => Promise<void> | void)[] = [];
const groups = new Set<number>();
const killGroups = (): void => {
  for (const group of groups) signalGroup(group, "SIGKILL");
};
process.on("exit", killGroups);
for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
  process.once(name, () => {
    killGroups();
    process.kill(process.pid, name);
  });

/** What `stopAll` does too, last first. */
export const atEnd = (stop: () => Promise<void> | void): number => stops.push(stop);

/** Ends everything that was started here and removes the work folders; for `afterEach`. */
export async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}

/** A suite that needs programs. Where one is missing it is skipped and says so, but never when CI=true: there it fails. */
export function suite(name: string, programs: readonly string[], body: () => void): void {
  const missing = programs.filter((program) => !findProgram(program));
  const skipped = missing.length > 0 && process.env.CI !== "true";
  describe.skipIf(skipped)(skipped ? `${name} (skipped: ${missing.join(" and ")} not installed)` : name, body);
}

/** A work folder that every user may enter: programs started by root read it as their own user. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lbctl-real-"));
  chmodSync(folder, 0o755);
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Polls until `holds` gives something true and gives that; fails after `limitMs` with what was waited for. */
export async function until<T>(
  what: string,
  holds: () => T | Promise<T>,
  limitMs = 10_000,
): Promise<Exclude<T, false | null | undefined | 0 | "">> {
  const end = performance.now() + limitMs;
  for (;;) {
    const got = await holds();
    if (got) return got as Exclude<T, false | null | undefined | 0 | "">;
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain: ${what}`);
    await pause(10);
  }
}

const FIRST_PORT = 23_000;
const LAST_PORT = 28_999;
let nextPort = FIRST_PORT + (process.pid % 500) * 10;

/** A port on which nobody listens, TCP or UDP; never the same twice in a file. */
export async function freePort(): Promise<number> {
  for (let tries = FIRST_PORT; tries <= LAST_PORT; tries += 1) {
    const port = nextPort;
    nextPort = port < LAST_PORT ? port + 1 : FIRST_PORT;
    if (await isFree(port)) return port;
  }
  throw new Error("no free port");
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "::", exclusive: true }, () => server.close(() => resolve(true)));
  });

/** Whether somebody accepts TCP connections there. */
export const accepts = (port: number, host = "127.0.0.1"): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

interface Launch {
  readonly cwd: string;
  /** Where it says what it has to say: a file, since nginx opens /dev/stdout anew, which a socket does not allow. */
  readonly log: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
}

/** Starts a program in a process group of its own, so that a kill takes its children too. */
export function launch(program: string, args: readonly string[], { cwd, log, ...rest }: Launch): Running {
  const file = existsSync(program) ? program : findProgram(program);
  if (!file) throw new Error(`${program} is not installed`);
  const output = openSync(log, "a");
  const child = spawn(file, args, { cwd, detached: true, stdio: ["ignore", output, output], ...rest });
  closeSync(output);
  const exited = new Promise<void>((resolve) => child.on("exit", () => resolve()).on("error", () => resolve()));
  const group = child.pid;
  if (group === undefined) throw new Error(`cannot start ${file}`);
  groups.add(group);
  const running: Running = {
    said: () => readFileSync(log, "utf8"),
    isOver: () => isOver(child),
    signal: (name) => signalGroup(group, name),
    async kill() {
      signalGroup(group, "SIGKILL");
      await exited;
      groups.delete(group);
    },
  };
  atEnd(() => running.kill());
  return running;
}

const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Polls until `holds`; fails at once, with what it said, when the program ends. */
export async function ready(running: Running, what: string, holds: () => Promise<unknown>): Promise<void> {
  try {
    await until(what, async () => running.isOver() || (await holds()));
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${running.said()}`);
  }
  if (running.isOver()) throw new Error(`ended before ${what}:\n${running.said()}`);
}

function signalGroup(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // it is gone already
  }
}
