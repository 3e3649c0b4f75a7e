// Reads standard input as a topology and prints what came of it: node stdin.mjs
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier.startsWith(".") ? specifier.replace(/\.js$/, ".ts") : specifier, context),
});
const { readInput } = await import("../../src/topology/file.ts");
const { text, findings } = readInput("-");
process.stdout.write(`${text?.length ?? "none"} ${findings.map(({ at, message }) => `${at.file} ${message}`).join()}`);
