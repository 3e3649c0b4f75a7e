import { formatManifest, type Manifest } from "../support/manifest.js";
import type { Drifted } from "../tasks/render.js";
import type { Validation } from "../tasks/validate.js";
import { countsOf } from "./counts.js";

const LANGUAGE = { version: 1 } as const;
const printed = (value: object): string => `${JSON.stringify({ ...LANGUAGE, ...value }, null, 2)}\n`;

/** schemas/validate.schema.json */
export function validationJson({ findings, checks, ignored }: Validation): string {
  const { error, warning, info } = countsOf(findings);
  return printed({
    findings: findings.map(({ rule, source, kind, severity, message, help, at, related, fix }) => ({
      rule,
      source,
      kind,
      severity,
      message,
      help,
      at,
      related,
      fix,
    })),
    checks: checks.map(({ program, version, result }) => ({ program, version, result })),
    summary: { error, warning, info, ignored },
  });
}

/** schemas/manifest.schema.json */
export const manifestJson = (manifest: Manifest): string => formatManifest(manifest);

/** schemas/render-check.schema.json */
export const driftJson = ({ drifts }: Drifted): string =>
  printed({ differs: drifts.map(({ path, reason, patch }) => ({ path, reason, patch })) });
