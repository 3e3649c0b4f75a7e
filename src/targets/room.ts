import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { THROW_AWAY_CERTIFICATE, THROW_AWAY_KEY } from "./throwaway.js";

/**
 * A check room: a scratch folder in which a copy of a configuration finds all that a stranger's machine lacks. The
 * target rewrites its copy by the syntax tree; the room supplies what it is rewritten to. Removed by `close`.
 */
export interface Room {
  readonly dir: string;
  /** Writes a file below the room and returns its absolute path. */
  file(path: string, text: string, mode?: number): string;
  /** An existing folder below the room. */
  folder(path: string): string;
  /** A throw-away certificate and key in one file, with the key beside it as `FILE.key` too. */
  certificate(): string;
  /** One documentation address (RFC 5737, then 2001:db8::/32) for each name, always the same for the same name. */
  address(name: string): string;
  /** A port above 1024 and below 32768 for each low port, the same for the same; others stay. */
  port(port: number): number;
  close(): void;
}

export function openRoom(): Room {
  const dir = mkdtempSync(join(tmpdir(), "lbctl-check-"));
  chmodSync(dir, 0o755); // root's checker may read as another user
  const addresses = new Map<string, string>();
  const ports = new Map<number, number>();
  const room: Room = {
    dir,
    file(path, text, mode = 0o644) {
      const file = join(dir, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { mode });
      return file;
    },
    folder(path) {
      const folder = join(dir, path);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
    certificate() {
      room.file("certificate.pem.key", THROW_AWAY_KEY);
      return room.file("certificate.pem", THROW_AWAY_CERTIFICATE + THROW_AWAY_KEY);
    },
    address(name) {
      const known = addresses.get(name);
      if (known !== undefined) return known;
      const next = documentationAddress(addresses.size);
      addresses.set(name, next);
      return next;
    },
    port(port) {
      if (port >= 1024) return port;
      const known = ports.get(port);
      if (known !== undefined) return known;
      const moved = 20_000 + port; // may meet a real one: the checkers accept a busy port
      ports.set(port, moved);
      return moved;
    },
    close() {
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return room;
}

/** TEST-NET-1, -2 and -3 hold 762 hosts; further names get an IPv6 documentation address. */
function documentationAddress(index: number): string {
  const nets = ["192.0.2", "198.51.100", "203.0.113"];
  const net = nets[Math.floor(index / 254)];
  if (net) return `${net}.${(index % 254) + 1}`;
  return `2001:db8::${(index >> 16).toString(16)}:${(index & 0xffff).toString(16)}`;
}
