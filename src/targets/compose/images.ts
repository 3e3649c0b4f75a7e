import type { Pool, Server, TargetRequest } from "../../fleet/fleet.js";
import type { ComposeOptions } from "./options.js";

/** What nginx and HAProxy are written for when the topology does not say (topology.md, "Defaults"). */
const VERSION = { nginx: "1.22", haproxy: "2.6" } as const;
const MOSQUITTO = "eclipse-mosquitto:2.0";

/** The image of a balancer: the official one of the version that its configuration is written for. */
export const balancerImage = ({ images }: ComposeOptions, name: "nginx" | "haproxy", request?: TargetRequest): string =>
  own(images, name) ?? `${name}:${request?.version ?? VERSION[name]}-alpine`;

/** The image in which lbctl's own stand-ins run. */
export const standInImage = (options: ComposeOptions, pool: Pool): string =>
  pool.kind === "brokers" ? (own(options.images, "mosquitto") ?? MOSQUITTO) : balancerImage(options, "nginx");

/** The image of a server, by its name, its pool's or its software's; null: nobody named one. */
export function serverImage({ images }: ComposeOptions, pool: Pool, server: Server): string | null {
  const software = "software" in pool ? pool.software : null;
  const named = own(images, server.name) ?? own(images, pool.name) ?? (software && own(images, software));
  return named ?? (software === "mosquitto" ? MOSQUITTO : null);
}

const own = (images: ComposeOptions["images"], name: string): string | undefined =>
  Object.hasOwn(images, name) ? images[name] : undefined;
