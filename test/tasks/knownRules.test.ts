import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { rules } from "../../src/lint/rules.generated.js";
import { knownRules } from "../../src/tasks/knownRules.js";

const SRC = join(import.meta.dirname, "../../src");

/** Every rule that the code of these folders names, in a finding or through the fleet's report. */
function named(...folders: string[]): string[] {
  const texts = folders.flatMap((folder) =>
    readdirSync(join(SRC, folder))
      .filter((file) => file.endsWith(".ts") && !file.includes("generated"))
      .map((file) => readFileSync(join(SRC, folder, file), "utf8")),
  );
  const whole = texts.flatMap((text) => [...text.matchAll(/"((?:schema|lint)\/[a-z][a-z-]*)"/g)].map(([, id]) => id!));
  const short = texts.flatMap((text) =>
    [...text.matchAll(/\breport\.(?:error|warning|info)\(\s*"([a-z-]+)"/g)].map(([, id]) => `schema/${id}`),
  );
  return [...new Set([...whole, ...short])];
}

it("every rule that reading, building and ignoring can report may be named in `lbctl-ignore` and `lint.severities`", () => {
  const known = knownRules(rules, []);
  expect(named("topology", "fleet", "lint").length).toBeGreaterThan(20);
  expect(named("topology", "fleet", "lint").filter((id) => !known.includes(id))).toEqual([]);
});

it("the rules of a target are known where the fleet has it", () => {
  expect(knownRules([], ["nginx"])).toEqual(expect.arrayContaining(["nginx/affinity.client_id", "nginx/check"]));
  expect(knownRules([], []).filter((id) => id.startsWith("nginx/"))).toEqual([]);
});
