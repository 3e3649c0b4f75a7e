import type { TargetRequest } from "../../fleet/fleet.js";
import type { Written } from "../../support/node.js";
import { releaseOf } from "./versions.js";

/** nginx's part of the topology with its defaults. */
export interface NginxOptions {
  readonly written: Written;
  /** A release: `1.22.1`. */
  readonly version: string;
  /** null: every pool. */
  readonly pools: readonly string[] | null;
  readonly workers: number | "auto";
  readonly connections: number;
  /** Paths for `load_module`; null: Debian's folder of enabled modules. */
  readonly modules: readonly string[] | null;
  readonly health: { readonly address: string; readonly port: number; readonly path: string };
  readonly logs: {
    /** null: off. */
    readonly access: string | null;
    readonly error: string;
    readonly level: string;
  };
  /** Files that nginx reads in `http` as they are. */
  readonly include: readonly string[];
}

/** What the schema lets through. */
interface Said {
  readonly workers?: number | "auto";
  readonly connections?: number;
  readonly modules?: readonly string[];
  readonly health?: Partial<NginxOptions["health"]>;
  readonly logs?: { readonly access?: false | string; readonly error?: string; readonly level?: string };
  readonly include?: readonly string[];
}

const DEFAULT_VERSION = "1.22";

export function options({ written, version, pools, options }: TargetRequest): NginxOptions {
  const said = options as Said;
  const access = said.logs?.access ?? "/dev/stdout";
  return {
    written,
    version: releaseOf(version ?? DEFAULT_VERSION),
    pools,
    workers: said.workers ?? "auto",
    connections: said.connections ?? 16_384,
    modules: said.modules ?? null,
    health: {
      address: said.health?.address ?? "127.0.0.1",
      port: said.health?.port ?? 8405,
      path: said.health?.path ?? "/lb-health",
    },
    logs: {
      access: access === false ? null : access,
      error: said.logs?.error ?? "stderr",
      level: said.logs?.level ?? "notice",
    },
    include: said.include ?? [],
  };
}
