import { BlockList } from "node:net";
import { isIP, isIPv4, isIPv6 } from "../support/ip.js";

/** Without brackets. */
export const bare = (address: string): string => address.replace(/^\[|\]$/g, "");

/** Whether `host` is an IPv4 or IPv6 address (brackets allowed), not a name. */
export const isAddress = (host: string): boolean => isIP(bare(host)) !== 0;

/** Whether a host that looks like an address really is one: `34.567.89.12` is none, and no DNS name either. */
export const isHost = (host: string): boolean =>
  host.startsWith("[") ? isIPv6(bare(host)) : isIPv4(host) || !/^[0-9.]+$/.test(host);

/** Words of 1 to 63 letters, digits, `_` and inner hyphens, with dots between them. */
export const isDnsName = (host: string): boolean =>
  host.length <= 253 && host.split(".").every((word) => /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(word));

/** Nobody comes from it, and nginx takes it for a mistake (1.22.1: "invalid parameter"). */
const BROADCAST = "255.255.255.255";

/** A network in CIDR form, or a single address. */
export function isNetwork(text: string): boolean {
  const [address, bits, ...rest] = text.split("/");
  const family = isIP(address ?? "");
  if (family === 0 || rest.length > 0 || address === BROADCAST) return false;
  return bits === undefined || Number(bits) <= (family === 4 ? 32 : 128);
}

const inside = new BlockList();
inside.addSubnet("10.0.0.0", 8); // RFC 1918
inside.addSubnet("172.16.0.0", 12);
inside.addSubnet("192.168.0.0", 16);
inside.addSubnet("127.0.0.0", 8);
inside.addSubnet("169.254.0.0", 16);
inside.addSubnet("fc00::", 7, "ipv6"); // RFC 4193
inside.addSubnet("fe80::", 10, "ipv6");
inside.addAddress("::1", "ipv6");

/** Whether strangers can reach a listener there: a wildcard (null too), or not private, loopback or link-local. */
export function isPublic(address: string | null): boolean {
  if (address === null) return true;
  return !inside.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
