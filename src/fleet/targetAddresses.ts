import type { Context } from "./context.js";
import { addressOf } from "./listeners.js";
import { at, type Part } from "./part.js";
import { checkHost } from "./servers.js";

const MOST = 65_535;

/** The addresses that a target's own options name: what it listens at itself, its peers, where its logs go. */
export function checkTargetAddresses(context: Context, target: Part): void {
  for (const key of ["health", "stats", "prometheus"]) {
    const part = target.part(key);
    if (part) addressOf(context, part);
  }
  for (const peer of target.parts("peers") ?? []) checkHost(context, peer, "host", peer.text("host")!);
  const logs = target.part("logs");
  const [, host, port] = /^(.+):(\d+)$/.exec(logs?.text("address") ?? "") ?? [];
  if (!logs || host === undefined) return;
  checkHost(context, logs, "address", host);
  if (Number(port) < 1 || Number(port) > MOST)
    context.report.error("wrong-value", at(logs, "address"), `${Number(port)} is not a port`, "a port is 1 to 65535");
}
