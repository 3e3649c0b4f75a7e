/** How a text may look: colours, and whether anything beyond ASCII can be shown. Colour only repeats what the words say. */
export interface Style {
  readonly paint: Paint;
  readonly marks: Marks;
}

type Colour = (text: string) => string;
export interface Paint {
  readonly error: Colour;
  readonly warning: Colour;
  readonly info: Colour;
  readonly ok: Colour;
  readonly strong: Colour;
  readonly dim: Colour;
}

export interface Marks {
  /** The corner above an excerpt. */
  readonly corner: string;
  /** Left of a line of an excerpt. */
  readonly bar: string;
  /** Where something was cut. */
  readonly cut: string;
  /** Between two statements of a line. */
  readonly dot: string;
}

const UNICODE: Marks = { corner: "┌─", bar: "│", cut: "…", dot: "·" };
const ASCII: Marks = { corner: "-->", bar: "|", cut: "...", dot: "-" };

const asItIs: Colour = (text) => text;
const COLOURLESS: Paint = {
  error: asItIs,
  warning: asItIs,
  info: asItIs,
  ok: asItIs,
  strong: asItIs,
  dim: asItIs,
};

/** What is piped or written to a file: Unicode where the reader can show it, never a colour. */
export const colourless = (plain: boolean): Style => ({ paint: COLOURLESS, marks: plain ? ASCII : UNICODE });

/** A terminal's style. The colours' library is loaded only here. */
export async function coloured(plain: boolean): Promise<Style> {
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level: 1 }); // the sixteen colours that every terminal has
  const paint = {
    error: chalk.red.bold,
    warning: chalk.yellow.bold,
    info: chalk.cyan.bold,
    ok: chalk.green,
    strong: chalk.bold,
    dim: chalk.dim,
  };
  return { paint, marks: plain ? ASCII : UNICODE };
}
