import fc from "fast-check";

/** Texts that mean something to a reader of one of the outputs, or to one of lbctl's own steps. */
export const DICTIONARY = [
  // signs of nginx, HAProxy, mosquitto, YAML, shells
  ...[";", "{", "}", "{}", "};", '"', "'", '""', "''", "`", "\\", "\\\\", '\\"', "\\'", "a\\", "#", " #", "# x", "%", "%%"],
  ...["$", "$$", "$host", "${host}", "$${", "${", "}${", "${X}", "${X:-y}", "$dollar", "${dollar}", "$1", "$(id)", "`id`"],
  ...["%[src]", "%[env(HOME)]", "%ci", "%{+Q}o", "%%[src]", "%[", "]%", "%0a", "%00", "%2e%2e", "%25", "%zz", "%c3%28"],
  ...["\\n", "\\t", "\\x41", "\\x00", "\\u0041", "\\#", "\\ ", "\\$"],
  // blanks and what ends lines
  ...[" ", "  ", " a", "a ", " a ", "\t", "a\tb", "\n", "a\nb", "\r", "a\rb", "\r\n", "\n\n", "\v", "\f", "\b", "\x1b[31m"],
  ...["\0", "a\0b", "\x7f", "\x80", "\x85", "\xa0", "\xad", "\u2028", "\u2029", "\u200b", "\u3000", "\ufeff", "\ufeffa", "\ufffd"],
  ...["\u202e", "\u200f", "\u2066", "\ud800", "\udc00", "a\ud83d", "\ude00a", "\udc00\ud800", "\u{1f600}", "\u{10ffff}", "\uffff", "\ufdd0"],
  ...["e\u0301", "\u0130", "\u1e9e", "\uff1b", "\u037e", "\uff02"],
  // marks that lbctl puts between lines to know where they came from
  ...["\ue000" + "0" + "\ue001", "\ue0000\ue001;", "\ue000", "\ue001", "\ue00099999999\ue001", "{{from this}}", "{{x}}", "{{{x}}}", "{{/each}}"],
  // attempts to leave the place
  ...['"; } events {}', '"; daemon on; "', "' ; daemon", "; include /etc/passwd;", "} http {", "*/", "/*", "//", "<!--", "-->"],
  ...["x\n    server evil 127.0.0.1:1", 'x"\n    stats enable', "x if TRUE", "if", "unless", "{ src 0.0.0.0/0 }", "|| TRUE", "!x"],
  ...["x\nlistener 1", "x\nallow_anonymous true", "# both 0", "a/#/b", "a#", "+a", "a+b", "#", "+", "$SYS/#", "both", "out 0 a/ b/"],
  ...["~^.*$", "~", "~*", "=", "^~", "@named", "!", "*", "?", "[a]", "(a)", "(?<x>a)", ".*", "^", "|", "&", "&&", ",", ":", "::", "<", ">"],
  // YAML
  ...["<<:", "<<", "- a", "-", "--", "---", "...", ": ", "a: b", "a:", ":a", "&a", "*a", "!!js", "!!js/function 'x'", "!a", "|", ">", "|-"],
  ...["? a", "[a", "{a: b}", "@a", "%YAML 1.1", "null", "~", "true", "yes", "no", "on", "off", "y", "N", "0", "-1", "1e3", "0x1f", "0o7", "012"],
  ...[".inf", ".nan", "1_000", "12:30:45", "2001-01-01", "=", "key:\n  - x", "x\n\n  services:"],
  // words that programs or languages keep for themselves
  ...["default", "hostnames", "include", "volatile", "ranges", "delete", "unix", "unix:/tmp/x", "unix@/tmp/x", "abns@x", "fd@0", "ipv4@x"],
  ...["stdout", "stderr", "stdin", "syslog:server=127.0.0.1", "memory:1m", "auto", "none", "any", "all", "global", "defaults", "backend", "listen"],
  ...["server", "static", "backup", "down", "localhost", "0.0.0.0", "::", "255.255.255.255", "1.2.3", "0x7f.1", "127.1", "1", "00"],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "length", "this", "undefined", "NaN", "@root", "../x"],
  ...["/", "//", "/../", "/./", "/a//b", "/%2f", "/a%20b", "/a%00b", "/a%0ab", "/a?b", "/a#b", "/a b", "/$host", "/a$", "/{a}", "/%5c", "/(", "/é", "/\u2028"],
  ...["-f", "-i", "-m", "--", "-x", "x-", "a".repeat(64), "a".repeat(300), "é".repeat(600), '"'.repeat(1024), "\\".repeat(1023), "$".repeat(500)],
] as const;

const CONTROLS = Array.from({ length: 33 }, (_, code) => String.fromCharCode(code === 32 ? 127 : code));
const SIGNS = [..."\"'\\;{}$%#[]()<>|&!?*+=~^,:./@-_ ", "\t", "\n", "${", "%[", "\\\\", '"', "a", "é", "\u{1f600}"];

const unit = (texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const entry = unit(DICTIONARY);

/** Any text: of every kind that a reader of text may stumble over. Never empty. */
export const hostileText: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 6, arbitrary: entry },
    { weight: 3, arbitrary: fc.tuple(entry, entry).map(([a, b]) => a + b) },
    { weight: 4, arbitrary: fc.string({ unit: unit(SIGNS), minLength: 1, maxLength: 12 }) },
    { weight: 2, arbitrary: fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 30 }) },
    { weight: 2, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 10 }) },
    { weight: 2, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 10 }) },
    { weight: 1, arbitrary: fc.string({ unit: unit(CONTROLS), minLength: 1, maxLength: 6 }) },
    { weight: 1, arbitrary: fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), minLength: 1, maxLength: 8 }) },
  )
  .filter((text) => text !== "");

/** A hostile text alone, or before, behind, or in the middle of one that belongs there. */
export const hostileLike = (valid: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: hostileText },
    { weight: 2, arbitrary: hostileText.map((text) => valid + text) },
    { weight: 1, arbitrary: hostileText.map((text) => text + valid) },
    { weight: 2, arbitrary: fc.tuple(hostileText, fc.nat(valid.length)).map(([text, at]) => valid.slice(0, at) + text + valid.slice(at)) },
    { weight: 1, arbitrary: fc.tuple(unit(SIGNS), fc.nat(valid.length)).map(([text, at]) => valid.slice(0, at) + text + valid.slice(at)) },
  );

/** Texts without what no configuration of lines can hold: for places that take every other text. */
export const oneLine: fc.Arbitrary<string> = fc
  .oneof({ weight: 9, arbitrary: hostileText }, { weight: 1, arbitrary: fc.string({ unit: unit(SIGNS), minLength: 200, maxLength: 900 }) })
  .map((text) => text.toWellFormed().replace(/[\0-\x08\x0a-\x1f\x7f]/g, "\u2400"));
