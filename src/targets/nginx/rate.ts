import type { Duration } from "../../support/duration.js";

/** A rate as nginx takes it: whole numbers a second or a minute. */
export interface Rate {
  readonly text: string;
  /** Whether it had to be rounded down. */
  readonly rounded: boolean;
}

/** `requests` in `per`, rounded down to what nginx can say; null where that is less than one a minute. */
export function rate(requests: number, per: Duration): Rate | null {
  if (per <= 0) return null;
  const perSecond = (requests * 1000) / per;
  if (Number.isInteger(perSecond)) return { text: `${perSecond}r/s`, rounded: false };
  const perMinute = (requests * 60_000) / per;
  const whole = Math.floor(perMinute);
  return whole < 1 ? null : { text: `${whole}r/m`, rounded: whole !== perMinute };
}
