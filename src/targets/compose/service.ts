/** What a service of a compose file says. Texts are plain: `$` is doubled when they are written. */
export interface Service {
  readonly image: string;
  readonly container_name: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, Value>>;
  readonly volumes?: readonly Mount[];
  readonly ports?: readonly string[];
  readonly networks?: Readonly<Record<string, { readonly aliases: readonly string[] } | null>>;
  readonly network_mode?: string;
  readonly depends_on?: readonly string[];
  readonly healthcheck?: HealthCheck;
  readonly ulimits?: { readonly nofile: { readonly soft: number; readonly hard: number } };
  readonly stop_grace_period?: string;
  readonly restart: "unless-stopped";
}

type Value = string | FromEnvironment;

/** A value that compose takes from the environment when it starts, and refuses to start without. */
export class FromEnvironment {
  readonly name: string;
  readonly why: string;
  constructor(name: string, why: string) {
    this.name = name;
    this.why = why;
  }
}

/** A file or folder of this machine, or a named volume, at a place in the container. */
export type Mount =
  | string
  | { readonly type: "bind"; readonly source: string; readonly target: string; readonly read_only: true };

interface HealthCheck {
  readonly test: readonly string[];
  readonly interval: string;
  readonly timeout: string;
  readonly retries: number;
  readonly start_period: string;
}

/** The network that all services are in. */
export const NETWORK = "fleet";

/** Asks a container every few seconds by a command within it. */
export const healthcheck = (...command: string[]): HealthCheck => ({
  test: ["CMD", ...command],
  interval: "5s",
  timeout: "3s",
  retries: 3,
  start_period: "10s",
});

/** Asks a URL with what small images have. The URL is a word of its own: the shell never reads it as its own text. */
export const healthcheckUrl = (url: string): HealthCheck =>
  healthcheck("sh", "-c", 'wget -q -O /dev/null "$0" || curl -fsS -o /dev/null "$0"', url);

/**
 * A file of this machine where the container has it under the same path. The long form: the short one would make a folder
 * of a missing file, and stumbles over `:`.
 */
const mountAsIs = (path: string): Mount => ({ type: "bind", source: path, target: path, read_only: true });

/** Only an absolute path is the same file for lbctl, the program and compose. */
export const isMountable = (path: string): boolean => path.startsWith("/");

/** All of these that can be mounted, each once. */
export const mountsOf = (paths: readonly (string | null)[]): Mount[] =>
  [...new Set(paths)].filter((path) => path !== null && isMountable(path)).map((path) => mountAsIs(path!));
