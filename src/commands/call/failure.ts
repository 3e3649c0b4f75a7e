import { readFileSync } from "node:fs";
import { printable } from "../../report/printable.js";
import { CannotUse, ToolFailed } from "../../support/errors.js";
import { didYouMean } from "../../support/suggest.js";
import { listed, reasonOf } from "./output.js";

interface Failure {
  readonly message: string;
  readonly help?: string | undefined;
  readonly exitCode: number;
}

/**
 * Prints what ended a run in one line and its help, and returns the exit code: 2 where the call or a file cannot be
 * used, 3 where a tool is missing or failed, or lbctl itself has a bug. The stack only with `--verbose`.
 */
export function reportFailure(error: unknown, args: readonly string[]): number {
  const asked = exitOf(error);
  if (asked !== undefined) return asked;
  const { message, help, exitCode } = failureOf(error, args[0]);
  const lines = [`error: ${printable(message)}`, ...(help === undefined ? [] : [`  = help: ${printable(help)}`])];
  process.stderr.write(`${lines.join("\n")}\n`);
  if (args.includes("--verbose") && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exitCode;
}

/** The exit code where somebody called `exit`, as `--help` does. */
function exitOf(error: unknown): number | undefined {
  const { code, oclif } = error as { code?: unknown; oclif?: { exit?: number } };
  return code === "EEXIT" ? (oclif?.exit ?? 0) : undefined;
}

function failureOf(error: unknown, command: string | undefined): Failure {
  if (error instanceof CannotUse) return { message: messageOf(error), help: error.help, exitCode: 2 };
  if (error instanceof ToolFailed) return { message: error.message, help: error.help, exitCode: 3 };
  if (error instanceof Error && "oclif" in error) return callFailure(error, command);
  if (isSystemError(error)) return systemFailure(error);
  return {
    message: `this is a bug in lbctl: ${error instanceof Error ? error.message : String(error)}`,
    help: "run it again with --verbose and report what it prints",
    exitCode: 3,
  };
}

/** oclif wraps what a flag's own parser throws. */
const messageOf = (error: Error): string =>
  error.message.replace(/^Parsing --\S+ \n\t/, "").replace(/\nSee more help with --help$/, "");

type OclifError = Error & {
  readonly flags?: readonly string[];
  readonly args?: readonly string[];
  readonly parse?: { readonly input?: { readonly flags?: Record<string, unknown> } };
};

/** What oclif says of a call, in our words. */
function callFailure(error: OclifError, command: string | undefined): Failure {
  const message = messageOf(error);
  const help = command === undefined ? "lbctl --help" : `lbctl ${command} --help`;
  const failure = (text: string, more?: string): Failure => ({ message: text, help: more ?? help, exitCode: 2 });

  if (/^command .* not found$/s.test(message)) {
    if (command?.startsWith("-")) return failure(`unknown flag "${command}"`, "lbctl --help");
    const commands = commandNames();
    return failure(
      `unknown command "${command}"`,
      didYouMean(command ?? "", commands) ?? `lbctl has ${listed(commands)}`,
    );
  }
  if (error.constructor.name === "NonExistentFlagsError") {
    const flag = error.flags?.[0] ?? "";
    const flags = Object.keys(error.parse?.input?.flags ?? {}).map((name) => `--${name}`);
    return failure(`unknown flag "${flag}"`, flag.startsWith("--") ? didYouMean(flag, flags) : undefined);
  }
  if (error.constructor.name === "UnexpectedArgsError") return failure(`unexpected argument "${error.args?.[0]}"`);
  const value = /^Expected --(\S+?)=(.*) to be one of: (.*)$/s.exec(message);
  if (value) {
    const [, flag, given, options] = value as unknown as [string, string, string, string];
    const known = options.split(", ");
    return failure(`unknown value "${given}" of --${flag}`, didYouMean(given, known) ?? `--${flag} ${listed(known)}`);
  }
  const missing = /^Flag (--\S+) expects (?:a value|one of these values: (.*))$/.exec(message);
  if (missing) return failure(`${missing[1]} needs a value`, missing[2] && `one of ${listed(missing[2].split(", "))}`);
  const twice = /^Flag (--\S+) can only be specified once$/.exec(message);
  if (twice) return failure(`${twice[1]} stands twice`);
  const exclusive = /(--\S+)=\S* cannot also be provided when using (--\S+)/.exec(message);
  if (exclusive) return failure(`${exclusive[1]} and ${exclusive[2]} exclude each other`);
  return failure(message.replaceAll(/\s*\n\s*/g, "; "));
}

function commandNames(): string[] {
  const manifest = JSON.parse(readFileSync(new URL("../../oclif.manifest.json", import.meta.url), "utf8"));
  return Object.keys(manifest.commands);
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && "syscall" in error;

function systemFailure(error: NodeJS.ErrnoException): Failure {
  return { message: `${error.path ?? "standard output"} cannot be used: ${reasonOf(error)}`, exitCode: 2 };
}
