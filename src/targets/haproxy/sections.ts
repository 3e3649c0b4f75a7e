import type { Written } from "../../support/node.js";
import type { ServerView } from "./servers.js";
import type { Rule } from "./words.js";

/** A `timeout` line; `why` says what it was derived from, "" where it is as written. */
export interface Timer {
  readonly name: string;
  readonly time: string;
  readonly why: string;
}

export interface FrontendView {
  readonly written: Written;
  readonly name: string;
  readonly mode: "http" | "tcp";
  /** `httplog` or `tcplog`. */
  readonly log: string;
  readonly binds: readonly (readonly string[])[];
  readonly timers: readonly Timer[];
  readonly rules: readonly Rule[];
  /** Where requests go: `use_backend` lines, the first that fits. */
  readonly routes: readonly Rule[];
  readonly fallback: string;
}

export interface BackendView {
  readonly written: Written;
  readonly name: string;
  /** Comment above it; "": none. */
  readonly title: string;
  /** "" for a backend that only holds a table. */
  readonly mode: "http" | "tcp" | "";
  readonly balance: readonly string[];
  readonly consistent: boolean;
  readonly allBackups: boolean;
  readonly table: readonly string[];
  /** What is looked up in the table; "": nothing. */
  readonly stick: string;
  readonly cookie: readonly string[];
  readonly timers: readonly Timer[];
  /** Whether `retries` stand here; otherwise as `defaults` say. */
  readonly retried: boolean;
  readonly retries: number;
  readonly retryOn: readonly string[];
  readonly rules: readonly Rule[];
  readonly checks: readonly Rule[];
  /** Words of `default-server`. */
  readonly defaults: readonly string[];
  readonly servers: readonly ServerView[];
}

/** What belongs together in the file. */
export interface Group {
  readonly title: string;
  readonly frontends: readonly FrontendView[];
  readonly backends: readonly BackendView[];
}

/** A backend without servers: a table, or an answer. */
export const emptyBackend = (name: string, written: Written, parts: Partial<BackendView>): BackendView => ({
  written,
  name,
  title: "",
  mode: "",
  balance: [],
  consistent: false,
  allBackups: false,
  table: [],
  stick: "",
  cookie: [],
  timers: [],
  retried: false,
  retries: 0,
  retryOn: [],
  rules: [],
  checks: [],
  defaults: [],
  servers: [],
  ...parts,
});
