import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { CannotUse } from "../../src/support/errors.js";
import { decode, type Input, readInput } from "../../src/topology/file.js";

const MB = 1024 * 1024;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");
const said = ({ findings }: Input): string[] =>
  findings.map(
    ({ severity, rule, message, help, at }) =>
      `${at.file}:${at.line}:${at.column} ${severity} ${rule.replace("schema/", "")}: ${message} | ${help}`,
  );

describe("bytes that are no text are refused with a place", () => {
  test.each<[string, Uint8Array, string]>([
    [
      "UTF-16 LE with a mark",
      Buffer.from("\uFEFFversion: 1", "utf16le"),
      "t.yaml:1:1 error encoding: the text is UTF-16, lbctl reads UTF-8 | convert it: iconv -f UTF-16 -t UTF-8",
    ],
    [
      "UTF-16 BE with a mark",
      utf16("\uFEFFversion: 1").swap16(),
      "t.yaml:1:1 error encoding: the text is UTF-16, lbctl reads UTF-8 | convert it: iconv -f UTF-16 -t UTF-8",
    ],
    [
      "UTF-16 LE without",
      utf16("version: 1"),
      "t.yaml:1:1 error encoding: the text is UTF-16LE, lbctl reads UTF-8 | convert it: iconv -f UTF-16LE -t UTF-8",
    ],
    [
      "UTF-16 BE without",
      utf16("version: 1").swap16(),
      "t.yaml:1:1 error encoding: the text is UTF-16BE, lbctl reads UTF-8 | convert it: iconv -f UTF-16BE -t UTF-8",
    ],
    [
      "UTF-32 LE",
      Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]),
      "t.yaml:1:1 error encoding: the text is UTF-32, lbctl reads UTF-8 | convert it: iconv -f UTF-32 -t UTF-8",
    ],
    [
      "Latin-1",
      Buffer.from("version: 1\nname: caf\u00e9\n", "latin1"),
      "t.yaml:2:10 error encoding: the byte E9 is no UTF-8 text here | save the file as UTF-8",
    ],
    [
      "Latin-1 behind a true U+FFFD and an emoji",
      Buffer.concat([utf8("# \uFFFD😀 "), Buffer.from([0xe9])]),
      "t.yaml:1:6 error encoding: the byte E9 is no UTF-8 text here | save the file as UTF-8",
    ],
    [
      "a character that is cut off",
      Buffer.from([0x61, 0xe2, 0x82]),
      "t.yaml:1:2 error encoding: the byte E2 is no UTF-8 text here | save the file as UTF-8",
    ],
    [
      "NUL",
      utf8("a: 1\nb: \0"),
      "t.yaml:2:4 error encoding: a NUL byte stands in the file: it is no text | give lbctl a YAML file",
    ],
    [
      "a program",
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]),
      "t.yaml:1:8 error encoding: a NUL byte stands in the file: it is no text | give lbctl a YAML file",
    ],
    [
      "more than 10 MB",
      new Uint8Array(10 * MB + 1).fill(35),
      "t.yaml:1:1 error too-large: the text has more than 10 MB: lbctl reads 10 MB at most | split the fleet into several topologies",
    ],
  ])("%s", (_name, bytes, expected) => {
    const input = decode("t.yaml", bytes);
    expect(input.text).toBeNull();
    expect(said(input)).toEqual([expected]);
  });
});

describe("text that is written in another way is read, with an info", () => {
  test.each<[string, string, string[]]>([
    [
      "a byte-order mark",
      "\uFEFFversion: 1\n",
      ["t.yaml:1:1 info byte-order-mark: the text begins with a byte-order mark | save it as UTF-8 without one"],
    ],
    [
      "CR LF",
      "version: 1\r\nname: a\r\n",
      ["t.yaml:1:11 info line-ends: lines end in CR LF | save it with LF line ends"],
    ],
    ["a lone CR", "version: 1\rname: a\r", ["t.yaml:1:11 info line-ends: lines end in CR | save it with LF line ends"]],
    ["neither", "version: 1\n", []],
    ["exactly 10 MB", "#".repeat(10 * MB), []],
  ])("%s", (_name, text, expected) => {
    const input = decode("t.yaml", utf8(text));
    expect(input.text).toBe(text.replace("\uFEFF", ""));
    expect(input.source.text).toBe(input.text);
    expect(said(input)).toEqual(expected);
  });
});

