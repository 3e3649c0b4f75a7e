import { load } from "js-yaml";
import type { Fleet } from "../../../src/fleet/fleet.js";
import target from "../../../src/targets/compose/index.js";
import { fleetOf } from "../../fleet.js";

/** A service as another author's YAML library reads it. */
interface ReadService {
  readonly image: string;
  readonly container_name: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly (string | Readonly<Record<string, unknown>>)[];
  readonly ports?: readonly string[];
  readonly networks?: Readonly<Record<string, { aliases: string[] } | null>>;
  readonly network_mode?: string;
  readonly depends_on?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart: string;
  readonly [key: string]: unknown;
}

export interface ReadCompose {
  readonly name: string;
  readonly services: Readonly<Record<string, ReadService>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

/** The compose target's own options for a fleet, as it asks for them. */
export const optionsOf = (fleet: Fleet) =>
  target.options(
    fleet.targets.find(({ name }) => name === "compose") ?? {
      written: fleet.written,
      name: "compose",
      version: null,
      pools: null,
      options: {},
    },
  );

export async function textOf(topology: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const fleet = await fleetOf(`version: 1\nname: t\n${topology}`, env);
  const [artifact, ...others] = target.render(fleet, optionsOf(fleet));
  if (others.length > 0) throw new Error("one file was expected");
  return artifact?.text ?? "";
}

export const composeOf = async (topology: string): Promise<ReadCompose> => load(await textOf(topology)) as ReadCompose;
