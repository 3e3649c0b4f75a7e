import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillsIn, unfill } from "../../src/support/unfill.js";

const one = (value: string) => [{ name: "SECRET", value }];

describe("unfill replaces a variable's value", () => {
  it.each([
    ["as it is", "user admin:hunter2;", "hunter2", "user admin:${SECRET};"],
    ["not inside a longer word", "hunter22 xhunter2 _hunter2", "hunter2", "hunter22 xhunter2 _hunter2"],
    ["not inside a longer word of letters with accents", "éclair", "clair", "éclair"],
    ["where its ends are no letters", "a#p#b", "#p#", "a${SECRET}b"],
    ["backslash-escaped", String.raw`password a\ b\#c\"d`, 'a b#c"d', "password ${SECRET}"],
    ["a backslash of its own, escaped", String.raw`p a\\b`, "a\\b", "p ${SECRET}"],
    ["JSON-escaped", String.raw`"x\ty"`, "x\ty", '"${SECRET}"'],
    ["with doubled dollars", "POSTGRES_PASSWORD: a$$b", "a$b", "POSTGRES_PASSWORD: ${SECRET}"],
    ["with doubled per cents", "log-format a%%b", "a%b", "log-format ${SECRET}"],
    ["in a shell's single quotes", `'it'"'"'s'`, "it's", "'${SECRET}'"],
    ["in YAML's single quotes", "'it''s'", "it's", "'${SECRET}'"],
    [
      "as a whole hexadecimal word, its length included",
      "send-binary 100c68756e7465723200",
      "hunter2",
      "send-binary ${SECRET}",
    ],
    ["as upper-case hexadecimal", "00 68756E74657232 00", "hunter2", "00 ${SECRET} 00"],
    ["but three bytes not as hexadecimal", "616263", "abc", "616263"],
    ["an empty one never", "a b", "", "a b"],
    ["characters that mean something in a pattern", "x .*[a] y", ".*[a]", "x ${SECRET} y"],
  ])("%s", (_, text, value, expected) => {
    expect(unfill(text, one(value))).toBe(expected);
  });

  it("takes the longest first and does not look at what it has put in", () => {
    const variables = [
      { name: "A", value: "B" },
      { name: "B", value: "key-B" },
    ];
    expect(unfill("x key-B B", variables)).toBe("x ${B} ${A}");
  });

  it("leaves no trace of a value of eight letters or digits or more, wherever it stands as a word", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{8,20}$/), fc.constantFrom(" ", ":", '"', "\n"), (value, edge) => {
        expect(unfill(`a${edge}${value}${edge}b`, one(value))).toBe(`a${edge}\${SECRET}${edge}b`);
      }),
    );
  });
});

describe("fillsIn compares all but the values", () => {
  it.each([
    ["other value", "p old;\nx", "p ${A};\nx", true],
    ["two values on a line", "u=a p=b;", "u=${A} p=${B};", true],
    ["an edit beside the value", "p old; # mine\nx", "p ${A};\nx", false],
    ["an edit on another line", "p old;\ny", "p ${A};\nx", false],
    ["a line more", "p old;\nx\n", "p ${A};\nx", false],
    ["a value cannot spread over lines", "p o\nld;", "p ${A};", false],
    ["pieces must not share characters", "aba", "ab${A}ba", false],
    ["an unknown name is text", "p old", "p ${C}", false],
  ])("%s", (_, filled, unfilled, expected) => {
    expect(fillsIn(filled, unfilled, ["A", "B"])).toBe(expected);
  });
});
