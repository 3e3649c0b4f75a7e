import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type Server } from "node:http";
import { findProgram } from "../../../src/support/program.js";
import nginx from "../../../src/targets/nginx/index.js";
import { installed } from "../../../src/targets/nginx/installed.js";
import { copyInto } from "../../../src/targets/nginx/room.js";
import { openRoom } from "../../../src/targets/room.js";
import { fleetOf } from "../../fleet.js";

export const NGINX = findProgram("nginx");

/** What came back for a request, and what the server saw of it (it answers with that as JSON). */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly seen: {
    readonly server: string;
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
  } | null;
}

/** The nginx that a topology renders to, running on loopback until `stop`. */
export async function runRendered(topology: string): Promise<{ stop(): Promise<void> }> {
  const fleet = await fleetOf(topology);
  const options = nginx.options(fleet.targets.find(({ name }) => name === "nginx")!);
  const room = openRoom();
  const { text } = copyInto(room, nginx.render(fleet, options)[0]!.text, await installed(NGINX!));
  const file = room.file("nginx.conf", `worker_processes 1; ${text.replace(/worker_processes \w+;/, "")}`);
  const child = spawn(NGINX!, ["-e", `${room.dir}/error.log`, "-p", room.dir, "-c", file, "-g", "daemon off;"], {
    stdio: "inherit",
  });
  await answering(options.health.port, child);
  return {
    async stop() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
      room.close();
    },
  };
}

/** Waits until the balancer's own health answers. */
async function answering(port: number, child: ChildProcess): Promise<void> {
  for (let left = 200; left > 0; left -= 1) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    const answer = await ask(port, "/lb-health").catch(() => null);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("nginx does not answer");
}

/** A server that answers every request with what it saw; `more` adds response headers. */
export function echo(address: string, port: number, more: Readonly<Record<string, string>> = {}): Promise<Server> {
  const server = createServer((incoming: IncomingMessage, response) => {
    response.writeHead(200, more);
    response.end(
      JSON.stringify({ server: address, method: incoming.method, url: incoming.url, headers: incoming.headers }),
    );
  });
  return new Promise((resolve) => server.listen(port, address, () => resolve(server)));
}

export function ask(
  port: number,
  path: string,
  more: { method?: string; headers?: Record<string, string>; localAddress?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path, agent: false, ...more }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (body += piece));
      response.on("end", () => {
        const seen = body.startsWith('{"server"') ? (JSON.parse(body) as Answer["seen"]) : null;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, seen });
      });
    });
    call.on("error", reject);
    call.end();
  });
}
