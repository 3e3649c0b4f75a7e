import { type LexProblem, lex, type Token } from "./lex.js";

/** One directive: `listen 80 ssl;`, or with its block. The first word is its name. */
export interface Directive {
  readonly words: readonly Token[];
  /** null: it ends in `;`. */
  readonly block: readonly Directive[] | null;
  /** The line of its name, from 1. */
  readonly line: number;
}

export interface Parsed {
  readonly directives: readonly Directive[];
  readonly comments: readonly Token[];
  /** In file order; where the text stops making sense, reading stops. */
  readonly problems: readonly LexProblem[];
}

/** An nginx configuration as a tree of directives; comments are kept aside. Knows no directive by name. */
export function parse(text: string): Parsed {
  const { tokens, problem } = lex(text);
  const comments: Token[] = [];
  const root: Directive[] = [];
  const open: { readonly directives: Directive[]; readonly brace: Token }[] = [];
  const problems: LexProblem[] = [];
  let directives = root;
  let words: Token[] = [];
  for (const token of tokens) {
    if (token.kind === "comment") comments.push(token);
    else if (token.kind === "word") words.push(token);
    else if (token.kind === "}") {
      if (words.length > 0) problems.push(complain('";" is missing before "}"', token));
      const block = open.pop();
      if (!block) problems.push(complain('unexpected "}"', token));
      if (problems.length > 0) break;
      directives = open.at(-1)?.directives ?? root;
    } else {
      if (words.length === 0) {
        problems.push(complain(`unexpected "${token.text}"`, token));
        break;
      }
      const block: Directive[] | null = token.kind === "{" ? [] : null;
      directives.push({ words, block, line: words[0]!.line });
      words = [];
      if (!block) continue;
      open.push({ directives: block, brace: token });
      directives = block;
    }
  }
  if (problem) problems.push(problem);
  if (problems.length === 0) {
    const last = words.at(-1);
    if (last) problems.push(complain('the file ends without ";" or "{"', last));
    else for (const { brace } of open) problems.push(complain('"{" is never closed', brace));
  }
  return { directives: root, comments, problems };
}

const complain = (message: string, { start, end, line }: Token): LexProblem => ({ message, start, end, line });

/** The name of a directive. */
export const nameOf = (directive: Directive): string => directive.words[0]!.text;

/** What follows the name. */
export const argumentsOf = (directive: Directive): string[] => directive.words.slice(1).map((word) => word.text);
