import type { Severity } from "../../support/finding.js";
import type { Installed } from "./installed.js";

/** One thing that nginx said. */
export interface Message {
  readonly severity: Severity;
  readonly text: string;
  /** Line of the configuration, from 1; null: it names none. */
  readonly line: number | null;
  /** Whether it is true of this machine, not of the configuration. */
  readonly environment: boolean;
}

const LINE = /^nginx: \[(\w+)\] (.*?)(?: in \/.*?:(\d+))?$/;

/** What `nginx -t` wrote, notices left out. */
export function readMessages(stderr: string, program: Installed): Message[] {
  const messages: Message[] = [];
  for (const line of stderr.split("\n")) {
    const [, level, text, number] = LINE.exec(line) ?? [];
    if (level === undefined || level === "notice" || level === "info") continue;
    messages.push({
      severity: level === "warn" ? "warning" : "error",
      text: text!,
      line: number === undefined ? null : Number(number),
      environment: isEnvironment(text!, program),
    });
  }
  return messages;
}

/** The machine's words: sockets, files, users, limits. A name that does not resolve was replaced, so it cannot be meant. */
const ENVIRONMENT = [
  /^(?:bind|socket|setsockopt|listen|mkdir|chown|open|mmap|shmget|getpwnam|getgrnam|setrlimit|dlopen)\(/,
  /^still could not bind\(\)/,
  /^could not open error log file/,
  /worker_connections exceed open file resource limit/,
];

/** Directives that only some builds know, with what such a build says of itself. */
const OPTIONAL: Readonly<Record<string, RegExp>> = {
  set_real_ip_from: /--with-(?:http|stream)_realip_module/,
  real_ip_header: /--with-http_realip_module/,
  http2: /--with-http_v2_module/,
  stream: /--with-stream/,
};

function isEnvironment(text: string, { built }: Installed): boolean {
  if (ENVIRONMENT.some((pattern) => pattern.test(text))) return true;
  const unknown = /^unknown directive "(\w+)"/.exec(text)?.[1];
  const needs = unknown === undefined ? undefined : OPTIONAL[unknown];
  return needs !== undefined && !needs.test(built);
}
