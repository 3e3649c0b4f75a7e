import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import type net from "node:net";
import { join } from "node:path";
import { findProgram } from "../../../src/support/program.js";
import { freePort, launch, ready, workFolder } from "./programs.js";
import { exchange, tcpServer } from "./tcp.js";

/** A PostgreSQL server, or its stand-in. */
export interface Database {
  readonly name: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Folder of PostgreSQL's programs; Debian keeps them apart by version. undefined: not installed. */
export function postgresFolder(): string | undefined {
  const inPath = findProgram("initdb");
  if (inPath) return join(inPath, "..");
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
  return versions.map((version) => join(debian, version, "bin")).find((folder) => existsSync(join(folder, "initdb")));
}

/** A primary and its replicas, streaming; `cluster_name` says who they are. PostgreSQL refuses to run as root: then as `nobody`. */
export async function postgresServers(bin: string, primary: string, replicas: readonly string[]): Promise<Database[]> {
  const root = process.getuid?.() === 0;
  const owner = root ? idOf("nobody") : undefined;
  const folder = workFolder();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const data = (name: string): string => join(folder, name);
  const init = ["-D", data(primary), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"];
  execFileSync(join(bin, "initdb"), init, { stdio: "pipe", cwd: folder, ...owner });
  const port = await freePort();
  for (const name of replicas) copyAsReplica(data(primary), data(name), port, owner);
  const databases: Database[] = [];
  for (const [index, name] of [primary, ...replicas].entries()) {
    const settings = [
      "listen_addresses=127.0.0.1",
      `port=${index === 0 ? port : await freePort()}`,
      `cluster_name=${name}`,
    ];
    settings.push(`unix_socket_directories=${folder}`, "fsync=off", "shared_buffers=2MB", "hot_standby=on");
    const args = ["-D", data(name), ...settings.flatMap((setting) => ["-c", setting])];
    const running = launch(join(bin, "postgres"), args, {
      cwd: folder,
      log: join(workFolder(), `${name}.log`),
      ...owner,
    });
    const own = Number(settings[1]!.split("=")[1]);
    await ready(running, `${name} answers`, async () => (await databaseAt(own)) === name);
    databases.push({ name, port: own, stop: () => running.kill() });
  }
  return databases;
}

function copyAsReplica(from: string, to: string, port: number, owner: { uid: number; gid: number } | undefined): void {
  cpSync(from, to, { recursive: true });
  chmodSync(to, 0o700);
  appendFileSync(join(to, "postgresql.conf"), `primary_conninfo = 'host=127.0.0.1 port=${port} user=postgres'\n`);
  writeFileSync(join(to, "standby.signal"), "");
  mkdirSync(join(to, "pg_wal"), { recursive: true });
  if (owner) execFileSync("chown", ["-R", `${owner.uid}:${owner.gid}`, to]);
}

const idOf = (user: string): { uid: number; gid: number } => ({
  uid: Number(execFileSync("id", ["-u", user])),
  gid: Number(execFileSync("id", ["-g", user])),
});

// PostgreSQL's manual, chapter "Message Formats": a type byte, a length that counts itself, a body.
const message = (type: string, body: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};
const PROTOCOL_3 = Buffer.from([0, 3, 0, 0]);
const AUTHENTICATION_OK = message("R", Buffer.from([0, 0, 0, 0]));
const READY = message("Z", Buffer.from("I"));

/** What answers like PostgreSQL where there is none: lets everyone in, and says its name to every query. */
export const standIn = (name: string): Promise<Database> =>
  tcpServer(name, (socket: net.Socket) => {
    let greeted = false;
    socket.on("data", (data) => {
      if (greeted && data[0] === 0x51) socket.write(Buffer.concat([rowOf(name), READY]));
      if (!greeted) socket.write(Buffer.concat([AUTHENTICATION_OK, READY]));
      greeted = true;
    });
  });

const rowOf = (text: string): Buffer => {
  const value = Buffer.from(text);
  const head = Buffer.alloc(6);
  head.writeInt16BE(1);
  head.writeInt32BE(value.length, 2);
  return message("D", Buffer.concat([head, value]));
};

/** The name of the database that answers behind a port; "" where the connection is closed without. */
export async function databaseAt(port: number): Promise<string> {
  const login = message("", Buffer.concat([PROTOCOL_3, Buffer.from("user\0postgres\0database\0postgres\0\0")]));
  const query = message("Q", Buffer.from("show cluster_name\0"));
  const answer = await exchange(port, Buffer.concat([login, query]), (got) =>
    /D\0\0\0.\0\x01\0\0\0..*Z\0\0\0\x05/s.test(got),
  );
  return firstValue(Buffer.from(answer, "latin1"));
}

/** The first column of the first DataRow. */
function firstValue(bytes: Buffer): string {
  let at = 0;
  while (at + 5 <= bytes.length) {
    const length = bytes.readInt32BE(at + 1);
    if (bytes[at] === 0x44) return bytes.subarray(at + 11, at + 11 + bytes.readInt32BE(at + 7)).toString();
    at += 1 + length;
  }
  return "";
}
