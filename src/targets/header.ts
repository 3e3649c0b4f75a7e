import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Fleet } from "../fleet/fleet.js";

/**
 * What every rendered file begins with, without the comment sign of its syntax: where it comes from, and what to do
 * instead of editing it. The checksum is of the topology's text before variables are filled in; nothing else goes in, so
 * that equal input gives equal bytes on every machine and with every release.
 */
export function headerLines(fleet: Fleet): string[] {
  const name = plain(basename(fleet.source.file));
  const sha256 = createHash("sha256").update(fleet.source.text).digest("hex");
  return [
    `written by lbctl from ${name} (sha256 ${sha256.slice(0, 16)})`,
    "do not edit: change the topology and run `lbctl render`",
  ];
}

/** A file may be called anything; a comment must stay one line. */
const plain = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, "?");
