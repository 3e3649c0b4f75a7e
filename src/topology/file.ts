import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CannotUse } from "../support/errors.js";
import { type Finding, finding } from "../support/finding.js";
import { Source, type Span } from "../support/source.js";
import { firstNoUtf8, wideEncoding } from "./encoding.js";

const LIMIT = 10 * 1024 * 1024;
const PIECE = 64 * 1024;
/** Milliseconds until a terminal or pipe that has nothing to read is asked again. */
const PAUSE = 20;

/** What came of reading a file: its text, or why that is no text. Infos may come beside a text. */
export interface Input {
  readonly source: Source;
  /** null: there is nothing to parse. */
  readonly text: string | null;
  readonly findings: readonly Finding[];
}

/**
 * Reads a topology's bytes; `-` is standard input. Throws CannotUse where there is no file to read; bytes that are no
 * UTF-8 text, nothing at all, or more than 10 MB are findings. Never reads more than that.
 */
export function readInput(file: string): Input {
  const name = file === "-" ? "<stdin>" : file;
  const descriptor = file === "-" ? 0 : open(file);
  try {
    const { size } = fstatSync(descriptor);
    if (size > LIMIT) return tooLarge(name, `the file has ${inMegabytes(size)} MB`);
    return decode(name, readAtMost(descriptor, LIMIT + 1));
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    if (descriptor !== 0) closeSync(descriptor);
  }
}

/** Bytes to text: UTF-8, with or without a byte-order mark. */
export function decode(name: string, bytes: Uint8Array): Input {
  if (bytes.length > LIMIT) return tooLarge(name, "the text has more than 10 MB");
  const wide = wideEncoding(bytes);
  if (wide)
    return refused(
      new Source(name, ""),
      "encoding",
      `the text is ${wide}, lbctl reads UTF-8`,
      `convert it: iconv -f ${wide} -t UTF-8`,
    );
  const bad = firstNoUtf8(bytes);
  const text = new TextDecoder("utf-8").decode(bytes);
  const source = new Source(name, text);
  if (bad) {
    const byte = bad.byte.toString(16).toUpperCase().padStart(2, "0");
    const span = { start: bad.offset, end: bad.offset + 1 };
    return refused(source, "encoding", `the byte ${byte} is no UTF-8 text here`, "save the file as UTF-8", span);
  }
  const nothing = text.indexOf("\0");
  if (nothing >= 0) {
    const span = { start: nothing, end: nothing + 1 };
    return refused(source, "encoding", "a NUL byte stands in the file: it is no text", "give lbctl a YAML file", span);
  }
  return { source, text, findings: peculiarities(source, bytes) };
}

function peculiarities(source: Source, bytes: Uint8Array): Finding[] {
  const findings: Finding[] = [];
  const note = (rule: string, message: string, help: string, start: number): void => {
    const at = source.place({ start, end: start });
    findings.push(finding({ rule: `schema/${rule}`, source: "schema", severity: "info", message, help, at }));
  };
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    note("byte-order-mark", "the text begins with a byte-order mark", "save it as UTF-8 without one", 0);
  const end = source.text.indexOf("\r");
  const kind = source.text[end + 1] === "\n" ? "CR LF" : "CR";
  if (end >= 0) note("line-ends", `lines end in ${kind}`, "save it with LF line ends", end);
  return findings;
}

const tooLarge = (name: string, what: string): Input =>
  refused(
    new Source(name, ""),
    "too-large",
    `${what}: lbctl reads 10 MB at most`,
    "split the fleet into several topologies",
  );

function refused(
  source: Source,
  rule: string,
  message: string,
  help: string,
  span: Span = { start: 0, end: 0 },
): Input {
  const at = source.place(span);
  return { source, text: null, findings: [finding({ rule: `schema/${rule}`, source: "schema", message, help, at })] };
}

/** Rounded up: a file that is too large by a byte has more than 10 MB. */
const inMegabytes = (bytes: number): string => (Math.ceil((bytes / 1024 / 1024) * 10) / 10).toFixed(1);

function readAtMost(descriptor: number, most: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < most) {
    const piece = new Uint8Array(PIECE);
    const count = readPiece(descriptor, piece);
    if (count === 0) break;
    pieces.push(piece.subarray(0, count));
    length += count;
  }
  return Buffer.concat(pieces, length);
}

/** Standard input may be shared with a program that made it non-blocking: then it is asked again. */
function readPiece(descriptor: number, piece: Uint8Array): number {
  for (;;) {
    try {
      return readSync(descriptor, piece);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
}

function open(file: string): number {
  try {
    return openSync(file, "r");
  } catch (error) {
    throw unreadable(file, error);
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

function unreadable(file: string, error: unknown): Error {
  switch (codeOf(error)) {
    case undefined:
      return error as Error;
    case "ENOENT":
      return new CannotUse(`there is no file ${file}`, "name a topology, or write one: lbctl init");
    case "EISDIR":
      return new CannotUse(
        `${file} is a directory`,
        `name the topology in it: ${file.replace(/\/+$/, "")}/topology.yaml`,
      );
    case "EACCES":
    case "EPERM":
      return new CannotUse(`${file} may not be read by this user`, `look at its permissions: ls -l ${file}`);
    default:
      return new CannotUse(`${file} cannot be read: ${(error as Error).message}`);
  }
}
