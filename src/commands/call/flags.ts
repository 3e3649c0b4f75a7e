import { boolean, option, string } from "@oclif/core/flags";
import type { Checkers } from "../../tasks/checkers.js";

/** What every command takes. */
export const common = {
  "no-color": boolean({ description: "no colours, also on a terminal (as NO_COLOR and CI do)" }),
  plain: boolean({ description: "ASCII only: no box-drawing characters" }),
  verbose: boolean({ description: "print the stack of an error too" }),
};

export const info = boolean({ description: "list infos too" });

export const failOn = option({
  options: ["info", "warning", "error"] as const,
  default: "warning" as const,
  description: "exit 1 from this severity up",
});

const CHECKERS = ["auto", "always", "never"] as const satisfies readonly Checkers[];
/** Which of the real programs look at the output; `usual` where nothing is said. */
export const checkers = (usual: Checkers) =>
  option({
    options: CHECKERS,
    default: usual,
    description:
      "let nginx, haproxy ... check the output: where installed, always (exit 3 where one is missing), or never",
  })();

/** `--format` may stand several times; each is checked by `outputsOf`. */
export const format = (known: readonly string[]) =>
  string({
    multiple: true,
    multipleNonGreedy: true,
    description: `${known.join(", ")}; FORMAT=FILE writes to a file; may stand several times`,
    helpValue: "FORMAT[=FILE]",
  });

export const json = boolean({ description: "short for --format json" });
