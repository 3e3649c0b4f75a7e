// Proves that imports run downward only: `node bin/dev/layers.mjs [SRC]`. Type imports count as well.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** The folders of src/, lowest first. Neighbours of one line never import each other. */
const LAYERS = [
  ["support"],
  ["syntax"],
  ["topology"],
  ["fleet"],
  ["lint", "targets", "lift", "dataplane"],
  ["simulation"],
  ["serve", "clients"],
  ["runtime"],
  ["tasks"],
  ["index.ts"],
  ["report"],
  ["commands"],
];
/** Folders whose own folders never import each other. */
const APART = ["syntax", "targets", "lift"];

const src = resolve(process.argv[2] ?? join(import.meta.dirname, "../../src"));
const files = readdirSync(src, { recursive: true })
  .filter((file) => file.endsWith(".ts"))
  .sort();
const imports = new Map(files.map((file) => [file, importsOf(file)]));
const problems = [
  ...files.filter((file) => rankOf(file) < 0).map((file) => `${file} lies in no layer of bin/dev/layers.mjs`),
  ...[...imports].flatMap(([file, targets]) => targets.map((target) => forbidden(file, target)).filter(Boolean)),
  ...cycles(),
];
for (const problem of problems) console.error(`layers: ${problem}`);
if (problems.length > 0) process.exit(1);
console.log(`layers: ${files.length} files import downward only`);

/** Files of src that `file` imports, static, dynamic or for their types alone. */
function importsOf(file) {
  const text = readFileSync(join(src, file), "utf8");
  const found = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g);
  return [...found]
    .map(([, path]) => relative(src, resolve(src, dirname(file), path)).replace(/\.js$/, ".ts"))
    .filter((path) => path.endsWith(".ts"));
}

function forbidden(file, target) {
  if (target.startsWith("..")) return `${file} imports ${target}, which is outside of src`;
  const [from, to] = [file.split("/"), target.split("/")];
  if (rankOf(target) > rankOf(file)) return `${file} imports ${target}, which is higher`;
  if (rankOf(target) === rankOf(file) && from[0] !== to[0]) return `${file} imports ${target}, its neighbour`;
  const apart = APART.includes(from[0]) && from.length > 2 && to.length > 2 && from[1] !== to[1];
  return from[0] === to[0] && apart ? `${file} imports ${target}, its neighbour` : undefined;
}

function rankOf(file) {
  return LAYERS.findIndex((layer) => layer.includes(file.split("/")[0]));
}

/** Each cycle once, as `a -> b -> a`. Depth first, with the path walked so far. */
function cycles() {
  const done = new Set();
  const found = [];
  const walk = (file, path) => {
    const start = path.indexOf(file);
    if (start >= 0) found.push(`${[...path.slice(start), file].join(" -> ")} is a cycle`);
    if (start >= 0 || done.has(file)) return;
    for (const target of imports.get(file) ?? []) walk(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  return found;
}
