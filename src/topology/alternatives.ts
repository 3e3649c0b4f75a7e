import { type Node, nodeOf, pathOf } from "./pointers.js";
import type { SchemaError } from "./schema.js";

/**
 * Of a value that may have several forms, keeps the complaints of the form that was meant: the one of its own type. Where
 * no form has that type, one complaint about the choice remains. The validator reports a choice right behind what is
 * wrong with its forms, inner choices before outer ones. O(errors).
 */
export function withoutAlternatives(errors: Iterable<SchemaError>, root: Node): SchemaError[] {
  const kept: SchemaError[] = [];
  for (const error of errors) {
    if (error.keyword !== "anyOf") kept.push(error);
    else for (const meant of chosen(takenFrom(kept, error), error, root)) kept.push(meant);
  }
  return kept;
}

/** Removes from the end of `kept` what is about the value of `choice`, or below it. */
function takenFrom(kept: SchemaError[], { instancePath }: SchemaError): SchemaError[] {
  let from = kept.length;
  while (from > 0 && isAtOrBelow(kept[from - 1]!.instancePath, instancePath)) from -= 1;
  return kept.splice(from);
}

const isAtOrBelow = (path: string, above: string): boolean =>
  path.startsWith(above) && (path.length === above.length || path[above.length] === "/");

function chosen(inside: readonly SchemaError[], choice: SchemaError, root: Node): readonly SchemaError[] {
  const node = nodeOf(root, pathOf(choice.instancePath));
  const meant = inside.filter((error) => error.instancePath !== choice.instancePath || !isOtherForm(error, node));
  return meant.length > 0 ? meant : [choice];
}

/** Whether the complaint is of a form for values of another type. */
function isOtherForm({ keyword, params }: SchemaError, node: Node): boolean {
  if (keyword === "type" || keyword === "const") return true;
  if (keyword !== "enum") return false;
  const [first] = params.allowedValues as readonly unknown[];
  return node.kind !== "scalar" || typeof node.value !== typeof first;
}
