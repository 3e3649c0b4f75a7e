/** Things that are connected with each other, directly or through others. Union-find with halved paths: near constant time. */
export class Groups {
  readonly #leaders = new Map<string, string>();

  /** Connects two things; false where they already were. */
  join(one: string, other: string): boolean {
    const [a, b] = [this.#leaderOf(one), this.#leaderOf(other)];
    if (a === b) return false;
    this.#leaders.set(a, b);
    return true;
  }

  #leaderOf(thing: string): string {
    let here = thing;
    for (;;) {
      const next = this.#leaders.get(here);
      if (next === undefined) return here;
      const afterNext = this.#leaders.get(next);
      if (afterNext !== undefined) this.#leaders.set(here, afterNext);
      here = next;
    }
  }
}
