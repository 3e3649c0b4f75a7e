import { string } from "@oclif/core/args";
import { Command } from "@oclif/core/command";
import { common } from "./call/flags.js";
import { styleFor, write } from "./call/output.js";

export default class Explain extends Command {
  static override summary = "what a rule, an algorithm or a target means, with examples";
  static override examples = [
    { description: "the list", command: "<%= config.bin %> explain" },
    "<%= config.bin %> explain mqtt-idle-below-keepalive",
    "<%= config.bin %> explain consistent_hash",
    "<%= config.bin %> explain haproxy",
  ];
  static override args = {
    topic: string({
      description: "a rule, an algorithm or a target; the list of them where left out",
      ignoreStdin: true,
    }),
  };
  static override flags = common;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Explain);
    const [{ explain, subjects }, { pageText, subjectsText }] = await Promise.all([
      import("../tasks/explain.js"),
      import("../report/explain.js"),
    ]);
    const style = await styleFor(process.stdout, flags);
    write(
      null,
      args.topic === undefined ? subjectsText(await subjects(), style) : pageText(await explain(args.topic), style),
    );
  }
}
