import type { Fleet } from "../../fleet/fleet.js";
import { type Finding, finding } from "../../support/finding.js";
import { at } from "../../support/node.js";
import { findProgram, runProgram } from "../../support/program.js";
import { parse } from "../../syntax/nginx/parse.js";
import { openRoom } from "../room.js";
import { compareVersions } from "../support.js";
import type { Artifact, CheckResult } from "../target.js";
import { type Installed, installed } from "./installed.js";
import { type Message, readMessages } from "./messages.js";
import type { NginxOptions } from "./options.js";
import { PATH } from "./render.js";
import { type Copy, copyInto, lineOf } from "./room.js";

const PROGRAM = "nginx";

/** Gives the rendered file to `nginx -t`, in a check room; where it is missing, our own parser must read it. */
export async function check(
  artifacts: readonly Artifact[],
  _fleet: Fleet,
  options: NginxOptions,
): Promise<CheckResult> {
  const artifact = artifacts.find(({ path }) => path === PATH);
  if (!artifact) return resultOf("skipped", null, { note: "there is nothing to check" });
  const file = findProgram(PROGRAM);
  const unread = readAlone(artifact, options);
  if (unread.length > 0) return resultOf("failed", null, { findings: unread });
  if (!file) return resultOf("missing", null);
  const program = await installed(file);
  if (program.version !== null && compareVersions(program.version, options.version) < 0) {
    return resultOf("skipped", program.version, { note: `nginx ${program.version} is older than ${options.version}` });
  }
  if (program.stream === null && /^stream \{/m.test(artifact.text)) {
    return resultOf("skipped", program.version, { note: "the nginx on this machine has no stream module" });
  }
  return checkWith(program, artifact, options);
}

const resultOf = (
  result: CheckResult["result"],
  version: string | null,
  { findings = [], note = null }: { findings?: readonly Finding[]; note?: string | null } = {},
): CheckResult => ({ program: PROGRAM, version, result, findings, note });

/** What our own parser cannot read of it: nginx would not either. */
const readAlone = (artifact: Artifact, options: NginxOptions): Finding[] =>
  parse(artifact.text).problems.map(({ message, line }) =>
    toFinding(artifact, options, { severity: "error", text: message, line, environment: false }),
  );

async function checkWith(program: Installed, artifact: Artifact, options: NginxOptions): Promise<CheckResult> {
  const room = openRoom();
  try {
    const copy = copyInto(room, artifact.text, program);
    const path = room.file("nginx.conf", copy.text);
    const log = room.file("error.log", "");
    const { exitCode, stderr } = await runProgram(program.file, ["-t", "-e", log, "-p", room.dir, "-c", path]);
    const messages = readMessages(stderr, program).map((message) => inTheOriginal(message, copy, artifact, room.dir));
    const findings = messages.map((message) => toFinding(artifact, options, message));
    const outcome = outcomeOf(exitCode, messages, stderr);
    const note = [...copy.notes, ...outcome.notes].join("; ") || null;
    return resultOf(outcome.result, program.version, { findings, note });
  } finally {
    room.close();
  }
}

/** A run that only the machine stopped says nothing about the configuration. */
function outcomeOf(
  exitCode: number | null,
  messages: readonly Message[],
  stderr: string,
): { result: CheckResult["result"]; notes: string[] } {
  if (exitCode === 0) return { result: "ok", notes: [] };
  if (messages.some(({ severity, environment }) => severity === "error" && !environment))
    return { result: "failed", notes: [] };
  if (messages.some(({ environment }) => environment))
    return { result: "skipped", notes: ["this machine stopped nginx -t"] };
  return {
    result: "failed",
    notes: [`nginx -t ended with ${exitCode ?? "a signal"}: ${stderr.trim().split("\n").at(-1) ?? ""}`],
  };
}

/** The message with the original's names and paths, and a line where it names something that has one. */
function inTheOriginal(
  { text, line, ...rest }: Message,
  { originals }: Copy,
  artifact: Artifact,
  dir: string,
): Message {
  let restored = text.replaceAll(`${dir}/`, "");
  for (const [copy, original] of originals) if (restored.includes(copy)) restored = restored.replaceAll(copy, original);
  const named = /"([^"]+)"/.exec(restored)?.[1];
  return { ...rest, text: restored, line: line ?? (named === undefined ? null : lineOf(named, artifact.text)) };
}

/** At the line of the topology that the output's line came from; what this machine lacks is no more than a note. */
function toFinding(artifact: Artifact, options: NginxOptions, { severity, text, line, environment }: Message): Finding {
  const written = (line === null ? undefined : artifact.origin?.(line)) ?? options.written;
  return finding({
    rule: `${PROGRAM}/check`,
    source: PROGRAM,
    kind: environment ? "environment" : "configuration",
    severity: environment ? "info" : severity,
    message: `nginx says: ${text}${line === null ? "" : ` (${artifact.path}:${line})`}`,
    at: at({ written }),
  });
}
