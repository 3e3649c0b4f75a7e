import fc from "fast-check";
import { expect, test } from "vitest";
import type { Place } from "../../src/support/source.js";
import { isWide } from "./accepts.js";
import { type Base, baseAt, type Field } from "./bases.js";
import { harmlessFor } from "./harmless.js";
import { hostileLike } from "./hostile.js";
import { differences } from "./judge.js";
import { outcomeOf } from "./outcome.js";
import { textPlaces } from "./schema.js";
import { drawn, shown, told } from "./seed.js";
import { FORMS, type Form, spliced } from "./splice.js";

const BASES = [baseAt("..", "everything.yaml"), baseAt("more.yaml"), baseAt("nginx.yaml")];
const PLACES = BASES.flatMap((base) => base.fields.map((field) => ({ base, field })));
const isFree = ({ field }: (typeof PLACES)[number]): boolean => field.isText && !field.refs.includes("fixed");

/** Cases for a place where nearly every text may stand, and for one of few letters and signs. */
const WIDE_CASES = 25;
const NARROW_CASES = 6;

/** A text in the place of another, and how it is written in YAML. */
interface Case {
  readonly base: Base;
  readonly field: Field;
  readonly text: string;
  readonly form: Form;
}

const caseOf = ({ base, field }: (typeof PLACES)[number]): fc.Arbitrary<Case> =>
  fc.record({
    base: fc.constant(base),
    field: fc.constant(field),
    text: hostileLike(field.valid),
    form: fc.constantFrom(...FORMS),
  });

/** Said where two places must fit each other: a key that is not the certificate's with `.key`, a name that a group has. */
const BESIDE = new Set(["haproxy/tls.certificate", "schema/unknown-name"]);

interface Verdict {
  readonly is: "refused" | "rendered";
  /** null: as it should be. */
  readonly problem: string | null;
}

/** What lbctl does with a case, beside what it does with a harmless text in the same place. */
async function verdictOn({ base, field, text, form }: Case): Promise<Verdict> {
  const { lines, ...topology } = spliced(base, field, text, form);
  const outcome = await outcomeOf(topology.text, topology.env);
  if (outcome.is === "refused") {
    const isThere = ({ at }: { readonly at: Place }): boolean => lines.has(at.line) || lines.has(at.endLine);
    const found = outcome.errors.find((each) => isThere(each) || each.related.some(isThere) || BESIDE.has(each.rule));
    const others = outcome.errors.map(({ at, message }) => `${at.line} ${message}`).join("; ");
    return { is: "refused", problem: found ? null : `refused, but not at ${[...lines]}: ${others}` };
  }
  const harmless = harmlessFor(field, text);
  const beside = spliced(base, field, harmless, form === "variable" ? form : "double");
  const plain = await outcomeOf(beside.text, beside.env);
  if (plain.is === "refused") return { is: "rendered", problem: `${shown(harmless)} is refused there` };
  return { is: "rendered", problem: differences(outcome.artifacts, plain.artifacts, text, harmless)[0] ?? null };
}

/** All problems, and how many cases were written into files. */
async function judged(cases: readonly Case[]): Promise<{ problems: string[]; rendered: number }> {
  const problems: string[] = [];
  let rendered = 0;
  for (const each of cases) {
    const thrown = (error: Error): Verdict => ({ is: "refused", problem: `thrown: ${error.stack?.slice(0, 400)}` });
    const { is, problem } = await verdictOn(each).catch(thrown);
    if (is === "rendered") rendered += 1;
    if (problem !== null)
      problems.push(`${each.base.name} ${each.field.path} = ${shown(each.text)} (${each.form}): ${problem}`);
  }
  return { problems, rendered };
}

test("the topologies are rendered, and have every place for a text that the language has", async () => {
  for (const base of BASES) {
    const outcome = await outcomeOf(base.text);
    const errors = outcome.is === "refused" ? outcome.errors : [];
    expect(errors.map(({ at, message }) => `${base.name}:${at.line} ${message}`)).toEqual([]);
  }
  const known = new Set(PLACES.flatMap(({ field }) => field.places));
  expect([...textPlaces()].filter((place) => !known.has(place))).toEqual([]);
});

test("a text in any place is refused where it stands, or written as that very text", async () => {
  const cases = PLACES.filter(isFree).flatMap((place, turn) =>
    drawn(caseOf(place), isWide(place.field) ? WIDE_CASES : NARROW_CASES, turn),
  );
  const { problems, rendered } = await judged(cases);
  expect(told(problems)).toBe("");
  expect(cases.length).toBeGreaterThan(3000);
  expect(rendered).toBeGreaterThan(700);
}, 120_000);

test("no text stands for a number, a truth value, or a key of the language", async () => {
  const others = PLACES.filter((place) => !isFree(place));
  const { problems } = await judged(others.flatMap((place, turn) => drawn(caseOf(place), 1, turn)));
  expect(told(problems)).toBe("");
});
