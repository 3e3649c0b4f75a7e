import type { TargetRequest } from "../../fleet/fleet.js";
import type { Written } from "../../support/node.js";

/** What `targets: { compose: ... }` says, with its defaults. */
export interface ComposeOptions {
  readonly written: Written;
  readonly version: string;
  /** null: every pool. */
  readonly pools: readonly string[] | null;
  /** By software, pool or server name. */
  readonly images: Readonly<Record<string, string>>;
  /** Whether the listeners' ports are published on this machine. */
  readonly expose: boolean;
}

/** Releases that were measured, by line. */
export const VERSIONS: Readonly<Record<string, string>> = { "1.29": "1.29.2" };

/** What the schema lets through. */
interface Said {
  readonly images?: Readonly<Record<string, string>>;
  readonly expose?: boolean;
}

export function options({ written, version, pools, options }: TargetRequest): ComposeOptions {
  const { images = {}, expose = true } = options as Said;
  return { written, version: version ?? "1.29", pools, images, expose };
}
