import type { TargetRequest } from "../../fleet/fleet.js";

/** What `targets: { mosquitto: ... }` says, with its defaults. */
export interface MosquittoOptions {
  readonly version: string;
  /** null: every pool of that software. */
  readonly pools: readonly string[] | null;
}

/** Releases that were measured, by line. */
export const VERSIONS: Readonly<Record<string, string>> = { "2.0": "2.0.11" };

export const options = ({ version, pools }: TargetRequest): MosquittoOptions => ({ version: version ?? "2.0", pools });
