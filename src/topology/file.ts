import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { CannotUse } from "../support/errors.js";
import { type Finding, finding } from "../support/finding.js";
import { Source } from "../support/source.js";

const LIMIT = 10 * 1024 * 1024;
const START = { start: 0, end: 0 };

/** What came of reading a file: its text, or why that is no text. Infos may come beside a text. */
export interface Input {
  readonly source: Source;
  /** null: there is nothing to parse. */
  readonly text: string | null;
  readonly findings: readonly Finding[];
}

/**
 * Reads a topology's bytes; `-` is standard input. Throws CannotUse where there is no file to read; bytes that are no
 * UTF-8 text, nothing at all, or more than 10 MB are findings.
 */
export function readInput(file: string): Input {
  const name = file === "-" ? "<stdin>" : file;
  const descriptor = file === "-" ? 0 : open(file);
  try {
    const { size } = fstatSync(descriptor);
    if (size > LIMIT)
      return refused(
        name,
        "schema/too-large",
        `${inMegabytes(size)} MB are too many: lbctl reads 10 MB at most`,
        "split the fleet into several topologies",
      );
    return decode(name, readFileSync(descriptor));
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    if (descriptor !== 0) closeSync(descriptor);
  }
}

/** Bytes to text: UTF-8, with or without a byte-order mark. */
export function decode(name: string, bytes: Uint8Array): Input {
  if (bytes.length > LIMIT)
    return refused(
      name,
      "schema/too-large",
      `${inMegabytes(bytes.length)} MB are too many: lbctl reads 10 MB at most`,
      "split the fleet into several topologies",
    );
  const wide = wideEncoding(bytes);
  if (wide)
    return refused(
      name,
      "schema/encoding",
      `the text is ${wide}, lbctl reads UTF-8`,
      `convert it: iconv -f ${wide} -t UTF-8`,
    );
  if (bytes.includes(0))
    return refused(name, "schema/encoding", "the file holds NUL bytes: it is no text", "give lbctl a YAML file");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return notUtf8(name, bytes);
  }
  return { ...peculiarities(new Source(name, text.replace(/^\uFEFF/, "")), text), text: text.replace(/^\uFEFF/, "") };
}

function peculiarities(source: Source, text: string): { source: Source; findings: Finding[] } {
  const findings: Finding[] = [];
  const note = (rule: string, message: string, help: string, start: number): void => {
    findings.push(
      finding({ rule, source: "schema", severity: "info", message, help, at: source.place({ start, end: start }) }),
    );
  };
  if (text.startsWith("\uFEFF"))
    note("schema/byte-order-mark", "the text begins with a byte-order mark", "save it as UTF-8 without one", 0);
  const carriageReturn = source.text.indexOf("\r");
  if (carriageReturn >= 0) note("schema/line-ends", "lines end in CR LF", "save it with LF line ends", carriageReturn);
  return { source, findings };
}

function wideEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && bytes.length >= 4 ? "UTF-32" : "UTF-16";
  if (a === 0xfe && b === 0xff) return "UTF-16";
  if (bytes.length >= 4 && a === 0 && b !== 0 && c === 0 && d !== 0) return "UTF-16BE";
  if (bytes.length >= 4 && a !== 0 && b === 0 && c !== 0 && d === 0) return "UTF-16LE";
  return undefined;
}

/** Points at the first byte that is no UTF-8; what stands before it is shown. */
function notUtf8(name: string, bytes: Uint8Array): Input {
  const text = new TextDecoder("utf-8").decode(bytes);
  const bad = Math.max(0, text.indexOf("\uFFFD"));
  const source = new Source(name, text);
  const at = source.place({ start: bad, end: bad + 1 });
  const message = "a byte here is no UTF-8";
  return {
    source,
    text: null,
    findings: [finding({ rule: "schema/encoding", source: "schema", message, help: "save the file as UTF-8", at })],
  };
}

function refused(name: string, rule: string, message: string, help: string): Input {
  const source = new Source(name, "");
  return {
    source,
    text: null,
    findings: [finding({ rule, source: "schema", message, help, at: source.place(START) })],
  };
}

const inMegabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

function open(file: string): number {
  try {
    return openSync(file, "r");
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return new CannotUse(`there is no file ${file}`, "name a topology, or write one: lbctl init");
  if (code === "EISDIR")
    return new CannotUse(
      `${file} is a directory`,
      `name the topology in it: ${file.replace(/\/+$/, "")}/topology.yaml`,
    );
  if (code === "EACCES" || code === "EPERM")
    return new CannotUse(`${file} may not be read by this user`, `look at its permissions: ls -l ${file}`);
  if (code !== undefined) return new CannotUse(`${file} cannot be read: ${(error as Error).message}`);
  return error as Error;
}
