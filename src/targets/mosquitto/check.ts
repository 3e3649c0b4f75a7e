import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import type { Fleet } from "../../fleet/fleet.js";
import { type Finding, finding } from "../../support/finding.js";
import { at } from "../../support/node.js";
import { findProgram, runProgram } from "../../support/program.js";
import { type Directive, parse, print } from "../../syntax/mosquitto/parse.js";
import { openRoom, type Room } from "../room.js";
import type { Artifact, CheckResult } from "../target.js";

/** How long a mosquitto may take to come up or give up; here it takes 20 ms. */
const LONGEST_START_MS = 10_000;
/** How many are tried at once. */
const AT_ONCE = 4;

/**
 * Starts each node on a copy of its file and stops it as soon as it is up or has given up: mosquitto has no test mode. In
 * the copy all listeners are on free loopback ports, files that may be elsewhere are empty ones, and bridges lead nowhere.
 */
export async function check(artifacts: readonly Artifact[], fleet: Fleet): Promise<CheckResult> {
  const program = "mosquitto";
  const nodes = artifacts.filter(({ path }) => path.startsWith("mosquitto/"));
  if (nodes.length === 0) return { program, version: null, result: "skipped", findings: [], note: "no mosquitto" };
  const file = findProgram(program);
  if (!file) return { program, version: null, result: "missing", findings: [], note: "mosquitto is not installed" };
  const help = await runProgram(file, ["-h"], LONGEST_START_MS);
  const version = /version (\S+)/.exec(help.stdout + help.stderr)?.[1] ?? null;
  const findings: Finding[] = [];
  for (let start = 0; start < nodes.length; start += AT_ONCE) {
    const some = nodes.slice(start, start + AT_ONCE);
    findings.push(...(await Promise.all(some.map((node) => checkNode(file, node, fleet)))).flat());
  }
  const failed = findings.some(({ kind }) => kind === "configuration");
  return { program, version, result: failed ? "failed" : "ok", findings, note: null };
}

async function checkNode(program: string, node: Artifact, fleet: Fleet): Promise<Finding[]> {
  for (let attempt = 1; ; attempt += 1) {
    const room = openRoom();
    try {
      const config = room.file("node.conf", await copyOf(node.text, room));
      const output = await outputUntilUp(program, config);
      const taken = /Address already in use/.test(output);
      if (!taken || attempt === 3) return problemsIn(output, node, fleet, taken);
    } finally {
      room.close();
    }
  }
}

/** The node's file for the check room; line for line the same. */
async function copyOf(text: string, room: Room): Promise<string> {
  const lines = text.split("\n");
  const directives = parse(text);
  for (const [index, directive] of directives.entries()) {
    const isWebSocket = directives[index + 1]?.value === "websockets";
    lines[directive.line - 1] = print({ key: directive.key, value: await valueInRoom(directive, isWebSocket, room) });
  }
  if (process.getuid?.() === 0) lines[lines.length - 1] += "user root\n"; // so that it reads what only root may
  return lines.join("\n");
}

async function valueInRoom({ key, value, words }: Directive, isWebSocket: boolean, room: Room): Promise<string> {
  switch (key) {
    case "listener":
      return `${await freePort()} ${isWebSocket ? loopbackInterface() : "127.0.0.1"}`;
    case "password_file":
    case "acl_file":
      return room.file(key, "", 0o600);
    case "persistence_location":
      return `${room.folder("state")}/`;
    case "addresses":
      return words.map(() => "127.0.0.1:1").join(" ");
    default:
      return value;
  }
}

/** mosquitto binds WebSockets to an interface, never to an address. */
const loopbackInterface = (): string =>
  Object.entries(networkInterfaces()).find(([, addresses]) => addresses?.some(({ internal }) => internal))?.[0] ?? "lo";

/** A port below the kernel's own range that nobody has at this moment. */
async function freePort(): Promise<number> {
  const FIRST = 20_000;
  const COUNT = 12_000;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
  return FIRST;
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

/** What the program prints until it says that it runs, exits, or its time is over. */
function outputUntilUp(program: string, config: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(program, ["-v", "-c", config], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const stop = (): boolean => child.kill("SIGKILL"); // SIGTERM would have it save its state
    const timer = setTimeout(stop, LONGEST_START_MS);
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      if (/^\d+: mosquitto version \S+ running$/m.test(output)) stop();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", (error) => hear(Buffer.from(`0: Error: ${error.message}\n`)));
    child.once("close", () => {
      clearTimeout(timer);
      resolve(output);
    });
  });
}

/** mosquitto's errors: one at a line of the file is the file's, another is the machine's. */
function problemsIn(output: string, node: Artifact, fleet: Fleet, taken: boolean): Finding[] {
  if (/^\d+: mosquitto version \S+ running$/m.test(output)) return [];
  const lines = output.split("\n").map((line) => line.replace(/^\d+: /, ""));
  const errors = lines.filter((line) => line.startsWith("Error: ")).map((line) => line.slice("Error: ".length));
  const line = Number(/^Error found at .*:(\d+)\.$/m.exec(lines.join("\n"))?.[1] ?? 0);
  const said = errors.join("; ").replace(/\.$/, "") || (taken ? "no port was free" : "it did not come up");
  const written = (line > 0 ? node.origin?.(line) : undefined) ?? fleet.written;
  return [
    finding({
      rule: "mosquitto/check",
      source: "mosquitto",
      kind: line > 0 ? "configuration" : "environment",
      severity: line > 0 ? "error" : "info",
      message:
        line > 0
          ? `mosquitto refuses ${node.path}:${line}: ${said}`
          : `mosquitto could not be tried on ${node.path}: ${said}`,
      at: at({ written }),
    }),
  ];
}
