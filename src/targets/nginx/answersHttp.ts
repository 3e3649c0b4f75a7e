import type { ApiPool, Fleet, Listener } from "../../fleet/fleet.js";
import { formatDuration } from "../../support/duration.js";
import { whyUnreadable } from "../../syntax/nginx/quote.js";
import type { Use } from "../features.js";
import { nearly, no, type Support, yes } from "../support.js";
import { serverTlsOf } from "./destinations.js";
import { rate } from "./rate.js";
import { RETRIED_STATUSES } from "./settings.js";

/** `fail_timeout` is both the window and the time out, in whole seconds. */
export function passive({ pool }: Use): Support {
  if (!pool) return yes();
  const { window, out } = pool.health.passive;
  if (window !== out)
    return nearly(
      `nginx has one time for both: failures within ${formatDuration(out)}, then out for ${formatDuration(out)}`,
    );
  return out % 1000 === 0 ? yes() : nearly("nginx counts whole seconds here: rounded up");
}

export function circuitBreaker({ pool }: Use): Support {
  const breaker = pool?.kind === "apis" ? pool.circuitBreaker : null;
  if (!breaker) return yes();
  return nearly(
    `nginx leaves a server out for ${formatDuration(breaker.open)} after ${breaker.failures} failures within that time, and then sends it requests again as before`,
  );
}

export function retriesWhen({ pool, route }: Use): Support {
  const retries = route?.retries ?? (pool?.kind === "apis" ? pool.retries : null);
  const strange = retries?.when.filter((when) => typeof when === "number" && !RETRIED_STATUSES.includes(when)) ?? [];
  if (strange.length > 0) {
    return no(
      `nginx cannot try again after a status ${strange.join(" or ")}`,
      `it knows ${RETRIED_STATUSES.join(", ")}`,
    );
  }
  return nearly(
    "nginx's `error` is a refused connection and an empty answer, its `timeout` that of connecting and of reading",
  );
}

export function rateLimit({ pool, route }: Use): Support {
  const limit = route ? route.rateLimit : pool?.kind === "apis" ? pool.rateLimit : null;
  if (!limit) return yes();
  const written = rate(limit.requests, limit.per);
  if (!written) return no("nginx counts requests a second or a minute, so one a minute is the least", "a higher rate");
  if (written.rounded)
    return nearly(
      `nginx takes whole numbers a second or a minute: ${written.text.slice(0, -3)} a ${written.text.endsWith("s") ? "second" : "minute"}`,
    );
  return limit.key.type === "header" ? nearly(`requests without the header ${limit.key.name} are not limited`) : yes();
}

export function connectionRate({ pool, listener, layer }: Use): Support {
  const limit = pool?.limits.connectionRate;
  if (!limit) return yes();
  if (layer === "http" && pool.kind === "brokers") {
    if (!rate(limit.requests, limit.per))
      return no("nginx counts connections a second or a minute, so one a minute is the least", "a higher rate");
    return nearly("nginx lets a whole period's connections in at once, then at that rate");
  }
  const where =
    layer === "http"
      ? "requests, and connections in TCP not at all"
      : `no connections by rate (listener ${listener?.kind ?? "of TCP"})`;
  return no(
    `nginx limits ${where}`,
    layer === "http" ? "rateLimit, which counts requests" : "limits: { connections }, or HAProxy",
  );
}

export function connections({ pool }: Use): Support {
  if (pool?.kind === "apis") return nearly("nginx counts requests in progress here, not open connections");
  const webSockets = pool?.listeners.some(({ path, tls }) => path !== null && tls?.mode !== "passthrough") ?? false;
  if (pool?.kind === "brokers" && webSockets && pool.listeners.length > 1)
    return nearly("nginx counts TCP and WebSocket connections apart, each up to the limit");
  return yes();
}

/** All servers of an upstream are asked for one name, and its certificate is compared with that alone. */
export function serverTls({ pool }: Use): Support {
  if (pool?.kind !== "apis" || !pool.serverTls) return yes();
  const { verify } = pool.serverTls;
  const view = serverTlsOf(pool);
  if (view?.name) return yes();
  if (!verify) return nearly("nginx sends no SNI: the servers have no name in common");
  return no(
    "nginx checks all servers of a pool against one name, and these have none in common",
    "serverTls: { sni: NAME }",
  );
}

/** nginx writes these itself, whatever the servers say. */
const OWN = new Set(["server", "date", "connection"]);

export function headers({ pool, route }: Use, way: "request" | "response"): Support {
  const lines = (route ?? (pool as ApiPool)).headers[way];
  for (const { name, value } of lines) {
    if (way === "response" && OWN.has(name.toLowerCase()))
      return no(`nginx writes its own ${name} header`, "leave it out");
    const why = value === null ? null : whyUnreadable(value.replaceAll("$", `\${dollar}`));
    if (why) return no(`nginx cannot hold the value of ${name}: ${why}`, "another value");
  }
  return yes();
}

/** nginx takes the versions of TLS for a whole port: the strictest certificate there decides for all. */
export function certificate({ part, fleet, listener }: Use): Support {
  const found = fleet.certificates.find(({ written }) => written === part.written);
  if (!found || found.minVersion === "1.3" || !listener) return yes();
  const stricter = fleet.pools
    .flatMap((pool) => (pool.kind === "apis" ? pool.listeners : []))
    .find((other) => isStricter(other, found.name, fleet));
  return stricter
    ? nearly(
        `port ${stricter.port} takes TLS 1.3 alone: nginx has one lowest version for a port, and another certificate there asks for it`,
        "warning",
      )
    : yes();
}

/** Whether a listener shares its port with one of the certificate `name` and asks for TLS 1.3. */
const isStricter = (other: Listener, name: string, { pools }: Fleet): boolean =>
  other.tls?.mode === "terminate" &&
  other.tls.certificate.minVersion === "1.3" &&
  pools.some(
    ({ kind, listeners }) =>
      kind === "apis" &&
      listeners.some(
        ({ port, address, tls }) =>
          port === other.port &&
          address === other.address &&
          tls?.mode === "terminate" &&
          tls.certificate.name === name,
      ),
  );

export const activeCheck = nearly("nginx has no active checks: failures are learnt from traffic alone");
