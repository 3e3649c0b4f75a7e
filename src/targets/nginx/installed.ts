import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { runProgram } from "../../support/program.js";

/** What the installed nginx is and was built with. */
export interface Installed {
  readonly file: string;
  /** `1.22.1`; null where it does not say. */
  readonly version: string | null;
  /** Whether `stream` is built in, or the path of its module, or null where it has neither. */
  readonly stream: "static" | string | null;
  /** The configure arguments. */
  readonly built: string;
  readonly ipv6: boolean;
}

/** Asks the program itself (`nginx -V`). */
export async function installed(file: string): Promise<Installed> {
  const { stderr } = await runProgram(file, ["-V"]);
  const built = /^configure arguments:(.*)$/m.exec(stderr)?.[1] ?? "";
  return {
    file,
    version: /nginx version: [^/\s]+\/(\d+\.\d+\.\d+)/.exec(stderr)?.[1] ?? null,
    stream: streamOf(built),
    built,
    ipv6: Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ family }) => family === "IPv6")),
  };
}

function streamOf(built: string): Installed["stream"] {
  if (/--with-stream(?=\s|$)/.test(built)) return "static";
  const folder =
    /--modules-path=(\S+)/.exec(built)?.[1] ?? join(/--prefix=(\S+)/.exec(built)?.[1] ?? "/usr/local/nginx", "modules");
  const module = join(folder, "ngx_stream_module.so");
  return existsSync(module) ? module : null;
}
