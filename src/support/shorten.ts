const LONGEST = 60;

/** A text as a message shows it: not more than its first 60 characters. */
export const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
