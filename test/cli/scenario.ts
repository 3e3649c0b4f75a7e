import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const HEAD = /^=== (file|command|stdout|stderr|status)(?: (.*))?$/;
/** In an expected line: anything. */
const ANYTHING = "[..]";

/** A part of a scenario: its head line as written, and the lines below it. */
interface Section {
  readonly head: string;
  readonly kind: string;
  readonly name: string;
  readonly lines: readonly string[];
}

/**
 * Plays a scenario: `=== file NAME` writes a file, `=== command` runs its lines in a shell with the built `lbctl`,
 * `=== stdout`, `=== stderr` and `=== status` say what must come of it; left out, nothing and 0. Lines above the first
 * head are a remark. Returns the text of the scenario as it really went.
 */
export function play(text: string): string {
  const sections = parse(text);
  const dir = mkdtempSync(join(tmpdir(), "lbctl-cli-"));
  try {
    const env = environment(dir);
    return `${sections.flatMap((section, index) => played(section, sections.slice(index + 1), dir, env)).join("\n")}\n`;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function parse(text: string): Section[] {
  const sections: { head: string; kind: string; name: string; lines: string[] }[] = [
    { head: "", kind: "remark", name: "", lines: [] },
  ];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const head = HEAD.exec(line);
    if (head) sections.push({ head: line, kind: head[1]!, name: head[2] ?? "", lines: [] });
    else sections.at(-1)!.lines.push(line);
  }
  return sections;
}

function played(section: Section, after: readonly Section[], dir: string, env: NodeJS.ProcessEnv): string[] {
  if (section.kind === "remark") return [...section.lines];
  if (section.kind === "file") {
    const file = join(dir, section.name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${section.lines.join("\n")}\n`);
    return [section.head, ...section.lines];
  }
  if (section.kind !== "command") return []; // belongs to the command before it
  const end = after.findIndex(({ kind }) => kind === "file" || kind === "command");
  const expected = end < 0 ? after : after.slice(0, end);
  const ran = spawnSync("bash", ["-c", section.lines.join("\n")], { cwd: dir, env, encoding: "utf8", timeout: 60_000 });
  return [
    section.head,
    ...section.lines,
    ...outcome("stdout", ran.stdout, expected),
    ...outcome("stderr", ran.stderr, expected),
    ...outcome("status", ran.status === 0 ? "" : `${ran.status}\n`, expected),
  ];
}

/** What came, in the words of the scenario where these cover it. */
function outcome(kind: string, text: string, expected: readonly Section[]): string[] {
  const said = expected.find((section) => section.kind === kind);
  if (text === "" && said === undefined) return [];
  const lines = text.replace(/\n$/, "").split("\n");
  const end = text === "" || text.endsWith("\n") ? [] : ["(no line break at the end)"];
  return [
    `=== ${kind}`,
    ...lines.map((line, index) => (covers(said?.lines[index], line) ? said!.lines[index]! : line)),
    ...end,
  ];
}

function covers(expected: string | undefined, line: string): boolean {
  if (!expected?.includes(ANYTHING)) return false;
  const parts = expected.split(ANYTHING).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(line);
}

/** `lbctl` on the PATH, an UTF-8 terminal's language, and nothing else that could change what is printed. */
function environment(dir: string): NodeJS.ProcessEnv {
  const bin = join(dir, ".bin");
  mkdirSync(bin);
  const shim = join(bin, "lbctl");
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "bin/lbctl.js")}" "$@"\n`);
  chmodSync(shim, 0o755);
  return { PATH: `${bin}${delimiter}${process.env.PATH}`, HOME: dir, LANG: "C.UTF-8", ROOT };
}
