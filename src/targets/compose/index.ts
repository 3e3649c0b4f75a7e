import type { Target } from "../target.js";
import { check } from "./check.js";
import { facts } from "./facts.js";
import type { ComposeOptions } from "./options.js";
import { render } from "./render.js";

/** `compose/docker-compose.yaml`: the whole fleet on one machine. */
export default { ...facts, render, check } satisfies Target<ComposeOptions>;
