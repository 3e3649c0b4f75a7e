/** Bytes of MQTT 3.1.1 that a health check sends and expects; all multi-byte numbers are big-endian. */

/** CONNECT's fixed start: "MQTT", protocol level 4. */
const PROTOCOL = "00044d51545404";
const CLEAN_SESSION = 0x02;
const PASSWORD = 0x40;
const USER_NAME = 0x80;
/** Seconds; longer than any check, so that the broker never ends it first. */
const KEEP_ALIVE = "000a";
const NO_CLIENT_ID = "0000";

/** What a check sends, in order: bytes as hexadecimal digits, or a text as it is. */
export type Sent = { readonly hex: string } | { readonly text: string };

/** CONNECT with a clean session and no client identifier (MQTT 3.1.1, section 3.1). */
export function connect(username: string | null, password: string | null): Sent[] {
  const flags =
    CLEAN_SESSION | (username === null ? 0 : USER_NAME) | (username === null || password === null ? 0 : PASSWORD);
  const fields = username === null ? [] : password === null ? [username] : [username, password];
  const head = PROTOCOL + byte(flags) + KEEP_ALIVE + NO_CLIENT_ID;
  const length = head.length / 2 + fields.reduce((sum, field) => sum + 2 + Buffer.byteLength(field), 0);
  const sent: Sent[] = [];
  let hex = `10${remainingLength(length)}${head}`;
  for (const field of fields) {
    sent.push({ hex: hex + twoBytes(Buffer.byteLength(field)) }, { text: field });
    hex = "";
  }
  return hex === "" ? sent : [...sent, { hex }];
}

/** Section 3.2: a CONNACK without a kept session, then its return code. */
const CONNACK = "200200";

/** What CONNACK must look like: `binary` bytes, or a regular expression on hexadecimal digits for several codes. */
export const connack = (accept: readonly number[]): readonly [string, string] =>
  accept.length === 1
    ? ["binary", CONNACK + byte(accept[0]!)]
    : ["rbinary", `^${CONNACK}(${accept.map(byte).join("|")})`];

export const DISCONNECT = "e000";

const byte = (value: number): string => value.toString(16).padStart(2, "0");
const twoBytes = (value: number): string => value.toString(16).padStart(4, "0");

/** Section 2.2.3: seven bits a byte, the lowest first, the eighth says that more follow. */
function remainingLength(length: number): string {
  let hex = "";
  let rest = length;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    hex += byte(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return hex;
}
