/** The library: the same steps that the commands are made of. */
export type { Fleet, Pool, Server } from "./fleet/fleet.js";
export { CannotUse, ToolFailed } from "./support/errors.js";
export type { Finding, Severity } from "./support/finding.js";
export type { Manifest } from "./support/manifest.js";
export type { Place, Source } from "./support/source.js";
export type { Artifact } from "./targets/target.js";
export type { Checkers } from "./tasks/checkers.js";
export { explain, subjects } from "./tasks/explain.js";
export { init } from "./tasks/init.js";
export { type Loaded, load } from "./tasks/load.js";
export { compareRendering, type Rendering, type RenderOptions, render, writeRendering } from "./tasks/render.js";
export { schemaNames, schemaText } from "./tasks/schema.js";
export { type ValidateOptions, type Validation, validate } from "./tasks/validate.js";
