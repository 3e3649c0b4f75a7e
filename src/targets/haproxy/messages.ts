import type { Severity } from "../../support/finding.js";
import type { Configuration } from "../../syntax/haproxy/parse.js";

/** One message of `haproxy -c`. */
export interface Message {
  readonly severity: Severity;
  /** From 1, in the file that was checked; null: about none. */
  readonly line: number | null;
  readonly text: string;
  /** Whether it is true of this machine alone. */
  readonly environment: boolean;
}

/** What the program says of the machine, not of the file. */
const ENVIRONMENT = [
  /^Cannot raise FD limit/,
  /could not resolve address/,
  /No such file or directory/,
  /Permission denied/,
  /^cannot (find|bind|change)/i,
  /unable to (stat|load|open)/,
];

/** Said beside the real message. */
const SUMMARY =
  /^(Error\(s\) found in configuration file|Fatal errors found in configuration|Errors found in configuration)/;

const SEVERITIES: Readonly<Record<string, Severity>> = { ALERT: "error", EMERG: "error", WARNING: "warning" };

/**
 * Reads what `haproxy -c` printed. From 3.1 on most messages lack the `config :` before them; a file and line stand in
 * brackets, with `parsing` before them or without; others name a proxy or server, whose line `tree` knows.
 */
export function readMessages(stderr: string, tree: Configuration): Message[] {
  const messages: Message[] = [];
  for (const line of stderr.split("\n")) {
    const [, level = "", said = ""] = /^\[([A-Z]+)\]\s*\(\d+\)\s*:\s*(.*)$/.exec(line) ?? [];
    const severity = SEVERITIES[level];
    const text = said.replace(/^config\s*:\s*/, "");
    if (severity === undefined || SUMMARY.test(text)) continue;
    const [, number, rest] = /^(?:parsing\s+)?\[[^\]]*:(\d+)\]\s*:?\s*(.*)$/.exec(text) ?? [];
    const message = rest ?? text;
    messages.push({
      severity,
      line: number === undefined ? lineOfName(message, tree) : Number(number),
      text: message.replace(/\.$/, ""),
      environment: ENVIRONMENT.some((pattern) => pattern.test(message)),
    });
  }
  return messages;
}

/** The line of the section or server that a message quotes: `backend 'b'`, `'server b/a'`, `proxy 'f'`. */
function lineOfName(message: string, tree: Configuration): number | null {
  const [, quoted = ""] = /'(?:server )?([^']+)'/.exec(message) ?? [];
  const [section = "", server = ""] = quoted.split("/");
  const found = tree.sections.find(({ name }) => name === section);
  const line = found?.lines.find(({ words }) => words[0].text === "server" && words[1]?.text === server);
  return line?.line ?? found?.head.line ?? null;
}
