import type { TargetFacts } from "../target.js";
import { type MosquittoOptions, options, VERSIONS } from "./options.js";
import { supports } from "./supports.js";

/** `mosquitto/NODE.conf`, one file for each mosquitto of the fleet. */
export const facts = {
  name: "mosquitto",
  title: "a file for each mosquitto: listeners, access, persistence, bridges",
  versions: VERSIONS,
  options,
  carries: (pool) => pool.kind === "brokers" && pool.software === "mosquitto",
  supports,
} satisfies TargetFacts<MosquittoOptions>;
