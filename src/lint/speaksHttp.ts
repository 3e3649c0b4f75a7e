import type { Listener, Pool } from "../fleet/fleet.js";

/** Whether the balancer reads HTTP on a listener: of APIs, and of MQTT over WebSocket, unless TLS passes through. */
export const speaksHttp = (pool: Pool, { kind, tls }: Listener): boolean =>
  tls?.mode !== "passthrough" &&
  (pool.kind === "apis" || (pool.kind === "brokers" && (kind === "websocket" || kind === "wss")));