test("bytes are refused exactly where the platform's decoder refuses them, and never throw", () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.string({ unit: "binary", maxLength: 6 }).map(utf8),
    fc
      .constantFrom([0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc0, 0x80], [0xe0, 0x80, 0x80])
      .map((bytes) => Uint8Array.from(bytes)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const bytes = Buffer.concat([utf8("ab: "), ...pieces]);
      const isRefused = decode("t", bytes).findings.some(({ message }) => message.includes("UTF-8 text here"));
      const isText = (() => {
        try {
          new TextDecoder("utf-8", { fatal: true }).decode(bytes);
          return true;
        } catch {
          return false;
        }
      })();
      expect(isRefused).toBe(!isText);
    }),
    { numRuns: 2000 },
  );
});

describe("a file", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lbctl-file-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const refusal = (file: string): CannotUse => {
    try {
      readInput(file);
    } catch (error) {
      if (error instanceof CannotUse) return error;
      throw error;
    }
    throw new Error("it was read");
  };

  it("is read whole, however many pieces it takes", () => {
    const file = join(folder, "long.yaml");
    const text = `# ${"é".repeat(200_000)}\n`;
    writeFileSync(file, text);
    expect(readInput(file).text).toBe(text);
  });

  it("that is empty is an empty text", () => {
    const file = join(folder, "empty.yaml");
    writeFileSync(file, "");
    expect(readInput(file)).toMatchObject({ text: "", findings: [] });
  });

  it("above 10 MB is refused by its size, before it is read", () => {
    const file = join(folder, "huge.yaml");
    writeFileSync(file, "");
    truncateSync(file, 4 * 1024 * MB); // sparse: reading it would take seconds, and more memory than there is
    const before = performance.now();
    expect(said(readInput(file))).toEqual([
      `${file}:1:1 error too-large: the file has 4096.0 MB: lbctl reads 10 MB at most | split the fleet into several topologies`,
    ]);
    expect(performance.now() - before).toBeLessThan(500);
  });

  it("above 10 MB by one byte has more than 10.0 MB", () => {
    const file = join(folder, "large.yaml");
    writeFileSync(file, "");
    truncateSync(file, 10 * MB + 1);
    expect(said(readInput(file))[0]).toContain("the file has 10.1 MB");
  });

  it("that never ends is read up to 10 MB", () => {
    expect(said(readInput("/dev/zero"))).toEqual([
      "/dev/zero:1:1 error too-large: the text has more than 10 MB: lbctl reads 10 MB at most | split the fleet into several topologies",
    ]);
  });

  it("that is missing is named", () => {
    const { message, help } = refusal(join(folder, "missing.yaml"));
    expect(message).toBe(`there is no file ${folder}/missing.yaml`);
    expect(help).toBe("name a topology, or write one: lbctl init");
  });

  it("that is a directory is named, with the topology in it", () => {
    const { message, help } = refusal(`${folder}/`);
    expect(message).toBe(`${folder}/ is a directory`);
    expect(help).toBe(`name the topology in it: ${folder}/topology.yaml`);
  });

  it("that may not be read is named", () => {
    const file = join(folder, "secret.yaml");
    writeFileSync(file, "version: 1");
    chmodSync(file, 0);
    expect(asNobody(() => refusal(file).message)).toBe(`${file} may not be read by this user`);
  });

  it("that runs through itself as a folder cannot be read", () => {
    const file = join(folder, "empty.yaml");
    writeFileSync(file, "");
    expect(refusal(`${file}/x`).message).toMatch(/empty\.yaml\/x cannot be read: ENOTDIR/);
  });
});

/** Nothing is forbidden to root. */
function asNobody<T>(act: () => T): T {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid!(65534);
  try {
    return act();
  } finally {
    if (isRoot) process.seteuid!(0);
  }
}

describe("standard input", () => {
  const program = `"${process.execPath}" --no-warnings "${join(import.meta.dirname, "stdin.mjs")}"`;
  const read = (shell: string): string => execFileSync("bash", ["-c", shell], { encoding: "utf8", timeout: 20_000 });

  it("is read to its end, also when it comes slowly", () => {
    expect(read(`(printf 'version: 1\\n'; sleep 0.2; printf 'name: a\\n') | ${program}`)).toBe("19 ");
  });

  it("may be a file", () => {
    expect(read(`${program} < ${join(import.meta.dirname, "../../examples/minimal/topology.yaml")}`)).toMatch(/^\d+ $/);
  });

  it("may be one that another program made non-blocking", () => {
    const other = "perl -MFcntl -e 'fcntl(STDIN, F_SETFL, O_NONBLOCK)'";
    expect(read(`(sleep 0.5; printf 'version: 1\\n') | (${other}; ${program})`)).toBe("11 ");
  });

  it("that never ends is read up to 10 MB", () => {
    expect(read(`yes | ${program}`)).toBe("none <stdin> the text has more than 10 MB: lbctl reads 10 MB at most");
  });
});
