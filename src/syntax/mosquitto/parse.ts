/** A line that says something: a key, and the rest of the line without the blanks around it. */
export interface Directive {
  /** From 1. */
  readonly line: number;
  readonly key: string;
  readonly value: string;
  /** The value's words, as mosquitto takes them where it takes several: blanks part them, tabs do not. */
  readonly words: readonly string[];
}

/**
 * The directives of a configuration, in order. A `#` is a comment only as the first character of a line (2.0.11: behind
 * blanks it is an unknown variable); there are no quotes, escapes or continued lines.
 */
export function parse(text: string): Directive[] {
  return text.split("\n").flatMap((raw, index) => {
    const line = raw.replace(/[\r\n]+$/, "");
    if (raw.startsWith("#") || line.replaceAll(" ", "") === "") return [];
    const [, key = "", value = ""] = /^ *([^ ]+)(?: (.*))?$/s.exec(line) ?? [];
    const trimmed = value.replace(/^[ \t\v\f\r]+|[ \t\v\f\r]+$/g, "");
    return [{ line: index + 1, key, value: trimmed, words: value.split(" ").filter((each) => each !== "") }];
  });
}

/** One line for a directive. */
export const print = ({ key, value }: Pick<Directive, "key" | "value">): string => `${key} ${value}`;
