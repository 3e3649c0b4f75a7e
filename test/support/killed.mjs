// Writes a tree and kills itself before the step of the given number: node killed.mjs DIR NUMBER VERSION
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier.startsWith(".") ? specifier.replace(/\.js$/, ".ts") : specifier, context),
});
const { planTree, writeTree } = await import("../../src/support/tree.ts");
const [dir, number, tree] = process.argv.slice(2);
let steps = 0;
writeTree(planTree(dir, JSON.parse(tree)), {
  step() {
    if (steps === Number(number)) process.kill(process.pid, "SIGKILL");
    steps += 1;
  },
});
process.stdout.write(`${steps}`);
