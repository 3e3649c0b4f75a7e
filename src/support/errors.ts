/** The call or the file cannot be used: exit 2. One line and a help line; never a stack trace. */
export class CannotUse extends Error {
  readonly help: string | undefined;
  constructor(message: string, help?: string) {
    super(message);
    this.name = "CannotUse";
    this.help = help;
  }
}

/** A program that was needed is missing or failed: exit 3. */
export class ToolFailed extends Error {
  readonly help: string | undefined;
  constructor(message: string, help?: string) {
    super(message);
    this.name = "ToolFailed";
    this.help = help;
  }
}
