import { string } from "@oclif/core/args";
import { Command } from "@oclif/core/command";
import { boolean, string as text } from "@oclif/core/flags";
import { CannotUse } from "../support/errors.js";
import type { Tree } from "../support/tree.js";
import type { Rendering } from "../tasks/render.js";
import { checkers, common, format, json } from "./call/flags.js";
import { outputsOf, styleFor, write } from "./call/output.js";

const FORMATS = ["text", "json"] as const;

export default class Render extends Command {
  static override summary = "write what a topology means to nginx, HAProxy, mosquitto and Compose";
  static override examples = [
    "<%= config.bin %> render -o build",
    { description: "is the folder what the topology says?", command: "<%= config.bin %> render --check" },
    "<%= config.bin %> render --target nginx --stdout",
  ];
  static override args = {
    file: string({ description: "a topology; topology.yaml by default, - is standard input", ignoreStdin: true }),
  };
  static override flags = {
    output: text({ char: "o", default: "build", helpValue: "DIR", description: "the folder to write" }),
    target: text({
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ",",
      helpValue: "TARGET",
      description: "these targets only: nginx,haproxy",
    }),
    check: boolean({
      description: "write nothing; exit 1 with a diff where the folder is out of date or edited",
      exclusive: ["stdout"],
    }),
    stdout: boolean({ description: "print one file instead of writing; --target may name it: mosquitto/NODE.conf" }),
    force: boolean({ description: "overwrite files that were edited by hand", exclusive: ["check"] }),
    checkers: checkers("never"),
    format: format(FORMATS),
    json,
    ...common,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Render);
    const outputs = outputsOf(flags, FORMATS);
    const file = args.file ?? "topology.yaml";
    const path = flags.stdout ? undefined : flags.target?.find((name) => name.includes("/"));
    if (path !== undefined)
      throw new CannotUse(`${path} is one file of a target: it can only be printed`, "add --stdout");
    const task = await import("../tasks/render.js");
    const rendering = await task.render(file, {
      targets: flags.target ?? null,
      checkers: flags.checkers,
      env: process.env,
      version: this.config.version,
    });
    const { tree } = rendering;
    if (tree === null) return await this.#refuse(rendering, flags);
    if (flags.stdout) return write(null, task.onlyFile(tree, flags.target ?? null).text);
    await this.#remark(rendering, file, flags);
    for (const output of outputs) {
      const json = output.format === "json";
      if (flags.check) await this.#compare(tree, file, flags, output.file, json);
      else await this.#write(rendering, tree, file, flags, output.file, json);
    }
  }

  /** Findings stand where messages stand: nothing was rendered. */
  async #refuse({ validation, broken }: Rendering, flags: Look): Promise<void> {
    const [{ findingsText }, { notesText, summaryText }, { topics }] = await Promise.all([
      import("../report/text.js"),
      import("../report/validation.js"),
      import("../tasks/explain.js"),
    ]);
    const style = await styleFor(process.stderr, flags);
    const errors = validation.findings.filter(({ kind, severity }) => kind === "configuration" && severity === "error");
    const known = new Set(topics());
    process.stderr.write(findingsText(errors, validation.sources, style));
    process.stderr.write(notesText(validation, style));
    process.stderr.write(`\nnothing is written: ${summaryText(validation, (rule) => known.has(rule), style)}`);
    process.exitCode = broken ? 2 : 1;
  }

  /** Warnings do not stop a render; they are counted. */
  async #remark({ validation }: Rendering, file: string, flags: Look): Promise<void> {
    const [{ notesText }, { countsOf }, { counted }] = await Promise.all([
      import("../report/validation.js"),
      import("../report/counts.js"),
      import("../report/numbers.js"),
    ]);
    const style = await styleFor(process.stderr, flags);
    process.stderr.write(notesText(validation, style));
    const { warning } = countsOf(validation.findings);
    if (warning > 0)
      process.stderr.write(
        `${style.paint.warning(counted(warning, "warning"))} ${style.marks.dot} lbctl validate ${file}\n`,
      );
  }

  async #write(
    rendering: Rendering,
    tree: Tree,
    topology: string,
    flags: Look & { output: string; force: boolean },
    file: string | null,
    json: boolean,
  ): Promise<void> {
    const { writeRendering } = await import("../tasks/render.js");
    const written = writeRendering(tree, flags.output, flags.force, commandFor(topology, flags.output));
    if (json) return write(file, (await import("../report/json.js")).manifestJson(written.manifest));
    const { writtenSummary, writtenText } = await import("../report/render.js");
    write(
      file,
      writtenText(written, rendering.validation.checks, rendering.targetOf, await styleFor(process.stdout, flags)),
    );
    process.stderr.write(writtenSummary(written));
  }

  async #compare(
    tree: Tree,
    topology: string,
    flags: Look & { output: string },
    file: string | null,
    json: boolean,
  ): Promise<void> {
    const { compareRendering } = await import("../tasks/render.js");
    const drifted = compareRendering(tree, flags.output);
    process.exitCode = drifted.drifts.length > 0 ? 1 : 0;
    if (json) return write(file, (await import("../report/json.js")).driftJson(drifted));
    const { driftSummary, driftText } = await import("../report/render.js");
    write(file, driftText(drifted, await styleFor(process.stdout, flags)));
    const command = commandFor(topology, flags.output);
    if (drifted.drifts.length > 0)
      process.stderr.write(driftSummary(drifted, command, await styleFor(process.stderr, flags)));
  }
}

/** What writes this folder from this file. */
const commandFor = (topology: string, dir: string): string =>
  `lbctl render${topology === "topology.yaml" ? "" : ` ${topology}`} -o ${dir}`;

interface Look {
  readonly "no-color": boolean;
  readonly plain: boolean;
}
