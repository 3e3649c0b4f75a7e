import type { Pool, Server } from "../fleet/fleet.js";

/** Whether a server takes new clients in ordinary times. */
export const isUsable = ({ backup, state, weight }: Server): boolean => !backup && state === "active" && weight > 0;

/** Whether a server takes clients at least when the others are down. */
export const isStandby = ({ backup, state, weight }: Server): boolean => backup && state === "active" && weight > 0;

/** `broker` or `server`: what the servers of a pool are called in messages. */
export const calledIn = (pool: Pool): string => (pool.kind === "brokers" ? "broker" : "server");
