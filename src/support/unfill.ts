/** Values that came from outside, each with the name that stands for it (`${NAME}`). */
export type Variables = readonly { readonly name: string; readonly value: string }[];

/** Shorter values are not looked for as hexadecimal: four digits occur everywhere by chance. */
const SHORTEST_HEX_BYTES = 4;

/**
 * `text` with every variable's value replaced by `${NAME}`: as it is, backslash-escaped, JSON-escaped, quoted for a
 * shell, with `$` or `%` doubled, or within a hexadecimal word, which is then replaced whole (a length or a neighbour
 * may be written in it). Where a value starts or ends with a letter or digit, it must not go on there. Longest first; what was put
 * in is not looked at again. O(text x variables).
 */
export function unfill(text: string, variables: Variables): string {
  const wanted = variables
    .filter(({ value }) => value !== "")
    .toSorted((a, b) => b.value.length - a.value.length || (a.name < b.name ? -1 : 1));
  if (wanted.length === 0) return text;
  const pattern = new RegExp(wanted.map(({ value }) => `(${formsOf(value)})`).join("|"), "gu");
  return text.replace(pattern, (_whole, ...groups: unknown[]) => {
    const hit = groups.findIndex((group, at) => at < wanted.length && group !== undefined);
    return placeOf(wanted[hit]!.name);
  });
}

/** What stands for a variable in a text. */
const placeOf = (name: string): string => `\${${name}}`;

/**
 * Whether `filled` is `unfilled` with anything, on the same line, where `${NAME}` of one of `names` stands: the same
 * text with other values. O(text).
 */
export function fillsIn(filled: string, unfilled: string, names: readonly string[]): boolean {
  const texts = filled.split("\n");
  const lines = unfilled.split("\n");
  return texts.length === lines.length && lines.every((line, at) => lineFillsIn(texts[at]!, line, names));
}

/** The same for one line: its fixed pieces occur in order, the first at the start and the last at the end. */
export function lineFillsIn(filled: string, unfilled: string, names: readonly string[]): boolean {
  const [first, ...rest] = fixedPieces(unfilled, names);
  const last = rest.pop();
  if (last === undefined) return filled === first;
  if (!filled.startsWith(first!)) return false;
  let from = first!.length;
  for (const piece of rest) {
    const found = filled.indexOf(piece, from);
    if (found < 0) return false;
    from = found + piece.length;
  }
  return filled.length - last.length >= from && filled.endsWith(last);
}

/** What stands before, between and after the places of `names` in a line; one piece: there is no place. */
export function fixedPieces(line: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [line];
  return line.split(new RegExp(names.map((name) => escapeRegExp(placeOf(name))).join("|")));
}

function formsOf(value: string): string {
  const json = JSON.stringify(value).slice(1, -1);
  const plain = [...value].map(formsOfCharacter).join("");
  const forms = [plain, ...(json === value ? [] : [escapeRegExp(json)])].map((form) => bounded(form, value));
  const bytes = Buffer.from(value, "utf8");
  if (bytes.length >= SHORTEST_HEX_BYTES) forms.push(hexWord(bytes.toString("hex")));
  return forms.join("|");
}

/** A character as it is, or as the syntaxes that lbctl writes escape it. */
function formsOfCharacter(character: string): string {
  const escaped = escapeRegExp(character);
  if (/[\p{L}\p{N}_]/u.test(character)) return escaped;
  if (character === "'") return `(?:'"'"'|'\\\\''|''|\\\\?')`;
  if (character === "$" || character === "%") return `(?:\\\\?${escaped}|${escaped}{2})`;
  return `\\\\?${escaped}`;
}

const WORD = "[\\p{L}\\p{N}_]";

const bounded = (form: string, value: string): string => {
  const before = /^[\p{L}\p{N}_]/u.test(value) ? `(?<!${WORD})` : "";
  const after = /[\p{L}\p{N}_]$/u.test(value) ? `(?!${WORD})` : "";
  return `${before}(?:${form})${after}`;
};

/** A whole word of hexadecimal digits that holds `hex`, in either case. */
function hexWord(hex: string): string {
  const digits = [...hex].map((digit) => (/[a-f]/.test(digit) ? `[${digit}${digit.toUpperCase()}]` : digit)).join("");
  return `(?<![0-9A-Za-z])[0-9A-Fa-f]*?${digits}[0-9A-Fa-f]*(?![0-9A-Za-z])`;
}

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
