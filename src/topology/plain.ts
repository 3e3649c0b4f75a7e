/** What an unquoted word may mean something by: digits and signs, `true`, `false`, `null`, `~`, `.inf`; all others are text. */
const MEANING = /^[-+.0-9tTfFnN~]/;

/** The core schema of YAML 1.2, section 10.3.2: what an unquoted word means. */
export function plainValue(text: string): string | number | boolean | null {
  if (text !== "" && !MEANING.test(text)) return text;
  if (text === "" || /^(?:null|Null|NULL|~)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?[0-9]+$/.test(text)) return Number(text);
  if (/^0o[0-7]+$/.test(text) || /^0x[0-9a-fA-F]+$/.test(text)) return Number(text);
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) return Number(text);
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return /^\.(?:nan|NaN|NAN)$/.test(text) ? Number.NaN : text;
}
