import fc from "fast-check";
import type { Base, Field } from "./bases.js";
import { DICTIONARY, hostileLike } from "./hostile.js";

/** Kinds of text in which nearly every character may stand; the others are letters, digits and a few signs. */
const WIDE = ["file", "absoluteFile", "text", "urlPath", "requestTarget", "headerValue", "topic"];

export const isWide = ({ refs }: Field): boolean => refs.some((ref) => WIDE.includes(ref));

/** Whether the schema takes a text where a field stands. */
export function accepts({ rules }: Field, text: string): boolean {
  const length = [...text].length;
  return rules.every((choice) =>
    choice.some(
      ({ pattern, minLength, maxLength }) => length >= minLength && length <= maxLength && pattern.test(text),
    ),
  );
}

/** Hostile texts that the schema takes at a field: those that go all the way. */
const acceptedAt = (field: Field): fc.Arbitrary<string> =>
  hostileLike(field.valid).filter((text) => accepts(field, text));

type Texts = ReadonlyMap<Field, string>;

const textsFor = (fields: readonly Field[]): fc.Arbitrary<Texts> =>
  fc.tuple(...fields.map(acceptedAt)).map((texts) => new Map(fields.map((field, index) => [field, texts[index]!])));

/** A certificate and its key must fit each other, unless nginx alone reads them. */
const isPaired = ({ path }: Field): boolean => /^tls\..*\.(?:certificate|key)$/.test(path);

/** One text for each wide field of a base. */
export const wideTexts = ({ name, fields }: Base): fc.Arbitrary<Texts> =>
  textsFor(fields.filter((field) => isWide(field) && (name === "nginx.yaml" || !isPaired(field))));

/** The dictionary, alone and beside what belongs there, as far as the schema takes it. */
function entriesAt(field: Field): string[] {
  const [, prefix = ""] = /^((?:header|cookie):)/.exec(field.valid) ?? [];
  const texts = DICTIONARY.flatMap((entry) => [prefix + entry, field.valid + entry, entry + field.valid]);
  return texts.filter((text) => accepts(field, text));
}

/** Some names, hosts and keys of a base: few, since one that fits no other is refused and takes all with it. */
export function narrowTexts({ fields }: Base): fc.Arbitrary<Texts> {
  const known = fields.filter((field) => !isWide(field) && field.isText && !field.refs.includes("fixed"));
  const narrow = known.map((field) => [field, entriesAt(field)] as const).filter(([, entries]) => entries.length > 0);
  const chosen = fc.subarray(narrow, { minLength: 1, maxLength: 5 });
  return chosen.chain((some) =>
    fc
      .tuple(...some.map(([, entries]) => fc.constantFrom(...entries)))
      .map((texts) => new Map(some.map(([field], index) => [field, texts[index]!]))),
  );
}
