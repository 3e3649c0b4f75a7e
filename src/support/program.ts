import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where administrators' programs live, though a user's PATH often leaves these out. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The absolute path of an installed program, or undefined. Looks in PATH, then where Debian keeps daemons. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, killed after `timeoutMs`. Never throws for its exit code. */
export async function runProgram(file: string, args: readonly string[], timeoutMs = 60_000): Promise<Ran> {
  const { execa } = await import("execa"); // costs more than all of `validate`: only where a program really runs
  const { exitCode, stdout, stderr } = await execa(file, [...args], {
    reject: false,
    timeout: timeoutMs,
    stdin: "ignore",
    stripFinalNewline: false,
  });
  return { exitCode: exitCode ?? null, stdout, stderr };
}
