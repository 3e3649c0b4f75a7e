import { existsSync } from "node:fs";
import { argumentsOf, nameOf, parse } from "../../syntax/nginx/parse.js";
import { type Printable, print, printable } from "../../syntax/nginx/print.js";
import type { Room } from "../room.js";
import type { Installed } from "./installed.js";
import { isName } from "./words.js";

/** A copy of a configuration in which everything is there that a stranger's machine lacks. */
export interface Copy {
  readonly text: string;
  /** What the check therefore could not see. */
  readonly notes: readonly string[];
  /** What stands in the copy, and what it stands for in the original. */
  readonly originals: ReadonlyMap<string, string>;
}

/**
 * The copy is made by the tree: names become documentation addresses, certificates throw-away ones, paths lead into the
 * room, ports below 1024 move up, addresses of other machines become loopback. Every directive stays on its line.
 */
export function copyInto(room: Room, text: string, program: Installed): Copy {
  const { directives } = parse(text);
  const copying = new Copying(room, program, usedPorts(text));
  const tree = copying.block(directives.map(printable), []);
  return { text: print([...copying.preamble(tree), ...tree]), notes: copying.notes, originals: copying.originals };
}

const usedPorts = (text: string): Set<number> => new Set((text.match(/\d+/g) ?? []).map(Number));

/** Directives whose argument is a certificate or key. */
const CERTIFICATES = new Set([
  "ssl_certificate",
  "ssl_certificate_key",
  "ssl_client_certificate",
  "ssl_trusted_certificate",
  "proxy_ssl_certificate",
  "proxy_ssl_certificate_key",
  "proxy_ssl_trusted_certificate",
]);
/** Of the machine, not of the configuration. */
const DROPPED = new Set(["user", "pid", "error_log", "lock_file"]);
const TEMPORARY = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

class Copying {
  readonly notes: string[] = [];
  readonly originals = new Map<string, string>();
  readonly #room: Room;
  readonly #program: Installed;
  readonly #ports: Set<number>;
  readonly #moved = new Map<number, number>();
  readonly #addresses = new Map<string, string>();
  readonly #certificate: string;

  constructor(room: Room, program: Installed, ports: Set<number>) {
    this.#room = room;
    this.#program = program;
    this.#ports = ports;
    this.#certificate = room.certificate();
  }

  /** What stands before everything else: the room's own paths, and the module that `stream` needs. */
  preamble(tree: readonly Printable[]): Printable[] {
    const { stream } = this.#program;
    const module = stream !== null && stream !== "static" && tree.some(({ words }) => words[0] === "stream");
    const lines = [["pid", `${this.#room.dir}/nginx.pid`], ...(module ? [["load_module", stream]] : [])];
    return lines.map((words) => ({ words, block: null, line: 0 }));
  }

  block(directives: readonly Printable[], path: readonly string[]): Printable[] {
    const copied = directives.flatMap((directive) => this.#directive(directive, path));
    return path.length === 1 && path[0] === "http" ? [...this.#temporary(), ...copied] : copied;
  }

  #directive(directive: Printable, path: readonly string[]): Printable[] {
    const [name, ...values] = directive.words as [string, ...string[]];
    if (directive.block) return [{ ...directive, block: this.block(directive.block, [...path, name]) }];
    if (DROPPED.has(name) || (name === "include" && this.#isOutside(values, path))) return [];
    if (name === "load_module" && !this.#isLoadable(values[0] ?? "")) return [];
    return [{ ...directive, words: [name, ...this.#values(name, values, path.at(-1) ?? "")] }];
  }

  #values(name: string, values: string[], parent: string): string[] {
    if (CERTIFICATES.has(name)) return [this.#certificate];
    if (name === "access_log" && values[0] !== "off") return [`${this.#room.dir}/access.log`, ...values.slice(1)];
    if (name === "server" && parent === "upstream") return [this.#server(values[0] ?? ""), ...values.slice(1)];
    if (name === "listen") return [this.#socket(values[0] ?? ""), ...values.slice(1)];
    return values;
  }

  /** Debian's enabled modules are the room's own affair; other files are not ours to answer for. */
  #isOutside([file = ""]: string[], path: readonly string[]): boolean {
    if (path.length > 0 || !file.includes("modules-enabled")) this.notes.push(`${file} was not read`);
    return true;
  }

  #isLoadable(file: string): boolean {
    if (file.endsWith("/ngx_stream_module.so")) return false; // the preamble loads this program's own
    if (file.startsWith("/") && existsSync(file)) return true;
    this.notes.push(`${file} is not on this machine`);
    return false;
  }

  #server(address: string): string {
    const [, host, port] = /^(.*?)(:\d+)?$/.exec(address)!;
    if (address.startsWith("[") || address.startsWith("unix:") || !isName(host!)) return address;
    const stand = this.#room.address(host!);
    const copy = (stand.includes(":") ? `[${stand}]` : stand) + (port ?? "");
    this.originals.set(copy, address);
    return copy;
  }

  #socket(text: string): string {
    const [, host, port] = /^(?:(\[.*\]|[^:]*):)?(\d+)$/.exec(text) ?? [];
    if (port === undefined) return text;
    const address = host === undefined ? "" : `${this.#address(host)}:`;
    const copy = `${address}${this.#port(Number(port))}`;
    if (copy !== text)
      this.originals.set(copy.includes(":") ? copy : `0.0.0.0:${copy}`, host === undefined ? `port ${port}` : text);
    return copy;
  }

  #port(port: number): number {
    if (port >= 1024) return port;
    let moved = this.#moved.get(port);
    if (moved === undefined) {
      moved = 20_000 + port;
      while (this.#ports.has(moved)) moved += 1;
      this.#ports.add(moved);
      this.#moved.set(port, moved);
    }
    return moved;
  }

  /** Another machine's address cannot be bound here: each becomes a loopback address of its own. */
  #address(host: string): string {
    if (host === "[::]" && this.#program.ipv6) return host;
    if (host === "0.0.0.0" || host.startsWith("127.")) return host;
    let stand = this.#addresses.get(host);
    if (stand === undefined) {
      const number = this.#addresses.size + 1;
      stand = `127.77.${(number >> 8) & 255}.${number & 255}`;
      this.#addresses.set(host, stand);
    }
    return stand;
  }

  #temporary(): Printable[] {
    return TEMPORARY.filter((name) => !this.#program.built.includes(`--without-http_${name}_module`)).map((name) => ({
      words: [`${name}_temp_path`, `${this.#room.dir}/${name}`],
      block: null,
      line: 0,
    }));
  }
}

/** The line of the first directive that says `text` among its arguments, or null. For messages that name no line. */
export function lineOf(text: string, configuration: string): number | null {
  const search = (directives: ReturnType<typeof parse>["directives"]): number | null => {
    for (const directive of directives) {
      const found =
        nameOf(directive) !== "listen" && argumentsOf(directive).includes(text)
          ? directive.line
          : directive.block && search(directive.block);
      if (found) return found;
    }
    return null;
  };
  return search(parse(configuration).directives);
}
