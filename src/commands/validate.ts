import { string } from "@oclif/core/args";
import { Command } from "@oclif/core/command";
import type { Style } from "../report/style.js";
import type { Finding, Severity } from "../support/finding.js";
import type { Validation } from "../tasks/validate.js";
import { checkers, common, failOn, format, info, json } from "./call/flags.js";
import { outputsOf, styleFor, write } from "./call/output.js";

const FORMATS = ["text", "json", "github"] as const;
const AT_LEAST: Readonly<Record<Severity, readonly Severity[]>> = {
  info: ["info", "warning", "error"],
  warning: ["warning", "error"],
  error: ["error"],
};

export default class Validate extends Command {
  static override summary = "check topologies: schema, lint, what each target can express, and the real programs";
  static override examples = [
    "<%= config.bin %> validate",
    "<%= config.bin %> validate fleets/*.yaml --checkers never",
    {
      description: "annotations in a pull request, and a file for another program",
      command: "<%= config.bin %> validate --format github --format json=findings.json",
    },
  ];
  static override args = {
    files: string({
      multiple: true,
      description: "topologies; topology.yaml by default, - is standard input",
      ignoreStdin: true,
    }),
  };
  static override flags = {
    format: format(FORMATS),
    json,
    info,
    "fail-on": failOn(),
    checkers: checkers("auto"),
    ...common,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Validate);
    const outputs = outputsOf(flags, FORMATS);
    const { validate } = await import("../tasks/validate.js");
    const files = (args.files as readonly string[] | undefined) ?? ["topology.yaml"];
    const validation = await validate(files, { checkers: flags.checkers, env: process.env });
    const shown = validation.findings.filter(
      ({ kind, severity }) => kind === "environment" || flags.info || severity !== "info",
    );
    for (const { format: form, file } of outputs) {
      write(
        file,
        await REPORTS[form](validation, shown, () =>
          styleFor(process.stdout, file === null ? flags : { ...flags, "no-color": true }),
        ),
      );
    }
    if (outputs.every(({ format: form, file }) => form !== "json" || file !== null))
      await this.#summarise(validation, flags);
    process.exitCode = exitCodeOf(validation, flags["fail-on"]);
  }

  /** What a person wants to know and a program does not: on standard error. */
  async #summarise(validation: Validation, flags: { "no-color": boolean; plain: boolean }): Promise<void> {
    const { allWellText, notesText, summaryText } = await import("../report/validation.js");
    const style = await styleFor(process.stderr, flags);
    process.stderr.write(notesText(validation, style));
    const fails = validation.findings.some(({ kind, severity }) => kind === "configuration" && severity !== "info");
    if (!fails && !process.stderr.isTTY) return;
    if (!fails) return void process.stderr.write(allWellText(validation, style));
    const { topics } = await import("../tasks/explain.js");
    const known = new Set(topics());
    if (process.stdout.isTTY && process.stderr.isTTY) process.stderr.write("\n");
    process.stderr.write(summaryText(validation, (rule) => known.has(rule), style));
  }
}

type Report = (validation: Validation, shown: readonly Finding[], style: () => Promise<Style>) => Promise<string>;

const REPORTS: Readonly<Record<(typeof FORMATS)[number], Report>> = {
  async text({ sources }, shown, style) {
    const findings = shown.filter(({ kind }) => kind === "configuration");
    if (findings.length === 0) return "";
    const { findingsText } = await import("../report/text.js");
    return findingsText(findings, sources, await style());
  },
  async json(validation) {
    const { validationJson } = await import("../report/json.js");
    return validationJson(validation);
  },
  async github(_validation, shown) {
    const { findingsGithub } = await import("../report/github.js");
    return findingsGithub(shown);
  },
};

function exitCodeOf({ findings, unusable }: Validation, failOnSeverity: Severity): number {
  if (unusable) return 2;
  const counts = AT_LEAST[failOnSeverity];
  return findings.some(({ kind, severity }) => kind === "configuration" && counts.includes(severity)) ? 1 : 0;
}
