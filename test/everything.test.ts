import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findingsOf } from "./fleet.js";

test("the topology that uses every key is without an error", async () => {
  const text = readFileSync(join(import.meta.dirname, "everything.yaml"), "utf8");
  const errors = (await findingsOf(text)).filter(({ severity }) => severity === "error");
  expect(errors.map(({ at, message }) => `${at.line}:${at.column} ${message}`)).toEqual([]);
});
