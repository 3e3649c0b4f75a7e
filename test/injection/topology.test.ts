import fc from "fast-check";
import { expect, test } from "vitest";
import { isWide } from "./accepts.js";
import { type Base, baseAt, type Field } from "./bases.js";
import { harmlessFor } from "./harmless.js";
import { hostileLike } from "./hostile.js";
import { differences } from "./judge.js";
import { outcomeOf } from "./outcome.js";
import { textPlaces } from "./schema.js";
import { drawn, shown, told } from "./seed.js";
import { type Form, FORMS, spliced } from "./splice.js";

const BASES = [baseAt("..", "everything.yaml"), baseAt("more.yaml"), baseAt("nginx.yaml")];
const PLACES = BASES.flatMap((base) => base.fields.map((field) => ({ base, field })));

test("the two topologies are rendered, and have every place for a text", async () => {
  for (const base of BASES) {
    const outcome = await outcomeOf(base.text);
    const errors = outcome.is === "refused" ? outcome.errors : [];
    expect(errors.map(({ at, message }) => `${base.name}:${at.line} ${message}`)).toEqual([]);
  }
  const known = new Set(PLACES.flatMap(({ field }) => field.places));
  expect([...textPlaces()].filter((place) => !known.has(place))).toEqual([]);
});

interface Case {
  readonly base: Base;
  readonly field: Field;
  readonly text: string;
  readonly form: Form;
}

const caseOf = ({ base, field }: (typeof PLACES)[number]): fc.Arbitrary<Case> =>
  fc.record({ base: fc.constant(base), field: fc.constant(field), text: hostileLike(field.valid), form: fc.constantFrom(...FORMS) });

const counts = { refused: 0, rendered: 0, forms: new Map<string, number>() };

/** Said where two places must fit each other: a key that is not the certificate's with `.key`, a name that a group has. */
const BESIDE = new Set(["haproxy/tls.certificate", "schema/unknown-name"]);

/** What is wrong with how lbctl takes a case: null where nothing is. */
async function problemOf({ base, field, text, form }: Case): Promise<string | null> {
  const { lines, ...topology } = spliced(base, field, text, form);
  const outcome = await outcomeOf(topology.text, topology.env);
  if (outcome.is === "refused") {
    counts.refused += 1;
    const there = outcome.errors.some(({ at, rule }) => lines.has(at.line) || lines.has(at.endLine) || BESIDE.has(rule));
    return there ? null : `refused elsewhere: ${outcome.errors.map(({ at, rule, message }) => `${at.line} ${rule} ${message}`).join("; ")} instead of ${[...lines]}`;
  }
  counts.rendered += 1;
  const harmless = harmlessFor(field, text);
  const beside = spliced(base, field, harmless, "double");
  const plain = await outcomeOf(beside.text);
  if (plain.is === "refused") return `the harmless ${shown(harmless)} is refused: ${plain.errors[0]!.message}`;
  return differences(outcome.artifacts, plain.artifacts, text, harmless)[0] ?? null;
}

async function problemsOf(cases: readonly Case[]): Promise<string[]> {
  const problems: string[] = [];
  for (const each of cases) {
    const problem = await problemOf(each).catch((error: Error) => `thrown: ${error.stack?.slice(0, 300)}`);
    if (problem !== null) problems.push(`${each.base.name} ${each.field.path} = ${shown(each.text)} (${each.form}): ${problem}`);
  }
  return problems;
}

test("a text in any place is refused where it stands, or written as that text", async () => {
  const texts = PLACES.filter(({ field }) => field.isText && !field.refs.includes("fixed"));
  const s = performance.now();
  const problems = await problemsOf(texts.flatMap((place, index) => drawn(caseOf(place), isWide(place.field) ? 20 : 6, index)));
  console.log(counts, texts.length, performance.now() - s);
  expect(told(problems)).toBe("");
}, 120_000);

test("no text can stand for a number, a truth value, or a key of the language", async () => {
  const others = PLACES.filter(({ field }) => !field.isText || field.refs.includes("fixed"));
  const problems = await problemsOf(others.flatMap((place, index) => drawn(caseOf(place), 1, index)));
  console.log(counts, others.length);
  expect(told(problems)).toBe("");
}, 120_000);
