import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "../../../src/syntax/nginx/parse.js";
import { checked, rendered } from "./rendered.js";
import { NGINX } from "./running.js";

const folder = join(import.meta.dirname, "cases");
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.slice(0, -".yaml".length));

/** Versions above the installed one cannot be tried here. */
const TRIED = names.filter((name) => name !== "newest");

describe("a whole topology", () => {
  it.each(names)("%s becomes the file that was read line by line", async (name) => {
    const text = await rendered(readFileSync(join(folder, `${name}.yaml`), "utf8"));
    const expected = readFileSync(join(folder, `${name}.conf`), "utf8");
    if (text !== expected) writeFileSync(join(folder, `${name}.conf.actual`), text);
    expect(text).toBe(expected);
    expect(parse(text).problems).toEqual([]);
  });

  it.skipIf(!NGINX).each(TRIED)("%s is accepted by nginx -t without a word", async (name) => {
    const { result, findings, note } = await checked(readFileSync(join(folder, `${name}.yaml`), "utf8"));
    expect({ result, findings, note }).toEqual({ result: "ok", findings: [], note: null });
  });

  it("is the same bytes each time, and names topology and checksum first", async () => {
    const yaml = readFileSync(join(folder, "kitchen-sink.yaml"), "utf8");
    const text = await rendered(yaml);
    expect(await rendered(yaml)).toBe(text);
    expect(text).toMatch(/^# written by lbctl from topology\.yaml \(sha256 [0-9a-f]{16}\)\n# do not edit: /);
  });
});
