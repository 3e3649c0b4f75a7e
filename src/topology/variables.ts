import { Collected } from "../support/collected.js";
import { type Finding, finding } from "../support/finding.js";
import { headOf, type Node, type ScalarNode } from "../support/node.js";
import { shorten } from "../support/shorten.js";
import type { Source } from "../support/source.js";
import { didYouMean } from "../support/suggest.js";

/** Names that are looked for among the others when they are wrong; a text that is wrong more often is not misspelt. */
const GUESSES = 100;

/** A value of the environment that went into the tree. */
export interface Filled {
  readonly name: string;
  readonly value: string;
}

export interface FilledTree {
  readonly node: Node;
  readonly variables: readonly Filled[];
  /** The scalars that a variable is part of. */
  readonly from: ReadonlySet<Node>;
  /** Those of them that lack a value: a variable is not set, or is not written as one. */
  readonly unset: ReadonlySet<Node>;
  readonly findings: readonly Finding[];
}

const PLACE = /\$\$\{|\$\{([^}]*)\}?/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Fills `${VAR}` and `${VAR:-default}` into every value (never into keys); `$${` becomes a literal `${`. An unset variable
 * and a form that is none of these are findings. The tree is copied only where something changes.
 */
export function fillVariables(source: Source, root: Node, env: NodeJS.ProcessEnv): FilledTree {
  if (!source.text.includes("${"))
    return { node: root, variables: [], from: new Set(), unset: new Set(), findings: [] };
  const filling = new Filling(source, env);
  const node = filling.node(root);
  return {
    node,
    variables: [...filling.variables.values()],
    from: filling.from,
    unset: filling.unset,
    findings: filling.collected.findings,
  };
}

/** One walk over a tree; a value that aliases share is filled once. */
class Filling {
  readonly collected = new Collected();
  readonly variables = new Map<string, Filled>();
  readonly from = new Set<Node>();
  readonly unset = new Set<Node>();
  readonly #source: Source;
  readonly #env: NodeJS.ProcessEnv;
  readonly #done = new Map<Node, Node>();

  constructor(source: Source, env: NodeJS.ProcessEnv) {
    this.#source = source;
    this.#env = env;
  }

  node(node: Node): Node {
    const known = this.#done.get(node);
    if (known) return known;
    const made = node.kind === "scalar" ? this.#scalar(node) : this.#collection(node);
    this.#done.set(node, made);
    return made;
  }

  #collection(node: Exclude<Node, ScalarNode>): Node {
    if (node.kind === "sequence") {
      const items = node.items.map((item) => this.node(item));
      return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
    }
    const entries = [...node.entries].map(
      ([name, { key, value }]) => [name, { key, value: this.node(value) }] as const,
    );
    return entries.every(([name, { value }]) => value === node.entries.get(name)!.value)
      ? node
      : { ...node, entries: new Map(entries) };
  }

  #scalar(scalar: ScalarNode): ScalarNode {
    if (typeof scalar.value !== "string" || !scalar.value.includes("${")) return scalar;
    let isUnset = false;
    let isFilled = false;
    const value = scalar.value.replace(PLACE, (whole, form?: string) => {
      if (form === undefined) return "${";
      isFilled = true;
      const text = whole.endsWith("}") ? this.#valueOf(scalar, form) : this.#noVariable(scalar);
      isUnset ||= text === undefined;
      return text ?? "";
    });
    const made: ScalarNode = { ...scalar, value };
    if (isFilled) this.from.add(made);
    if (isUnset) this.unset.add(made);
    return made;
  }

  /** undefined: there is none, and a finding says so. */
  #valueOf(scalar: ScalarNode, form: string): string | undefined {
    const [, name, otherwise] = NAME.exec(form) ?? [];
    if (name === undefined) return this.#noVariable(scalar);
    const value = this.#env[name];
    if (value !== undefined && (value !== "" || otherwise === undefined)) {
      if (value !== "") this.variables.set(name, { name, value });
      return value;
    }
    if (otherwise === undefined) this.#notSet(scalar, name);
    return otherwise;
  }

  #notSet(scalar: ScalarNode, name: string): undefined {
    const others = Object.keys(this.#env).filter((key) => key.length > 2);
    const near = this.collected.count("schema/unset-variable") < GUESSES ? didYouMean(name, others) : undefined;
    this.#report(
      scalar,
      "unset-variable",
      `the variable ${shorten(name)} is not set`,
      near ?? `set it, or give it a default: \${${shorten(name)}:-...}`,
    );
  }

  #noVariable(scalar: ScalarNode): undefined {
    this.#report(
      scalar,
      "variable",
      "`${` begins a variable, and this is none",
      "write `${NAME}`, `${NAME:-default}`, or `$${` for a literal `${`",
    );
  }

  #report(scalar: ScalarNode, rule: string, message: string, help: string): void {
    const at = this.#source.place(headOf(scalar, this.#source));
    this.collected.add(finding({ rule: `schema/${rule}`, source: "schema", message, help, at }));
  }
}
