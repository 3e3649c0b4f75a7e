import type { Fleet, Pool, TargetRequest } from "../fleet/fleet.js";
import type { Finding } from "../support/finding.js";
import type { Written } from "../support/node.js";
import type { Feature, Use } from "./features.js";
import type { Support } from "./support.js";

/** What a target can say of a fleet: all that `validate` needs, so that it need not load what writes. */
export interface TargetFacts<Options> {
  readonly name: string;
  readonly title: string;
  /** Versions X.Y that were measured, oldest first, with the release that was run; the default is the first. */
  readonly versions: Readonly<Record<string, string>>;
  /** The target's part of the topology with its defaults. */
  options(request: TargetRequest): Options;
  /** Whether this target can have anything to do with the pool at all (mosquitto: only its own brokers). */
  carries(pool: Pool): boolean;
  /** An answer for every feature of the language; a function where it depends on the place. */
  readonly supports: Readonly<Record<Feature, Answer<Options>>>;
}

/** An output of `render`: one kind of configuration for one program. */
export interface Target<Options> extends TargetFacts<Options> {
  render(fleet: Fleet, options: Options): Artifact[];
  /** Gives the rendered artifacts to the real program; null where it has no check of its own. */
  check: ((artifacts: readonly Artifact[], fleet: Fleet, options: Options) => Promise<CheckResult>) | null;
}

/** An answer, or a function of the place (null: as good as not used there). */
export type Answer<Options> = Support | ((use: Use, options: Options) => Support);

/** One file of the output. `path` is relative, with `/`. */
export interface Artifact {
  readonly path: string;
  readonly text: string;
  /** Which part of the fleet a line (from 1) of `text` came from, for messages of the real program; computed when asked. */
  readonly origin: ((line: number) => Written | undefined) | null;
}

export interface CheckResult {
  readonly program: string;
  /** As installed; null where it is missing. */
  readonly version: string | null;
  readonly result: "ok" | "failed" | "missing" | "skipped";
  /** Configuration findings stand at the topology's line; environment ones say what this machine lacks. */
  readonly findings: readonly Finding[];
  /** Why it was skipped, or null. */
  readonly note: string | null;
}
