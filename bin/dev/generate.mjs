// Writes what is compiled ahead of time (`*.generated.ts`, never committed): templates, the schema's validator, the index of rules.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import Ajv from "ajv/dist/2020.js";
import standaloneCode from "ajv/dist/standalone/index.js";
import Handlebars from "handlebars";

const root = join(import.meta.dirname, "../..");
const header = (by) => `// Generated from ${by} by bin/dev/generate.mjs: do not edit.\n// @ts-nocheck\n`;

function write(path, text) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Names that a template calls with a value: helpers, looked up without asking whether the view has such a key. */
const helpersOf = (text) =>
  Object.fromEntries([...text.matchAll(/\{\{([a-z]+) [^{}]/gi)].map(([, name]) => [name, true]));

/** Each template twice: as it is rendered, and with `{{from part}}` left in, for the origins of lines. */
function templates() {
  const folder = join(root, "templates");
  const files = readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith(".hbs"))
    .sort();
  const specs = files.map((file) => {
    const name = file.slice(0, -".hbs".length);
    const text = readFileSync(join(folder, file), "utf8");
    const options = { noEscape: true, strict: true, preventIndent: true, knownHelpers: helpersOf(text) };
    const plain = Handlebars.precompile(text.replace(/\{\{from [^{}]*\}\}/g, ""), options);
    return `${JSON.stringify(name)}: { plain: ${plain}, marked: ${Handlebars.precompile(text, options)} }`;
  });
  write(
    "src/targets/templates.generated.ts",
    `${header("templates/")}export default {\n${specs.join(",\n")}\n} as Record<string, any>;\n`,
  );
}

/** Without what only people and editors read: the validator is half as long, and starts sooner. */
function forMachines(schema) {
  const text = JSON.stringify(schema, (key, value) =>
    ["description", "examples", "default", "x-expected", "x-name", "x-unknown"].includes(key) &&
    typeof value !== "object"
      ? undefined
      : value,
  );
  return JSON.parse(text, function (key, value) {
    return key === "examples" &&
      Array.isArray(value) &&
      ("type" in this || "$ref" in this || "anyOf" in this || "enum" in this || "const" in this)
      ? undefined
      : value;
  });
}

function validators() {
  const folder = join(root, "schemas");
  for (const file of readdirSync(folder).filter((name) => name === "topology.schema.json")) {
    const schema = forMachines(JSON.parse(readFileSync(join(folder, file), "utf8")));
    const ajv = new Ajv({
      allErrors: true,
      inlineRefs: false,
      code: { source: true, esm: true, lines: true },
      unicodeRegExp: true,
      strict: true,
      strictTypes: false,
      strictRequired: false,
    });
    ajv.addVocabulary(["x-expected", "x-name", "x-unknown"]);
    const code = standaloneCode(ajv, ajv.compile(schema)).replaceAll(
      'require("ajv/dist/runtime/ucs2length").default',
      "((text) => { let count = 0; for (const _ of text) count += 1; return count; })",
    );
    // Errors joined by copying are quadratic in their number, and a hostile text of 1 MB has a million: beyond some
    // thousands the validator throws what it has.
    const joined = code.replace(
      /vErrors = vErrors === null \? (\w+)\.errors : vErrors\.concat\(\1\.errors\);/g,
      "vErrors = joined(vErrors, $1.errors);",
    );
    if (joined.includes(".concat(")) throw new Error(`the validator of ${file} still copies its errors`);
    const joining = `const MOST = 30000;
function joined(all, more) {
  if (all === null) return more;
  for (const error of more) all.push(error);
  if (all.length > MOST) throw Object.assign(new Error("too many errors"), { errors: all });
  return all;
}
`;
    if (/require\(/.test(code))
      throw new Error(`the validator of ${file} needs ajv at run time: ${/require\([^)]*\)/.exec(code)[0]}`);
    write(
      `src/topology/${file.replace(".schema.json", "Schema")}.generated.ts`,
      header(`schemas/${file}`) + joining + joined,
    );
  }
}

function rules() {
  const folder = join(root, "src/lint/rules");
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".ts"))
        .map((file) => file.slice(0, -3))
        .sort()
    : [];
  const camel = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  const imports = names.map((name) => `import ${camel(name)} from "./rules/${name}.js";`);
  write(
    "src/lint/rules.generated.ts",
    `${header(relative(root, folder))}import type { Rule } from "./rule.js";\n${imports.join("\n")}\n\nexport const rules: readonly Rule[] = [${names.map(camel).join(", ")}];\n`,
  );
}

templates();
validators();
rules();
