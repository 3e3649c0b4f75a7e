/** `11 525`: thousands in groups. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, " ");

/** `1 error`, `2 errors`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** `312 B`, `4.1 kB`, `1.2 MB`: powers of 1000, one decimal. */
export function bytesOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [divisor, unit] = bytes < 999_950 ? [1e3, "kB"] : [1e6, "MB"];
  return `${(bytes / Number(divisor)).toFixed(1)} ${unit}`;
}
