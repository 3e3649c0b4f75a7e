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

/** Every key of the language, part by part, as the schema describes it. */
function topologyPage() {
  const schema = JSON.parse(readFileSync(join(root, "schemas/topology.schema.json"), "utf8"));
  const parts = [
    ["The topology", schema],
    ...Object.entries(schema.$defs).map(([name, part]) => [titleOf(name), part]),
  ];
  return [
    "# The topology, key by key",
    "",
    "<!-- Generated from schemas/topology.schema.json by bin/dev/docs.mjs: do not edit. -->",
    "",
    "The same for an editor's completion: `lbctl schema > topology.schema.json`. Durations are `500ms`, `5s`, `1m`, `1h`, `1d`; sizes `16k`, `1m`.",
    "`${VAR}` and `${VAR:-default}` in a value are filled in from the environment.",
    ...parts.flatMap(([title, part]) => partSection(title, part, schema)),
    "",
  ].join("\n");
}

/** `brokerPool` is shown as `Broker pool`. */
const titleOf = (name) =>
  `${name[0].toUpperCase()}${name.slice(1)}`.replace(/[A-Z]/g, (letter, at) =>
    at ? ` ${letter.toLowerCase()}` : letter,
  );

/** The keys of a part that is a map, or of the form of it that is one. */
function partSection(title, part, schema) {
  const map = [part, ...(part.anyOf ?? [])].find(({ properties }) => properties !== undefined);
  if (map === undefined) return [];
  const rows = Object.entries(map.properties).map(([key, value]) => {
    const name = map.required?.includes(key) ? `\`${key}\` (required)` : `\`${key}\``;
    return `| ${[name, wordsOf(value, schema), shown(value.default), shown(value.examples?.[0])].map(cell).join(" | ")} |`;
  });
  return [
    "",
    `## ${title}`,
    "",
    ...(part.description ? [part.description, ""] : []),
    "| key | | default | example |",
    "|---|---|---|---|",
    ...rows,
  ];
}

/** What a key holds: its description, the values where these are few, the part where it is one. */
function wordsOf(value, { $defs }) {
  const name = value.$ref?.split("/").at(-1);
  const referred = $defs[name] ?? {};
  const values = value.enum ?? referred.enum;
  const words = [value.description ?? referred.description ?? ""];
  if (values !== undefined) words.push(`One of ${values.map((each) => `\`${each}\``).join(", ")}.`);
  if (referred.properties ?? referred.anyOf?.some(({ properties }) => properties))
    words.push(`See [${titleOf(name)}](#${titleOf(name).toLowerCase().replaceAll(" ", "-")}).`);
  return words.filter(Boolean).join(" ");
}

const shown = (value) => (value === undefined ? "" : `\`${yamlOf(value)}\``);
const cell = (text) => text.replaceAll("|", "\\|");

/** A value in the flow form of YAML, as a person would type it. */
function yamlOf(value) {
  if (Array.isArray(value)) return `[${value.map(yamlOf).join(", ")}]`;
  if (value !== null && typeof value === "object")
    return `{ ${Object.entries(value)
      .map(([key, each]) => `${key}: ${yamlOf(each)}`)
      .join(", ")} }`;
  return typeof value === "string" && /^[A-Za-z0-9/][^:#,[\]{}]*$/.test(value) && !/^[\d.]+$/.test(value)
    ? value
    : JSON.stringify(value);
}

const BALANCERS = ["nginx", "haproxy"];

/** What each balancer answers for each feature of the language. */
async function targetsPage() {
  const { FEATURES } = await load("src/targets/features.ts");
  const facts = await Promise.all(BALANCERS.map(async (name) => (await load(`src/targets/${name}/facts.ts`)).facts));
  const versions = facts.map(({ title, versions }) => `${title} ${Object.keys(versions).join(", ")}`);
  return [
    "# What nginx and HAProxy can express",
    "",
    "<!-- Generated from src/targets by bin/dev/docs.mjs: do not edit. -->",
    "",
    "What a target cannot express of a topology is a finding of `lbctl validate` at the key that asks for it; nothing is dropped in silence.",
    "*nearly*: something like it happens, and a finding says what. *from X*: only from this version on. *it depends*: the answer is another",
    "from place to place. `lbctl explain TARGET` has the words, those of mosquitto and Compose too, which leave balancing to these two.",
    "",
    `Measured on ${versions.join("; ")}.`,
    "",
    `| feature | ${facts.map(({ name }) => name).join(" | ")} |`,
    `|---|${facts.map(() => "---").join("|")}|`,
    ...FEATURES.map(
      (feature) => `| \`${feature}\` | ${facts.map(({ supports }) => answerOf(supports[feature])).join(" | ")} |`,
    ),
    "",
  ].join("\n");
}

const answerOf = (answer) =>
  typeof answer === "function" ? "it depends" : answer.is === "since" ? `from ${answer.version}` : answer.is;

const PAGES = { "docs/rules.md": rulesPage, "docs/targets.md": targetsPage, "docs/topology.md": topologyPage };

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
