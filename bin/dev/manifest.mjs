// Writes oclif.manifest.json from dist/commands, so that no command is loaded to find another.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Config } from "@oclif/core/config";

process.on("warning", (warning) => {
  throw warning; // a command that cannot be loaded
});

const root = join(import.meta.dirname, "../..");
const config = await Config.load({ root, ignoreManifest: true });
writeFileSync(join(root, "oclif.manifest.json"), `${JSON.stringify(config.rootPlugin.manifest, null, 2)}\n`);
