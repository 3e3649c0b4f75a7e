import type { Source } from "../../support/source.js";
import { type Configuration, type Line, parse } from "../../syntax/haproxy/parse.js";
import { words } from "../../syntax/haproxy/quote.js";
import type { Room } from "../room.js";
import { hostPort, isHostName } from "./words.js";

/** What is true of the machine alone: taken out of the copy. */
const LEFT_OUT = new Set(["user", "group", "uid", "gid", "chroot", "daemon", "pidfile", "ulimit-n"]);

/** Words that name a file with certificates; a copy gets a throw-away one. */
const CERTIFICATES = new Set(["crt", "ca-file", "ca-verify-file"]);

/** The copy of a configuration as it can be checked anywhere, line by line, and what the checker must be told. */
export interface Copy {
  readonly text: string;
  readonly tree: Configuration;
  /** Name of the local peer; null: there is no such section. */
  readonly peer: string | null;
}

/**
 * A copy in which everything that is elsewhere is replaced by what `room` supplies: certificates, sockets, names, low
 * ports. Made by the syntax tree; each line stays where it was, so that messages keep their numbers.
 */
export function copyInto(room: Room, source: Source): Copy {
  const tree = parse(source);
  const lines = source.text.split("\n");
  const put = (line: Line, texts: readonly string[] | null): void => {
    if (texts !== null) lines[line.line - 1] = texts.length === 0 ? "" : `    ${words(texts)}`;
  };
  let peer: string | null = null;
  for (const section of tree.sections) {
    if (section.kind === "peers")
      peer ??= section.lines.find(({ words: [first] }) => first.text === "peer")?.words[1]?.text ?? null;
    for (const line of section.lines) put(line, replaced(room, section.kind, line));
  }
  return { text: lines.join("\n"), tree, peer };
}

/** The line's words in the copy; empty: left out; null: as it is (also where a variable of the environment stands). */
function replaced(room: Room, section: string, line: Line): string[] | null {
  if (line.words.some(({ variable }) => variable)) return null;
  const texts = line.words.map(({ text }) => text);
  const [first = "", second = ""] = texts;
  if (section === "global" && LEFT_OUT.has(first)) return [];
  if (first === "log" && second !== "global") return withLog(texts);
  if (first === "stats" && second === "socket") return withSocket(room, texts);
  if (first === "bind") return withCertificates(room, withBind(room, texts));
  if (first === "server" || first === "default-server" || first === "peer") {
    const address = first === "default-server" ? texts : withAddress(room, texts);
    return withCertificates(room, address);
  }
  return first === "nameserver" ? withAddress(room, texts) : null;
}

/** A syslog server may have a name that is known elsewhere alone. */
function withLog(texts: readonly string[]): string[] | null {
  const [, target = ""] = texts;
  const [, host = ""] = /^(?:udp@|tcp@)?([A-Za-z0-9_][A-Za-z0-9_.-]*)(?::\d+)?$/.exec(target) ?? [];
  const isElsewhere = host !== "" && isHostName(host) && !["stdout", "stderr", "localhost"].includes(host);
  return isElsewhere ? texts.with(1, "127.0.0.1:514") : null;
}

const withSocket = (room: Room, [, , path = "", ...rest]: readonly string[]): string[] | null =>
  path.startsWith("/") ? ["stats", "socket", `${room.folder("sockets")}/socket${path.length}`, ...rest] : null;

function withBind(room: Room, texts: readonly string[]): string[] {
  const [bind = "", address = "", ...rest] = texts;
  if (address.startsWith("/") || address.startsWith("unix@")) return [bind, `${room.folder("sockets")}/bind`, ...rest];
  return [bind, address.replace(/:(\d+)$/, (_, port: string) => `:${room.port(Number(port))}`), ...rest];
}

/** A host that is a name becomes an address that nobody has. */
function withAddress(room: Room, texts: readonly string[]): string[] {
  const [first = "", name = "", address = "", ...rest] = texts;
  const [, host = "", port = ""] = /^([A-Za-z0-9_.-]*[A-Za-z_-][A-Za-z0-9_.-]*)(?::(\d+))?$/.exec(address) ?? [];
  if (host === "" || !isHostName(host)) return [...texts];
  const found = room.address(host);
  return [first, name, port === "" ? found : hostPort(found, Number(port)), ...rest];
}

function withCertificates(room: Room, texts: readonly string[]): string[] {
  return texts.map((text, index) =>
    CERTIFICATES.has(texts[index - 1] ?? "") && !text.startsWith("@") ? room.certificate() : text,
  );
}
