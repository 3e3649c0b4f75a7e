import * as net from "node:net";

/*
 * As node:net, without asking it for what cannot be one: its pattern for IPv6 takes 4 ms to compile, more than all
 * rules need for a small fleet, and most texts that are asked about are names.
 */

export const isIPv4 = (text: string): boolean => net.isIPv4(text);
export const isIPv6 = (text: string): boolean => text.includes(":") && net.isIPv6(text);

/** 4, 6, or 0 for what is no address. */
export const isIP = (text: string): 0 | 4 | 6 => (isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0);
