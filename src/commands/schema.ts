import { string } from "@oclif/core/args";
import { Command } from "@oclif/core/command";
import { common } from "./call/flags.js";
import { write } from "./call/output.js";

export default class Schema extends Command {
  static override summary = "print a JSON Schema that lbctl carries, offline";
  static override examples = [
    { description: "completion and checks in an editor", command: "<%= config.bin %> schema > topology.schema.json" },
    { description: "what `validate --json` prints", command: "<%= config.bin %> schema validate" },
  ];
  static override args = {
    name: string({ description: "topology, or a result: manifest, render-check, validate", ignoreStdin: true }),
  };
  static override flags = common;

  async run(): Promise<void> {
    const { args } = await this.parse(Schema);
    const { schemaText } = await import("../tasks/schema.js");
    write(null, schemaText(args.name ?? "topology"));
  }
}
