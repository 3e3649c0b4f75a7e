import { string } from "@oclif/core/args";
import { Command } from "@oclif/core/command";
import { boolean } from "@oclif/core/flags";
import { common } from "./call/flags.js";

export default class Init extends Command {
  static override summary = "write a commented topology to start from";
  static override examples = ["<%= config.bin %> init", "<%= config.bin %> init fleets/eu.yaml"];
  static override args = { file: string({ description: "where to; topology.yaml by default", ignoreStdin: true }) };
  static override flags = { force: boolean({ description: "overwrite the file where it exists" }), ...common };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Init);
    const file = args.file ?? "topology.yaml";
    const { init } = await import("../tasks/init.js");
    init(file, flags);
    process.stderr.write(`${file} written; next: lbctl validate${args.file === undefined ? "" : ` ${file}`}\n`);
  }
}
