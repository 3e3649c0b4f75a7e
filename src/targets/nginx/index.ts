import type { Target } from "../target.js";
import { check } from "./check.js";
import { facts } from "./facts.js";
import type { NginxOptions } from "./options.js";
import { render } from "./render.js";

export default { ...facts, render, check } satisfies Target<NginxOptions>;
