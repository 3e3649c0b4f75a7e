import { readFileSync } from "node:fs";
import { string } from "@oclif/core/args";
import { Command } from "@oclif/core/command";
import { CannotUse } from "../support/errors.js";
import { didYouMean } from "../support/suggest.js";
import { common } from "./call/flags.js";
import { listed, write } from "./call/output.js";

export default class Completion extends Command {
  static override summary = "print the completion script of a shell";
  static override examples = [
    { description: "bash", command: "<%= config.bin %> completion bash > /etc/bash_completion.d/lbctl" },
    { description: "zsh", command: '<%= config.bin %> completion zsh > "$' + '{fpath[1]}/_lbctl"' },
    { description: "fish", command: "<%= config.bin %> completion fish > ~/.config/fish/completions/lbctl.fish" },
  ];
  static override args = { shell: string({ description: "bash, zsh or fish", ignoreStdin: true }) };
  static override flags = common;

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const [{ completion, SHELLS }, { schemaNames }, { topics }] = await Promise.all([
      import("../tasks/completion.js"),
      import("../tasks/schema.js"),
      import("../tasks/explain.js"),
    ]);
    const shell = SHELLS.find((name) => name === args.shell);
    if (shell === undefined) {
      const help = args.shell === undefined ? undefined : didYouMean(args.shell, SHELLS);
      const message = args.shell === undefined ? "completion for which shell?" : `no completion for "${args.shell}"`;
      throw new CannotUse(message, help ?? `lbctl completion ${listed(SHELLS)}`);
    }
    const manifest = JSON.parse(readFileSync(new URL("../../oclif.manifest.json", import.meta.url), "utf8"));
    const words = { completion: SHELLS, schema: schemaNames(), explain: topics() };
    write(null, completion(shell, manifest, words));
  }
}
