/**
 * Names of sections: unique, and made of what HAProxy takes in a name. A pool's own name comes first; what belongs to it
 * has a `.` behind (`mqtt.websocket`), what several pools share an `_` (`https_443`): neither occurs in a pool's name.
 */
export class Names {
  readonly #taken = new Set<string>();

  /** `wanted`, or with a number behind where it is taken. */
  take(wanted: string): string {
    const clean = wanted.replace(/[^A-Za-z0-9_.:-]+/g, "-") || "-";
    let name = clean;
    for (let number = 2; this.#taken.has(name); number += 1) name = `${clean}-${number}`;
    this.#taken.add(name);
    return name;
  }
}
