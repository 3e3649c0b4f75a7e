/** The name of an encoding of two or four bytes a character: by its byte-order mark, else by the zeros of its first two characters. */
export function wideEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? "UTF-32" : "UTF-16";
  if (a === 0xfe && b === 0xff) return "UTF-16";
  if (bytes.length < 4) return undefined;
  if (a === 0 && b !== 0 && c === 0 && d !== 0) return "UTF-16BE";
  return a !== 0 && b === 0 && c !== 0 && d === 0 ? "UTF-16LE" : undefined;
}

/** The first byte that is no UTF-8 text, and the offset of the character that stands for it in the decoded text. O(bytes). */
export function firstNoUtf8(bytes: Uint8Array): { byte: number; offset: number } | undefined {
  for (let at = 0; at < bytes.length; ) {
    const length = lengthAt(bytes, at);
    if (length === 0)
      return { byte: bytes[at]!, offset: new TextDecoder("utf-8").decode(bytes.subarray(0, at)).length };
    at += length;
  }
  return undefined;
}

/** How many bytes the character at `at` has, 0 where there is none (Unicode 15, table 3-7). */
function lengthAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  for (let next = at + 1; next < at + length; next += 1) if ((bytes[next] ?? 0) >> 6 !== 2) return 0;
  const second = bytes[at + 1] ?? 0;
  const isTooLong = (lead === 0xe0 && second < 0xa0) || (lead === 0xf0 && second < 0x90);
  const isBeyond = (lead === 0xed && second > 0x9f) || (lead === 0xf4 && second > 0x8f);
  return isTooLong || isBeyond ? 0 : length;
}
