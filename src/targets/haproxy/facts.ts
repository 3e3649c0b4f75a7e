import type { TargetFacts } from "../target.js";
import { type HaproxyOptions, options, VERSIONS } from "./options.js";
import { supports } from "./supports.js";

export const facts = {
  name: "haproxy",
  title: "HAProxy",
  versions: VERSIONS,
  options,
  carries: () => true,
  supports,
} satisfies TargetFacts<HaproxyOptions>;
