import type { Behind, Certificate, Listener } from "../../fleet/fleet.js";
import type { BehindView, TlsView } from "./view.js";
import { hostPort } from "./words.js";

/** The addresses of `listen` for a listener: all addresses are two sockets, IPv4 and IPv6. */
const socketsOf = (address: string | null, port: number): string[] =>
  address === null ? [`${port}`, `[::]:${port}`] : [hostPort(address, port)];

/** The `listen` lines of a listener, with what stands behind each address. */
export const listensOf = (address: string | null, port: number, flags: readonly string[]): string[][] =>
  socketsOf(address, port).map((socket) => [socket, ...flags]);

/** What every `listen` of a listener says behind its address. */
export function flagsOf({ tls, behind }: Listener): string[] {
  const flags = tls?.mode === "terminate" ? ["ssl"] : [];
  if (behind?.by.type === "proxy_protocol") flags.push("proxy_protocol");
  return flags;
}

export const tlsOf = ({ tls }: Listener): TlsView | null =>
  tls?.mode === "terminate" ? tlsView(tls.certificate) : null;

function tlsView(certificate: Certificate): TlsView {
  const chain = certificate.bundle ?? certificate.certificate ?? "";
  return {
    certificate: chain,
    key: certificate.bundle ?? certificate.key ?? chain,
    protocols: protocolsFrom(certificate.minVersion),
    clientCa: certificate.clientCa,
  };
}

export const protocolsFrom = (minVersion: Certificate["minVersion"]): string[] =>
  minVersion === "1.3" ? ["TLSv1.3"] : ["TLSv1.2", "TLSv1.3"];

/** How the client's address arrives; in stream only the PROXY protocol can bring one. */
export function behindOf(behind: Behind | null, layer: "http" | "stream"): BehindView | null {
  if (!behind || (layer === "stream" && behind.by.type === "header")) return null;
  const byHeader = behind.by.type === "header";
  return {
    proxies: behind.proxies,
    header: behind.by.type === "header" ? behind.by.name : "proxy_protocol",
    recursive: byHeader,
  };
}
