import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findProgram } from "../../src/support/program.js";

/** A real program at work, in a folder of its own. */
export interface Running {
  /** What it has said so far, both streams. */
  readonly said: () => string;
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

const stops: (() => Promise<void>)[] = [];

/** Ends everything that was started here; for `afterEach`. */
export async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}

export const installed = (program: string): boolean => findProgram(program) !== undefined;

/** Polls until `holds` is true; fails after `limitMs` with what was waited for. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, limitMs = 8000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain: ${what}`);
    await pause(10);
  }
}

/** Whether somebody accepts on a loopback port. */
export const accepts = (port: number, host = "127.0.0.1"): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

function run(program: string, text: string, args: (file: string, folder: string) => string[]): Running {
  const folder = mkdtempSync(join(tmpdir(), "lbctl-rules-"));
  const file = join(folder, "file.conf");
  writeFileSync(file, text.replaceAll("FOLDER", folder));
  const child: ChildProcess = spawn(findProgram(program)!, args(file, folder), { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout?.on("data", (chunk) => (said += chunk));
  child.stderr?.on("data", (chunk) => (said += chunk));
  const exited = new Promise<number | null>((resolve) => child.on("exit", resolve));
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  stops.push(stop);
  return { said: () => said, exited, stop };
}

async function ready(running: Running, ports: readonly number[]): Promise<Running> {
  let over = false;
  void running.exited.then(() => (over = true));
  for (const port of ports) await until(async () => over || (await accepts(port)), `port ${port}: ${running.said()}`);
  return running;
}

const STREAM = "/usr/lib/nginx/modules/ngx_stream_module.so";

/** One process, no workers beside it: a kill ends it whole. */
const nginxText = (http: string, stream: string): string => `
${stream && existsSync(STREAM) ? `load_module ${STREAM};` : ""}
master_process off; daemon off; worker_processes 1; pid FOLDER/nginx.pid; error_log stderr notice;
events { worker_connections 512; }
${stream && `stream { ${stream} }`}
${
  http &&
  `http {
  access_log off;
  client_body_temp_path FOLDER/body; proxy_temp_path FOLDER/proxy; fastcgi_temp_path FOLDER/fastcgi;
  uwsgi_temp_path FOLDER/uwsgi; scgi_temp_path FOLDER/scgi;
  ${http} }`
}
`;

export const startNginx = (parts: { http?: string; stream?: string }, ...ports: number[]): Promise<Running> =>
  ready(
    run("nginx", nginxText(parts.http ?? "", parts.stream ?? ""), (file, folder) => [
      "-p",
      folder,
      "-e",
      "stderr",
      "-c",
      file,
    ]),
    ports,
  );

const HAPROXY = `
defaults
  timeout connect 1s
  timeout client 5s
  timeout server 5s
`;

export const startHaproxy = (text: string, ...ports: number[]): Promise<Running> =>
  ready(
    run("haproxy", `global\n  nbthread 1\n${HAPROXY}${text}`, (file) => ["-db", "-f", file]),
    ports,
  );

export const startMosquitto = (port: number, more = "", host = "127.0.0.1"): Promise<Running> =>
  ready(
    run("mosquitto", `listener ${port} ${host}\nallow_anonymous true\n${more}`, (file) => ["-v", "-c", file]),
    [port],
  );

/** A TCP server on loopback; connections are cut when it is stopped. */
export async function startTcp(port: number, serve: (socket: net.Socket) => void): Promise<{ stop(): Promise<void> }> {
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    serve(socket);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  const stop = (): Promise<void> => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  stops.push(stop);
  return { stop };
}

/** An HTTP server on loopback that notes what it is asked: `METHOD URL`. */
export async function startHttp(port: number, serve: http.RequestListener): Promise<{ readonly asked: string[] }> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    serve(request, response);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  stops.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return { asked };
}

/** Status and body of one request on a connection of its own; status 0 where it was closed without an answer. */
export const ask = (port: number, path: string, method = "GET", body = ""): Promise<{ status: number; body: string }> =>
  new Promise((resolve) => {
    const options = { port, path, method, host: "127.0.0.1", agent: false, headers: { "content-length": body.length } };
    const request = http.request(options, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.on("error", () => resolve({ status: 0, body: "" }));
    request.end(body);
  });

/** The first bytes that come back on a new connection after `send`; "" where it is closed, null after `limitMs` of silence. */
export const say = (port: number, send: Buffer | string, limitMs = 700): Promise<Buffer | null> =>
  new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(send));
    const done = (answer: Buffer | null): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(limitMs, () => done(null));
    socket.on("data", done);
    socket.on("error", () => done(Buffer.alloc(0)));
    socket.on("close", () => done(Buffer.alloc(0)));
  });

/** An MQTT 3.1.1 CONNECT, section 3.1 of the specification. */
export function connectPacket(clientId: string, keepaliveSeconds = 60): Buffer {
  const id = Buffer.from(clientId);
  const head = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, keepaliveSeconds >> 8, keepaliveSeconds & 255]);
  return Buffer.concat([Buffer.from([0x10, head.length + 2 + id.length]), head, Buffer.from([0, id.length]), id]);
}

/** CONNACK, accepted. */
export const CONNACK = Buffer.from([0x20, 2, 0, 0]);
