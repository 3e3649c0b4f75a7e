import { type Context, listOf, unknownName } from "./context.js";
import type { Server, Split } from "./fleet.js";
import { at, type Part, shown } from "./part.js";
import { expand } from "./servers.js";

type Group = Split["groups"][number];

/** Groups of servers of this pool; every server is in exactly one. */
export function splitOf(context: Context, part: Part, servers: readonly Server[]): Split | null {
  const said = part.part("split");
  if (!said) return null;
  const names = new Set(servers.map(({ name }) => name));
  const owners = new Map<string, Group>();
  const groups = said.parts("groups")!.map((group) => groupOf(context, group, names, owners));
  checkGroups(
    context,
    said,
    groups,
    [...names].filter((name) => !owners.has(name)),
  );
  const [, cookie] = (said.text("key") ?? "client_ip").split(":", 2);
  return {
    written: said.written,
    key: cookie === undefined ? { type: "client_ip" } : { type: "cookie", name: cookie },
    groups,
  };
}

function groupOf(context: Context, part: Part, names: ReadonlySet<string>, owners: Map<string, Group>): Group {
  const members = (part.parts("servers") ?? []).flatMap((member) =>
    expand(context, member, String(member.scalar)).map((name) => ({ name, member })),
  );
  const group = {
    written: part.written,
    name: part.text("name")!,
    weight: part.number("weight")!,
    servers: members.map(({ name }) => name),
  };
  for (const { name, member } of members) {
    const text = String(member.scalar) === name ? shown(member) : name;
    if (!names.has(name))
      unknownName(context, "servers", "server of this pool", { name, text, place: at(member) }, names);
    const owner = owners.get(name);
    if (owner)
      context.report.error(
        "duplicate-name",
        at(member),
        `the server ${text} is in the group ${shown(owner, "name")} already`,
        "every server is in one group",
      );
    owners.set(name, group);
  }
  return group;
}

function checkGroups({ report }: Context, said: Part, groups: readonly Group[], left: readonly string[]): void {
  const taken = new Map<string, Group>();
  for (const group of groups) {
    const first = taken.get(group.name);
    if (first)
      report.error(
        "duplicate-name",
        at(group, "name"),
        `a second group is called "${shown(group, "name")}"`,
        "give it another name",
        [{ message: "first used here", at: at(first, "name") }],
      );
    else taken.set(group.name, group);
  }
  if (left.length > 0)
    report.error(
      "wrong-value",
      at(said, "groups"),
      `${listOf(left)} ${left.length === 1 ? "is" : "are"} in no group: no client would get there`,
      "put every server of the pool in one group",
    );
}
