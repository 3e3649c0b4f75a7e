import type { TargetFacts } from "../target.js";
import { type NginxOptions, options } from "./options.js";
import { supports } from "./supports.js";
import { VERSIONS } from "./versions.js";

export const facts = {
  name: "nginx",
  title: "nginx",
  versions: VERSIONS,
  options,
  carries: () => true,
  supports,
} satisfies TargetFacts<NginxOptions>;
