import { atLeast } from "../support.js";

/** Lines of releases that were measured, with the release that was run. */
export const VERSIONS = {
  "1.22": "1.22.1",
  "1.26": "1.26.3",
  "1.28": "1.28.3",
  "1.29": "1.29.6",
  "1.30": "1.30.6",
  "1.31": "1.31.4",
} as const;

/** The first release with each directive or parameter that is not in all of them. */
export const SINCE = {
  /** `http2 on;`; before it `listen ... http2`, which newer ones warn of. */
  http2: "1.25.1",
  /** `server NAME resolve` and `resolver` in open-source nginx. */
  resolve: "1.27.3",
  /** `sticky cookie`, http only. */
  sticky: "1.29.6",
  /** The server parameter `drain`, http only. */
  drain: "1.29.6",
  /** `keepalive 0`: connections to servers are kept without being asked for. */
  keepaliveOff: "1.29.7",
  /** `least_time`. */
  leastTime: "1.31.0",
  /** `proxy_protocol v2` in stream. */
  proxyProtocolV2: "1.31.4",
} as const;

/** Whether a release knows the thing. */
export const has = (version: string, what: keyof typeof SINCE): boolean => atLeast(version, SINCE[what]);

/** The release that is meant by `1.22` or `1.22.1`. */
export const releaseOf = (version: string): string =>
  (VERSIONS as Readonly<Record<string, string>>)[version] ?? version;
