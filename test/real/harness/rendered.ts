import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import net from "node:net";
import { dirname, join } from "node:path";
import type { Fleet } from "../../../src/fleet/fleet.js";
import { audit } from "../../../src/targets/audit.js";
import { rendered as artifactsOf } from "../../../src/tasks/checkers.js";
import { outputsFor } from "../../../src/tasks/outputs.js";
import { fleetOf } from "../../fleet.js";
import { ask } from "./http.js";
import { freePort, launch, type Running, ready, workFolder } from "./programs.js";

export type Balancer = "nginx" | "haproxy";
export const BALANCERS: readonly Balancer[] = ["nginx", "haproxy"];

/** A folder with the artifacts of a topology, as `lbctl render` lays them out. */
export interface Rendered {
  readonly folder: string;
  readonly fleet: Fleet;
  /** Absolute path of an artifact. */
  path(artifact: string): string;
}

/** Renders what a topology asks for into a work folder; fails on what a user would be refused: an audit's error. */
export async function rendered(topology: string, folder = workFolder()): Promise<Rendered> {
  const fleet = await fleetOf(topology);
  for (const output of await outputsFor(fleet, null)) {
    const findings = audit(fleet, output.target, output.options, output.pools);
    const errors = findings.filter(({ severity }) => severity === "error").map(({ message }) => message);
    if (errors.length > 0) throw new Error(`the audit refuses it: ${errors.join("; ")}`);
    for (const { path, text } of await artifactsOf(fleet, output)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  return { folder, fleet, path: (artifact) => join(folder, artifact) };
}

/** A rendered balancer at work. */
export interface Balanced extends Running, Rendered {
  /** Port of the balancer's own health endpoint. */
  readonly health: number;
  /** A command to HAProxy's runtime socket, and its answer. */
  tell(command: string): Promise<string>;
  /** HAProxy's word for each server of a backend: `UP`, `DOWN`, `UP 1/3`, `MAINT` ... */
  states(backend: string): Promise<Record<string, string>>;
}

/**
 * Renders a topology (without `targets`) for one balancer and starts it on the rendered file as it is. What a test bed
 * needs is said in the topology: loopback ports, small limits, a socket, and for nginx an `include` with temporary paths,
 * since only root may write where Debian's nginx keeps them. `options`: more of the target's part.
 */
export async function balanced(balancer: Balancer, topology: string, options = ""): Promise<Balanced> {
  const folder = workFolder();
  const health = await freePort();
  const settings = balancer === "nginx" ? nginxSettings(folder, health) : haproxySettings(folder, health);
  const made = await rendered(
    `${topology}\ntargets:\n  ${balancer}: { ${settings}${options && `, ${options}`} }\n`,
    folder,
  );
  const running = balancer === "nginx" ? startNginx(made) : startHaproxy(made);
  await ready(
    running,
    `${balancer} answers`,
    async () => (await ask({ port: health, path: "/lb-health" })).status === 200,
  );
  const tell = (command: string): Promise<string> => told(join(folder, "haproxy.sock"), command);
  return { ...running, ...made, health, tell, states: async (backend) => statesIn(await tell("show stat"), backend) };
}

function nginxSettings(folder: string, health: number): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  writeFileSync(
    join(folder, "paths.conf"),
    temporary.map((kind) => `${kind}_temp_path ${join(folder, `temp-${kind}`)};\n`).join(""),
  );
  return `workers: 2, connections: 2048, health: { port: ${health} }, logs: { access: false }, include: [${join(folder, "paths.conf")}]`;
}

const haproxySettings = (folder: string, health: number): string =>
  `maxConnections: 2000, health: { port: ${health} }, socket: ${join(folder, "haproxy.sock")}`;

/** The command line says only what is the place's: in the foreground, and where its pid is written. */
function startNginx({ folder, path }: Rendered): Running {
  const place = `daemon off; pid ${join(folder, "nginx.pid")};`;
  const args = ["-e", "stderr", "-g", place, "-c", path("nginx/nginx.conf")]; // no -p: Debian's modules hang on the prefix
  return launch("nginx", args, { cwd: folder, log: join(folder, "nginx.log") });
}

const startHaproxy = ({ folder, path }: Rendered): Running =>
  launch("haproxy", ["-W", "-db", "-f", path("haproxy/haproxy.cfg")], {
    cwd: folder,
    log: join(folder, "haproxy.log"),
  });

/** Starts a mosquitto node on its rendered file. Root's mosquitto becomes another user, who must be able to write. */
export function startMosquitto({ folder, path }: Rendered, node: string): Running {
  const place = join(folder, `data-${node}`);
  mkdirSync(place, { recursive: true });
  chmodSync(place, 0o777);
  return launch("mosquitto", ["-c", path(`mosquitto/${node}.conf`)], { cwd: place, log: join(folder, `${node}.log`) });
}

const told = (file: string, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = "";
    const socket = net.connect(file, () => socket.write(`${command}\n`));
    socket.on("data", (chunk) => (answer += chunk));
    socket.on("end", () => resolve(answer));
    socket.on("error", reject);
  });

/** Columns of `show stat` (HAProxy's management guide, 9.1): 0 backend, 1 server, 17 status. */
function statesIn(table: string, backend: string): Record<string, string> {
  const rows = table.split("\n").map((line) => line.split(","));
  const servers = rows.filter(([pool, server]) => pool === backend && server !== "FRONTEND" && server !== "BACKEND");
  return Object.fromEntries(servers.map((row) => [row[1]!, row[17]!]));
}
