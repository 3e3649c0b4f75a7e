import { expect, it } from "vitest";
import { findingsGithub } from "../../src/report/github.js";
import { finding } from "../../src/support/finding.js";

const at = { file: "fleets/a,b:c.yaml", line: 3, column: 5, endLine: 3, endColumn: 8 };

it("writes one workflow command a finding, an info as a notice", () => {
  const findings = (["error", "warning", "info"] as const).map((severity) =>
    finding({ rule: "port-shared", source: "lint", severity, message: "taken", at: { ...at, file: "t.yaml" } }),
  );
  expect(findingsGithub(findings)).toBe(
    [
      "::error file=t.yaml,line=3,endLine=3,col=5,endColumn=8,title=port-shared::taken",
      "::warning file=t.yaml,line=3,endLine=3,col=5,endColumn=8,title=port-shared::taken",
      "::notice file=t.yaml,line=3,endLine=3,col=5,endColumn=8,title=port-shared::taken",
      "",
    ].join("\n"),
  );
});

it("escapes what would end a command or a property", () => {
  const text = findingsGithub([
    finding({ rule: "r", source: "lint", message: "100%\n::error::forged", help: "a\r\nb", at: { ...at, endLine: 4 } }),
  ]);
  expect(text).toBe(
    "::error file=fleets/a%2Cb%3Ac.yaml,line=3,endLine=4,col=5,title=r::100%25%0A::error::forged%0Ahelp: a%0D%0Ab\n",
  );
});
