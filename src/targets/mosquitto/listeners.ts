import type { BrokerPool, HealthCheck, Listener, Server } from "../../fleet/fleet.js";
import { isIP } from "../../support/ip.js";

/** A `listener` of a node. */
export interface NodeListener {
  readonly port: number;
  /** null: all addresses. */
  readonly address: string | null;
  readonly websockets: boolean;
  readonly comment: string;
}

/**
 * Where a node must listen for what comes to it: always plain MQTT (bridges; and a file with WebSocket listeners alone
 * does not start), WebSocket where a balancer's listener brings it, and a health check's own port. TLS that is
 * passed through is not among them: a topology names no certificate for it.
 */
export function listenersOf(pool: BrokerPool, server: Server): NodeListener[] {
  const address = isIP(server.host) === 0 ? null : server.host;
  const found: NodeListener[] = [{ port: server.port, address, websockets: false, comment: "MQTT" }];
  const add = (listener: NodeListener): void => {
    if (!found.some(({ port }) => port === listener.port)) found.push(listener);
  };
  const websocket = server.ports?.websocket ?? pool.ports.websocket;
  if (pool.listeners.some(bringsWebSocket) || pool.health.checks.some(({ port }) => port === websocket))
    add({ port: websocket, address: null, websockets: true, comment: webSocketComment(address) });
  for (const port of pool.health.checks.flatMap(ownPort))
    add({ port, address, websockets: false, comment: "MQTT, for health checks" });
  return found;
}

const bringsWebSocket = ({ kind, tls }: Listener): boolean =>
  kind === "websocket" || (kind === "wss" && tls?.mode !== "passthrough");

const ownPort = ({ port, tls }: HealthCheck): number[] => (port === null || tls ? [] : [port]);

/** 2.0.11: `listener 9001 127.0.0.1` listens on every address all the same. */
const webSocketComment = (address: string | null): string =>
  address === null ? "MQTT over WebSocket" : "MQTT over WebSocket: on every address, mosquitto cannot bind it to one";
