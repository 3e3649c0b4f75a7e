import type { Certificate } from "./fleet.js";
import { at, type Part, type Report } from "./part.js";

/** A certificate with its key, or both in a bundle. */
export function certificateOf(report: Report, name: string, part: Part): Certificate {
  const [certificate, key, bundle] = ["certificate", "key", "bundle"].map((path) => part.text(path) ?? null) as [
    string | null,
    string | null,
    string | null,
  ];
  if (bundle !== null && (certificate !== null || key !== null))
    report.error(
      "unfit-key",
      at(part, "bundle"),
      `certificate "${name}" says \`bundle\` beside ${certificate !== null ? "`certificate`" : "`key`"}`,
      "keep the bundle, or certificate and key",
    );
  else if (bundle === null && (certificate === null || key === null))
    report.error(
      "missing-key",
      at(part),
      `certificate "${name}" lacks ${certificate === null ? "`certificate`" : "`key`"}`,
      "write { certificate: PATH, key: PATH }, or { bundle: PATH }",
    );
  return {
    written: part.written,
    name,
    certificate,
    key,
    bundle,
    minVersion: (part.text("minVersion") as Certificate["minVersion"] | undefined) ?? "1.2",
    clientCa: part.text("clientCa") ?? null,
    secret: part.text("secret") ?? null,
  };
}
