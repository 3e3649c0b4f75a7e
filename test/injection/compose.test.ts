import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FAILSAFE_SCHEMA, load } from "js-yaml";
import { afterEach, beforeAll, expect, test } from "vitest";
import { findProgram, runProgram } from "../../src/support/program.js";
import { suite } from "../real/harness/programs.js";
import { accepts } from "./accepts.js";
import { baseAt } from "./bases.js";
import { hostileText } from "./hostile.js";
import { outcomeOf } from "./outcome.js";
import { drawn, shown, told } from "./seed.js";

/** What `include` may hold; an absolute path is mounted too. */
const field = baseAt("more.yaml").fields.find(({ path }) => path === "targets.haproxy.include.0")!;
const texts = drawn(hostileText, 2400);
const files = [...new Set(texts.flatMap((text) => [text, `/srv/${text}`]))].filter((text) => accepts(field, text));

/** The file for a topology that names all of them: each is an argument of a command, and perhaps a mount. */
async function composeFile(): Promise<string> {
  const outcome = await outcomeOf(`
version: 1
name: readback
apis: { web: { listeners: { http: 80 }, servers: [web-1] } }
targets: { haproxy: { include: ${JSON.stringify(files)} }, compose: {} }
`);
  if (outcome.is === "refused") throw new Error(outcome.errors.map(({ message }) => message).join("; "));
  return outcome.artifacts.find(({ path }) => path.startsWith("compose/"))!.text;
}

/** Compose writes `/a/../b//c/` as the `/b/c` that it is. */
const isRoundabout = (file: string): boolean => /\/(?:\.{0,2}\/|\.{0,2}$)/.test(file);

interface Reading {
  readonly services: { readonly haproxy: Service };
}

interface Service {
  readonly command: readonly string[];
  readonly volumes: readonly (string | { readonly source: string; readonly target: string })[];
}

/** What a reading lacks of the files, as arguments and mounts in their order. */
function lost({ services }: Reading): string {
  const { command, volumes } = services.haproxy;
  const given = command.filter((_, index) => command[index - 1] === "-f").slice(1);
  const mounted = volumes.flatMap((mount) => (typeof mount === "string" ? [] : [mount]));
  const absolute = files.filter((file) => file.startsWith("/"));
  const wrong = [
    ...files.filter((file, index) => given[index] !== file),
    ...absolute.filter((file, index) => mounted[index]?.target !== file),
    ...absolute.filter((file, index) => !isRoundabout(file) && mounted[index]?.source !== file),
  ];
  return told(wrong.map(shown));
}

let yaml = "";
beforeAll(async () => {
  yaml = await composeFile();
});

test("a YAML reader of another author reads the very texts that were written", () => {
  expect(files.length).toBeGreaterThan(1500);
  expect(lost(load(yaml) as Reading)).toBe("");
});

suite("Compose", ["docker-compose"], () => {
  const folder = mkdtempSync(join(tmpdir(), "lbctl-injection-"));
  afterEach(() => rmSync(folder, { recursive: true }));

  test("Compose itself reads the very texts that were written", async () => {
    const file = join(folder, "docker-compose.yaml");
    writeFileSync(file, yaml.replace(/^name: readback$/m, "")); // Compose 1 does not know the key
    const { stdout, stderr } = await runProgram(findProgram("docker-compose")!, ["-f", file, "config"]);
    expect(stderr).toBe("");
    const texts = load(stdout, { schema: FAILSAFE_SCHEMA }) as Reading; // it writes 1.1, where `1e3` is a text without quotes
    expect(lost(texts)).toBe("");
  });
});
