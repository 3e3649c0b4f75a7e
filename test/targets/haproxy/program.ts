import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fleet } from "../../../src/fleet/fleet.js";
import { findProgram } from "../../../src/support/program.js";
import target from "../../../src/targets/haproxy/index.js";
import type { HaproxyOptions } from "../../../src/targets/haproxy/options.js";
import { fleetOf } from "../../fleet.js";

/** The target's part of a fleet, with the defaults where the topology has none. */
export function optionsOf(fleet: Fleet): HaproxyOptions {
  const request = fleet.targets.find(({ name }) => name === "haproxy");
  return target.options(
    request ?? { written: fleet.written, name: "haproxy", version: null, pools: null, options: {} },
  );
}

/** A topology's haproxy.cfg; `version` and `name` are added. */
export async function configOf(topology: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const fleet = await fleetOf(`version: 1\nname: t\n${topology}`, env);
  return target.render(fleet, optionsOf(fleet))[0]!.text;
}

/** The lines of one section, without its head, blanks and comments, trimmed. */
export function section(config: string, head: string): string[] {
  const lines = config.split("\n");
  const start = lines.indexOf(head);
  if (start < 0) throw new Error(`no section "${head}" in\n${config}`);
  const end = lines.findIndex((line, at) => at > start && /^[^\s#]/.test(line));
  return lines
    .slice(start + 1, end < 0 ? undefined : end)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

export const haproxy = findProgram("haproxy");

/** A running HAProxy; `log` is what it printed so far. */
export interface Running {
  readonly log: () => string;
  stop(): Promise<void>;
}

/** Starts the real program with a configuration, and waits until `port` of 127.0.0.1 accepts. */
export async function start(config: string, port: number): Promise<Running> {
  const dir = mkdtempSync(join(tmpdir(), "lbctl-haproxy-"));
  const file = join(dir, "haproxy.cfg");
  writeFileSync(file, config);
  const child = spawn(haproxy!, ["-db", "-f", file], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (log += chunk));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`haproxy ended:\n${log}`);
    return accepts(port);
  });
  return { log: () => log, stop: () => stop(child, dir) };
}

async function stop(child: ChildProcess, dir: string): Promise<void> {
  if (child.exitCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  rmSync(dir, { recursive: true, force: true });
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

/** Waits for a condition, ten seconds at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error("the condition did not come true within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** One request to 127.0.0.1, on a connection of its own, from `from`. */
export function ask(
  port: number,
  path: string,
  { method = "GET", headers = {}, body = "", from = "127.0.0.1" }: AskOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: "127.0.0.1", port, path, method, headers, agent: false, localAddress: from },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}
interface AskOptions {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string;
  readonly from?: string;
}

/** An HTTP server that says who it is, what it was asked and with which headers. */
export async function echo(port: number, name: string, answer?: http.RequestListener): Promise<http.Server> {
  const server = http.createServer(
    answer ??
      ((request, response) => {
        request.resume();
        response.end(JSON.stringify({ name, method: request.method, url: request.url, headers: request.headers }));
      }),
  );
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}
