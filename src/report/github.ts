import type { Finding, Severity } from "../support/finding.js";

const COMMAND: Record<Severity, string> = { error: "error", warning: "warning", info: "notice" };

/**
 * Findings as GitHub's workflow commands, which a job's log turns into annotations of the pull request.
 * Escaping as in actions/toolkit, packages/core/src/command.ts.
 */
export function findingsGithub(findings: readonly Finding[]): string {
  return findings.map(commandOf).join("");
}

function commandOf({ at, rule, severity, message, help }: Finding): string {
  const properties = {
    file: at.file,
    line: at.line,
    endLine: at.endLine,
    col: at.column,
    // GitHub draws columns within one line only
    ...(at.endLine === at.line ? { endColumn: at.endColumn } : {}),
    title: rule,
  };
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  const text = help === null ? message : `${message}\nhelp: ${help}`;
  return `::${COMMAND[severity]} ${list.join(",")}::${escapeData(text)}\n`;
}

const escapeData = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
