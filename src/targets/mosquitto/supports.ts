import type { BrokerPool, Server } from "../../fleet/fleet.js";
import { leftToBalancers, type OwnFeature } from "../balancers.js";
import type { Feature, Use } from "../features.js";
import { nearly, no, type Support, yes } from "../support.js";
import type { Answer } from "../target.js";
import { listenersOf } from "./listeners.js";
import type { MosquittoOptions } from "./options.js";

const brokers = ({ pool }: Use): BrokerPool | null => (pool?.kind === "brokers" ? pool : null);

function bridge(use: Use): Support {
  const pool = brokers(use);
  if (pool?.cluster?.bridges.length && pool.access?.anonymous === false)
    return no(
      "the bridges have no login, and these brokers let nobody in without one",
      "access: { anonymous: true, passwordFile, aclFile }, with an access list that binds the anonymous to what bridges need",
    );
  if (pool?.cluster?.bridges.length && typeof pool.access?.aclFile === "string")
    return nearly(
      "the bridges come without a login: the access list must let the anonymous read and write their topics",
    );
  if (pool?.cluster?.bridges.length && pool.clients.retained)
    return nearly("each time a bridge is back, live subscribers get the retained messages of its topics once more");
  return yes();
}

function passthrough({ pool, listener }: Use): Support {
  if (pool?.kind !== "brokers" || !listener) return yes();
  const port = listener.kind === "wss" ? pool.ports.wss : pool.ports.mqtts;
  return nearly(
    `TLS goes through to the brokers' port ${port}, for which lbctl cannot write a listener: the topology names no certificate of theirs`,
    "warning",
    `end TLS at the balancer (\`tls: NAME\`), or start each mosquitto on a file of yours with \`listener ${port}\`, \`certfile\`, \`keyfile\`${
      listener.kind === "wss" ? ", `protocol websockets`" : ""
    } and \`include_dir\` for the folder of its NODE.conf`,
  );
}

function maxConnections(use: Use): Support {
  const pool = brokers(use);
  if (!pool || !use.server || listenersOf(pool, use.server as Server).length === 1) return yes();
  return nearly("mosquitto counts the connections of each of its listeners apart: MQTT and WebSocket clients");
}

const own = {
  "listeners.address": yes(),
  "servers.host": yes(),
  "health.check.tcp": yes(),
  "health.check.http": yes(),
  "health.check.mqtt": yes(),
  "health.check.postgres": yes(),
  "health.check.mysql": yes(),
  "health.check.redis": yes(),
  "health.expect.body": yes(),
  "listeners.tls.passthrough": passthrough,
  "servers.maxConnections": maxConnections,
  "servers.proxyProtocol": no(
    "mosquitto 2.0 takes the PROXY header for a protocol error and disconnects",
    "proxyProtocol: none",
  ),
  serverTls: yes(),
  "protocol.udp": yes(),
  "tls.certificate": yes(),
  "tls.clientCa": yes(),
  resolver: yes(),
  "cluster.bridge": bridge,
  access: yes(),
  persistence: yes(),
} satisfies Record<OwnFeature, Answer<MosquittoOptions>>;

/** What a mosquitto can say of its own pool; what goes on in front of it is the balancers' affair. */
export const supports: Readonly<Record<Feature, Answer<MosquittoOptions>>> = { ...leftToBalancers, ...own };
