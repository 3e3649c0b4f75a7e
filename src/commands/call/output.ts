import { writeFileSync } from "node:fs";
import { coloured, colourless, type Style } from "../../report/style.js";
import { CannotUse } from "../../support/errors.js";
import { didYouMean } from "../../support/suggest.js";

/** A report in one format; `file` is null for standard output. */
export interface Output<Format extends string> {
  readonly format: Format;
  readonly file: string | null;
}

/** What `--format` and `--json` ask for; the first known format where nothing is said. Throws CannotUse. */
export function outputsOf<Format extends string>(
  flags: { readonly format?: readonly string[] | undefined; readonly json?: boolean | undefined },
  known: readonly [Format, ...Format[]],
): Output<Format>[] {
  const asked = [...(flags.format ?? []), ...(flags.json ? ["json"] : [])];
  const outputs = asked.map((text) => outputOf(text, known));
  const screens = outputs.filter(({ file }) => file === null);
  if (screens.length > 1) {
    const [first, second] = screens;
    throw new CannotUse(
      `standard output holds one format, not ${first!.format} and ${second!.format}`,
      `write one to a file: --format ${second!.format}=FILE`,
    );
  }
  return outputs.length > 0 ? outputs : [{ format: known[0], file: null }];
}

function outputOf<Format extends string>(text: string, known: readonly Format[]): Output<Format> {
  const cut = text.indexOf("=");
  const name = cut < 0 ? text : text.slice(0, cut);
  const format = known.find((candidate) => candidate === name);
  if (format === undefined) throw new CannotUse(`unknown format "${name}"`, didYouMean(name, known) ?? listed(known));
  if (cut >= 0 && cut === text.length - 1)
    throw new CannotUse(`--format ${text} names no file`, `--format ${name}=FILE`);
  return { format, file: cut < 0 ? null : text.slice(cut + 1) };
}

/** `text, json or github`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;

export interface LookFlags {
  readonly "no-color"?: boolean | undefined;
  readonly plain?: boolean | undefined;
}

/** How to write on `stream`: colours only on a terminal, Unicode only where it can be shown. */
export async function styleFor(stream: NodeJS.WriteStream, flags: LookFlags): Promise<Style> {
  const plain = Boolean(flags.plain) || process.env.TERM === "dumb" || !speaksUnicode();
  return wantsColour(stream, flags) ? await coloured(plain) : colourless(plain);
}

function wantsColour(stream: NodeJS.WriteStream, flags: LookFlags): boolean {
  const { NO_COLOR, CI, TERM } = process.env;
  return Boolean(stream.isTTY) && !flags["no-color"] && !NO_COLOR && !CI && TERM !== "dumb";
}

/** As the C library decides: the first of these variables that is set names the character set. */
function speaksUnicode(): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  return process.platform === "win32" || /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "");
}

/** Writes a report to its file, or to standard output. */
export function write(file: string | null, text: string): void {
  if (file === null) return void process.stdout.write(text);
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CannotUse(`${file} cannot be written: ${reasonOf(error)}`);
  }
}

const REASONS: Record<string, string> = {
  EACCES: "this user may not",
  EPERM: "this user may not",
  EROFS: "the file system is read-only",
  ENOENT: "its folder does not exist",
  ENOTDIR: "a part of its path is a file",
  EISDIR: "it is a directory",
  ENOSPC: "the disk is full",
};

/** An error of the operating system in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code && REASONS[code]) ?? message;
}
