import { CannotUse } from "../../support/errors.js";

/** A text that mosquitto's configuration cannot hold: it has neither quotes nor escapes. */
export class Refusal extends CannotUse {
  readonly text: string;
  constructor(text: string, why: string) {
    super(`mosquitto's configuration cannot hold ${JSON.stringify(text)}: ${why}`);
    this.name = "Refusal";
    this.text = text;
  }
}

/** What mosquitto's UTF-8 check refuses: control characters, surrogates, and what Unicode calls no character. */
const REFUSED = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;

/**
 * Why `text` cannot stand where mosquitto reads the rest of the line (paths, identifiers), or null where it can. Blanks
 * within are kept, quotes and `#` mean nothing; blanks at the ends would be cut off.
 */
export function whyNotRest(text: string): string | null {
  if (text === "") return "it is empty";
  if (text !== text.replace(/^ +| +$/g, "")) return "a blank at its start or end would be cut off";
  return REFUSED.test(text) ? "it has a character that mosquitto refuses" : null;
}

/** Why `text` cannot stand where mosquitto reads one of several words (topics, names), or null where it can. */
function whyNotWord(text: string): string | null {
  if (text.includes(" ")) return "a blank would end it";
  if (text.includes('"')) return "a quotation mark stands for nothing there";
  return whyNotRest(text);
}

/** Why `text` is no topic filter (MQTT 3.1.1 and 5, section 4.7.1) that a bridge can carry, or null where it is one. */
export function whyNotTopic(text: string): string | null {
  const levels = text.split("/");
  if (levels.some((level) => level.length > 1 && /[#+]/.test(level))) return "a wildcard takes a whole level";
  if (levels.slice(0, -1).includes("#")) return "# can only be the last level";
  return whyNotWord(text);
}

const held = (whyNot: (text: string) => string | null) => (text: string) => {
  const why = whyNot(text);
  if (why !== null) throw new Refusal(text, why);
  return text;
};

/** A text as the rest of a line. Throws Refusal. */
export const rest = held(whyNotRest);
/** A text as one of several words. Throws Refusal. */
export const word = held(whyNotWord);
/** A topic filter as one of several words. Throws Refusal. */
export const topic = held(whyNotTopic);
/** A comment's text: always one line, whatever stands in it. */
export const comment = (text: string): string => text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, " ");
