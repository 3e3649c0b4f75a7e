import type { Fleet } from "../../fleet/fleet.js";
import { type Finding, finding } from "../../support/finding.js";
import { at } from "../../support/node.js";
import { findProgram, runProgram } from "../../support/program.js";
import { Source } from "../../support/source.js";
import { parse } from "../../syntax/haproxy/parse.js";
import { openRoom } from "../room.js";
import { compareVersions } from "../support.js";
import type { Artifact, CheckResult } from "../target.js";
import { type Message, readMessages } from "./messages.js";
import type { HaproxyOptions } from "./options.js";
import { PATH } from "./render.js";
import { copyInto } from "./room.js";

const PROGRAM = "haproxy";

/** Gives the rendered file to `haproxy -c`, in a check room; where it is missing, our own parser must read it. */
export async function check(
  artifacts: readonly Artifact[],
  fleet: Fleet,
  options: HaproxyOptions,
): Promise<CheckResult> {
  const artifact = artifacts.find(({ path }) => path === PATH);
  const file = findProgram(PROGRAM);
  if (!artifact || !file) return readAlone(artifact, fleet);
  const version = await installedVersion(file);
  if (version !== null && compareVersions(version, options.version) < 0)
    return { ...result("skipped", version), note: `haproxy ${version} is older than the output's ${options.version}` };
  return checkWith(file, version, artifact, fleet);
}

const result = (outcome: CheckResult["result"], version: string | null = null): CheckResult => ({
  program: PROGRAM,
  version,
  result: outcome,
  findings: [],
  note: null,
});

function readAlone(artifact: Artifact | undefined, fleet: Fleet): CheckResult {
  const source = new Source(PATH, artifact?.text ?? "");
  const findings = parse(source).problems.map(({ message, start }) =>
    toFinding(artifact!, fleet, { severity: "error", line: source.lineAt(start), text: message, environment: false }),
  );
  return { ...result(findings.length > 0 ? "failed" : "missing"), findings };
}

/** `HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/` */
async function installedVersion(file: string): Promise<string | null> {
  const { stdout } = await runProgram(file, ["-v"]);
  return /version (\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1] ?? null;
}

async function checkWith(file: string, version: string | null, artifact: Artifact, fleet: Fleet): Promise<CheckResult> {
  const room = openRoom();
  try {
    const copy = copyInto(room, new Source(PATH, artifact.text));
    const path = room.file("haproxy.cfg", copy.text);
    const local = copy.peer === null ? [] : ["-L", copy.peer];
    const { exitCode, stderr } = await runProgram(file, ["-c", ...local, "-f", path]);
    const messages = readMessages(stderr, copy.tree);
    return {
      ...verdict(exitCode, messages, version),
      findings: messages.map((each) => toFinding(artifact, fleet, each)),
    };
  } finally {
    room.close();
  }
}

/** What only this machine lacks says nothing of the file: then nothing was checked. */
function verdict(exitCode: number | null, messages: readonly Message[], version: string | null): CheckResult {
  if (exitCode === 0) return result("ok", version);
  const errors = messages.filter(({ severity }) => severity === "error");
  if (errors.length === 0 || errors.some(({ environment }) => !environment)) return result("failed", version);
  return { ...result("skipped", version), note: "this machine lacks what the check needs" };
}

/** At the line of the topology that the output's line came from; what this machine lacks is no more than a note. */
function toFinding(artifact: Artifact, fleet: Fleet, { severity, line, text, environment }: Message): Finding {
  const written = (line === null ? undefined : artifact.origin?.(line)) ?? fleet.written;
  const place = line === null ? "" : ` (${artifact.path}:${line})`;
  return finding({
    rule: `${PROGRAM}/check`,
    source: PROGRAM,
    kind: environment ? "environment" : "configuration",
    severity: environment ? "info" : severity,
    message: `haproxy says: ${text}${place}`,
    at: at({ written }),
  });
}
