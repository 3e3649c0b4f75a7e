import type { Target } from "../target.js";
import { check } from "./check.js";
import { facts } from "./facts.js";
import type { MosquittoOptions } from "./options.js";
import { render } from "./render.js";

/** `mosquitto/NODE.conf`, one file for each mosquitto of the fleet. */
export default { ...facts, render, check } satisfies Target<MosquittoOptions>;
