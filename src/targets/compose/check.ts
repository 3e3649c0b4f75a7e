import { parseDocument } from "yaml";
import type { Fleet } from "../../fleet/fleet.js";
import { type Finding, finding } from "../../support/finding.js";
import { at } from "../../support/node.js";
import { findProgram, type Ran, runProgram } from "../../support/program.js";
import { openRoom } from "../room.js";
import type { Artifact, CheckResult } from "../target.js";

/** docker-compose 1.29 is a Python program: it takes a second to start. */
const LONGEST_RUN_MS = 60_000;

/** A way to call Compose: `docker compose`, or the program of its own that it was once. */
interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly version: string;
}

/** Gives the file to Compose's own reader (`config`), which needs no running Docker. */
export async function check(artifacts: readonly Artifact[], fleet: Fleet): Promise<CheckResult> {
  const artifact = artifacts.find(({ path }) => path.startsWith("compose/"));
  if (!artifact)
    return { program: "docker compose", version: null, result: "skipped", findings: [], note: "no compose file" };
  const program = await findCompose();
  if (!program)
    return {
      program: "docker compose",
      version: null,
      result: "missing",
      findings: [],
      note: "Compose is not installed",
    };
  const ran = await configOf(program, artifact);
  const findings = ran.exitCode === 0 ? [] : [problemIn(ran, artifact, fleet)];
  const { file, args, version } = program;
  const name = args.length > 0 ? "docker compose" : file.split("/").at(-1)!;
  return { program: name, version, result: findings.length === 0 ? "ok" : "failed", findings, note: null };
}

async function findCompose(): Promise<Program | null> {
  const ways = [
    { file: findProgram("docker"), args: ["compose"] },
    { file: findProgram("docker-compose"), args: [] },
  ];
  for (const { file, args } of ways) {
    if (!file) continue;
    const { exitCode, stdout } = await runProgram(file, [...args, "version", "--short"], LONGEST_RUN_MS);
    if (exitCode === 0) return { file, args, version: stdout.trim() };
  }
  return null;
}

/** Runs `config` on a copy: with a value for every variable, and for Compose 1 without the project's name, which it does not know. */
async function configOf({ file, args, version }: Program, { text }: Artifact): Promise<Ran> {
  const room = openRoom();
  try {
    const document = parseDocument(text);
    if (version.startsWith("1.")) document.delete("name");
    const config = room.file("docker-compose.yaml", document.toString({ lineWidth: 0 }));
    const names = [...text.matchAll(/(?<!\$)\$\{(\w+):\?/g)].map(([, name]) => `${name}=x\n`);
    const values = room.file("values.env", names.join(""));
    return await runProgram(file, [...args, "--env-file", values, "-f", config, "config", "-q"], LONGEST_RUN_MS);
  } finally {
    room.close();
  }
}

/** Compose names a service, not a line: the finding stands at the first service that its words name. */
function problemIn({ stdout, stderr }: Ran, { text, origin, path }: Artifact, fleet: Fleet): Finding {
  const said = (stderr.trim() || stdout.trim() || "no reason was given").replaceAll(/\s*\n\s*/g, "; ");
  const named = /services?\.([A-Za-z0-9_-]+)/.exec(said)?.[1];
  const line = text.split("\n").findIndex((each) => named !== undefined && each === `  ${named}:`) + 1;
  return finding({
    rule: "compose/check",
    source: "docker compose",
    message: `Compose refuses ${path}: ${said}`,
    at: at({ written: (line > 0 ? origin?.(line) : undefined) ?? fleet.written }),
  });
}
