// Writes the pages of docs/ that come from the code; with --check it writes nothing and exits 1 where one is stale.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "../..");

// The sources import each other by the names they have after compilation.
registerHooks({
  resolve: (name, context, next) => {
    const isSource = name.startsWith(".") && name.endsWith(".js") && context.parentURL?.includes("/src/");
    return next(isSource ? `${name.slice(0, -".js".length)}.ts` : name, context);
  },
});

const load = (path) => import(pathToFileURL(join(root, path)).href);

async function rulesPage() {
  const { explainRule } = await load("src/lint/explain.ts");
  const files = readdirSync(join(root, "src/lint/rules")).filter((file) => file.endsWith(".ts"));
  const rules = await Promise.all(files.sort().map(async (file) => (await load(`src/lint/rules/${file}`)).default));
  const explained = rules.map(explainRule);
  return [
    "# Lint rules",
    "",
    "<!-- Generated from src/lint/rules by bin/dev/docs.mjs: do not edit. -->",
    "",
    "What `lbctl validate` looks for beyond the schema, and what `lbctl explain RULE` prints. Each rule was seen to happen on the",
    "program it names. A rule's severity is its usual one: some conditions are less grave, and are reported as such.",
    "",
    "Weigh them with `lint: { severities: { RULE: off } }` (or `info`, `warning`, `error`; a RULE may end in `*`), or silence one place with",
    "`# lbctl-ignore RULE: why` at the end of its line, or on the line before.",
    "",
    "| rule | severity | what it finds |",
    "|---|---|---|",
    ...explained.map(({ id, severity, title }) => `| [${id}](#${id}) | ${severity} | ${title} |`),
    ...explained.flatMap(section),
    "",
  ].join("\n");
}

const section = ({ id, severity, title, why, bad, good }) => [
  "",
  `## ${id}`,
  "",
  `${severity}: ${title}`,
  ...why.flatMap((paragraph) => ["", paragraph]),
  "",
  "```yaml",
  bad,
  "```",
  "",
  "Better:",
  "",
  "```yaml",
  good,
  "```",
];

const PAGES = { "docs/rules.md": rulesPage };

const check = process.argv.includes("--check");
for (const [path, page] of Object.entries(PAGES)) {
  const file = join(root, path);
  const text = await page();
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  if (check) {
    console.error(`${path} is stale: node bin/dev/docs.mjs`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    console.log(`${path} written`);
  }
}
