import { type Finding, finding } from "../support/finding.js";
import type { Node, ScalarNode } from "../support/node.js";
import type { Source } from "../support/source.js";
import { didYouMean } from "../support/suggest.js";

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
  readonly findings: readonly Finding[];
}

const PLACE = /\$\$\{|\$\{([^}]*)\}?/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Fills `${VAR}` and `${VAR:-default}` into every value (never into keys); `$${` becomes a literal `${`. An unset variable
 * and a form that is none of these are findings. The tree is copied only where something changes.
 */
export function fillVariables(source: Source, root: Node, env: NodeJS.ProcessEnv): FilledTree {
  const findings: Finding[] = [];
  const variables = new Map<string, Filled>();
  const from = new Set<Node>();
  const done = new Map<Node, Node>();

  const textFor = (scalar: ScalarNode, form: string): string => {
    const parts = NAME.exec(form);
    const report = (rule: string, message: string, help: string): void => {
      findings.push(finding({ rule, source: "schema", message, help, at: source.place(scalar) }));
    };
    if (!parts) {
      report(
        "schema/variable",
        "`${` begins a variable, and this is none",
        "write `${NAME}`, `${NAME:-default}`, or `$${` for a literal `${`",
      );
      return "";
    }
    const [, name, otherwise] = parts;
    const value = env[name!];
    if (value === undefined || (value === "" && otherwise !== undefined)) {
      if (otherwise === undefined) {
        const near = didYouMean(
          name!,
          Object.keys(env).filter((key) => key.length > 2),
        );
        report(
          "schema/unset-variable",
          `the variable ${name} is not set`,
          near ?? `set it, or give it a default: \${${name}:-...}`,
        );
      }
      return otherwise ?? "";
    }
    if (value !== "") variables.set(name!, { name: name!, value });
    from.add(scalar);
    return value;
  };

  const scalarOf = (scalar: ScalarNode): ScalarNode => {
    if (typeof scalar.value !== "string" || !scalar.value.includes("${")) return scalar;
    const filled = scalar.value.replace(PLACE, (all, form?: string) =>
      form === undefined ? "${" : all.endsWith("}") ? textFor(scalar, form) : textFor(scalar, " "),
    );
    const made: ScalarNode = { ...scalar, value: filled };
    from.add(made);
    return made;
  };

  const visit = (node: Node): Node => {
    const known = done.get(node);
    if (known) return known;
    const made = copied(node);
    done.set(node, made);
    return made;
  };
  const copied = (node: Node): Node => {
    if (node.kind === "scalar") return scalarOf(node);
    if (node.kind === "sequence") {
      const items = node.items.map(visit);
      return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
    }
    let changed = false;
    const entries = new Map<string, { key: { start: number; end: number }; value: Node }>();
    for (const [name, entry] of node.entries) {
      const value = visit(entry.value);
      if (value !== entry.value) changed = true;
      entries.set(name, value === entry.value ? entry : { key: entry.key, value });
    }
    return changed ? { ...node, entries } : node;
  };
  return source.text.includes("${")
    ? { node: visit(root), variables: [...variables.values()], from, findings }
    : { node: root, variables: [], from, findings };
}
