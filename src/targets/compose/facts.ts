import type { TargetFacts } from "../target.js";
import { type ComposeOptions, options, VERSIONS } from "./options.js";
import { supports } from "./supports.js";

/** `compose/docker-compose.yaml`: the whole fleet on one machine. */
export const facts = {
  name: "compose",
  title: "the whole fleet as containers on one machine",
  versions: VERSIONS,
  options,
  carries: () => true,
  supports,
} satisfies TargetFacts<ComposeOptions>;
