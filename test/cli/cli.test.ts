import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { play } from "./scenario.js";

const FOLDER = import.meta.dirname;

describe("the program says what its scenarios say", () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".txt"))) {
    it(file.replace(".txt", "").replaceAll("-", " "), () => {
      const expected = readFileSync(join(FOLDER, file), "utf8");
      const actual = play(expected);
      const left = join(FOLDER, file.replace(".txt", ".actual"));
      if (actual === expected) rmSync(left, { force: true });
      else writeFileSync(left, actual);
      expect(actual).toBe(expected);
    });
  }
});
