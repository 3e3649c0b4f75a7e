import fc from "fast-check";
import { expect, test } from "vitest";
import { Source } from "../../src/support/source.js";
import { lexLine } from "../../src/syntax/haproxy/lex.js";
import { parse as parseHaproxy } from "../../src/syntax/haproxy/parse.js";
import * as haproxy from "../../src/syntax/haproxy/quote.js";
import { parse as parseMosquitto } from "../../src/syntax/mosquitto/parse.js";
import * as mosquitto from "../../src/syntax/mosquitto/quote.js";
import { parse as parseNginx } from "../../src/syntax/nginx/parse.js";
import * as nginx from "../../src/syntax/nginx/quote.js";
import { hostileText } from "./hostile.js";
import { SEED } from "./seed.js";

const RUNS = { numRuns: 2000, seed: SEED };

/** What a quoting function gives, or null where it refuses. Nothing else may be thrown. */
function orRefused(quote: (text: string) => string, text: string): string | null {
  try {
    return quote(text);
  } catch (error) {
    if (error instanceof nginx.Refusal || error instanceof haproxy.Refusal || error instanceof mosquitto.Refusal)
      return null;
    throw error;
  }
}

test("any text is one nginx word that reads back as itself, or is refused", () => {
  fc.assert(
    fc.property(hostileText, hostileText, (text, comment) => {
      const word = orRefused(nginx.word, text);
      if (word === null) return;
      const { directives, problems } = parseNginx(`# ${nginx.comment(comment)}\na ${word};\nb { c ${word} d; }\n`);
      expect(problems).toEqual([]);
      expect(directives.map(({ words }) => words.map((each) => each.text))).toEqual([["a", text], ["b"]]);
      expect(directives[1]!.block!.map(({ words }) => words.map((each) => each.text))).toEqual([["c", text, "d"]]);
    }),
    RUNS,
  );
});

test("any text is one HAProxy word that reads back as itself, or is refused", () => {
  fc.assert(
    fc.property(hostileText, hostileText, (text, comment) => {
      const word = orRefused(haproxy.word, text);
      if (word === null) return;
      const config = parseHaproxy(new Source("x.cfg", `# ${haproxy.comment(comment)}\nglobal\n  a ${word} b\n`));
      expect(config.problems).toEqual([]);
      expect(config.sections.map(({ lines }) => lines.map(({ words }) => words.map((each) => each.text)))).toEqual([
        [["a", text, "b"]],
      ]);
      expect(lexLine(word).words.every(({ variable }) => !variable)).toBe(true);
    }),
    RUNS,
  );
});

test("any text is one mosquitto value that reads back as itself, or is refused", () => {
  fc.assert(
    fc.property(hostileText, hostileText, (text, comment) => {
      const rest = orRefused(mosquitto.rest, text);
      const word = orRefused(mosquitto.word, text);
      const lines = [`# ${mosquitto.comment(comment)}`];
      if (rest !== null) lines.push(`password_file ${rest}`);
      if (word !== null) lines.push(`topic ${word} both 0`);
      const read = parseMosquitto(`${lines.join("\n")}\n`);
      expect(read.length).toBe(lines.length - 1);
      for (const { key, value, words } of read)
        expect(key === "topic" ? words : [value]).toEqual(key === "topic" ? [text, "both", "0"] : [text]);
    }),
    RUNS,
  );
});
