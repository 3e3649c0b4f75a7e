import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { driftJson, manifestJson, validationJson } from "../../src/report/json.js";
import { compareRendering, render, writeRendering } from "../../src/tasks/render.js";
import { validate } from "../../src/tasks/validate.js";

const ROOT = join(import.meta.dirname, "../..");
const EXAMPLE = join(ROOT, "examples/routemq/topology.yaml");
const OPTIONS = { checkers: "never", env: {}, targets: null, version: "0.1.0" } as const;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "lbctl-json-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What the schema called `name` objects to in `text`; an empty list where it fits. */
function problems(name: string, text: string): unknown {
  const schema = JSON.parse(readFileSync(join(ROOT, `schemas/${name}.schema.json`), "utf8"));
  const check = new Ajv2020({ allErrors: true }).compile(schema);
  return check(JSON.parse(text)) ? [] : check.errors;
}

async function treeOf(file: string) {
  const { tree } = await render(file, OPTIONS);
  if (tree === null) throw new Error(`${file} is refused`);
  return tree;
}

it("validate's result fits its schema, with findings of every source", async () => {
  const file = join(dir, "bad.yaml");
  writeFileSync(
    file,
    "version: 1\nname: x\nhealt: {}\nbrokers:\n  mqtt: { keepalive: 50s, timeouts: { idle: 3s }, listeners: { mqtt: 1883 }, servers: [a, b] }\n",
  );
  const validation = await validate([file, EXAMPLE], { ...OPTIONS, checkers: "auto" });
  expect(new Set(validation.findings.map(({ source }) => source))).toEqual(new Set(["schema", "lint", "audit"]));
  expect(problems("validate", validationJson(validation))).toEqual([]);
});

it("a manifest fits its schema", async () => {
  const written = writeRendering(await treeOf(EXAMPLE), join(dir, "build"), false);
  expect(problems("manifest", manifestJson(written.manifest))).toEqual([]);
  expect(problems("manifest", readFileSync(join(dir, "build/manifest.json"), "utf8"))).toEqual([]);
});

it("the result of render --check fits its schema, for every reason there is", async () => {
  const out = join(dir, "drift");
  const tree = await treeOf(EXAMPLE);
  writeRendering(tree, out, false);
  expect(problems("render-check", driftJson(compareRendering(tree, out)))).toEqual([]);
  writeFileSync(join(out, "nginx/nginx.conf"), "# by hand\n");
  rmSync(join(out, "haproxy/haproxy.cfg"));
  const compose = tree.files.filter(({ path }) => path.startsWith("compose/"));
  const mosquitto = tree.files.find(({ path }) => path.startsWith("mosquitto/"))!;
  const files = [
    ...tree.files.filter((file) => !compose.includes(file) && file !== mosquitto),
    { ...mosquitto, text: `${mosquitto.text}\n`, unfilled: `${mosquitto.text}\n` },
  ];
  const drifted = compareRendering({ ...tree, files }, out);
  expect(new Set(drifted.drifts.map(({ reason }) => reason))).toEqual(
    new Set(["edited", "extra", "missing", "outdated"]),
  );
  expect(problems("render-check", driftJson(drifted))).toEqual([]);
});

it("a result that lacks a key does not fit", () => {
  expect(problems("render-check", '{ "version": 1, "differs": [{ "path": "a", "reason": "edited" }] }')).not.toEqual(
    [],
  );
});
