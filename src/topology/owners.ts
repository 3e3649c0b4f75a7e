import { shorten } from "../support/shorten.js";

const OWNERS: Readonly<Record<string, string>> = {
  health: "health policy",
  tls: "certificate",
  brokers: "broker pool",
  apis: "API pool",
  databases: "database pool",
  services: "service",
  regions: "region",
  geo: "geo name",
  targets: "target",
};

/** Sections whose entries are parts of their own: what is wrong with one leaves the others whole. */
export const SECTIONS: ReadonlySet<string> = new Set([...Object.keys(OWNERS), "defaults"]);

/** Whose value a path is: `health policy "api"`, `"timeouts" of API pool "web"`, `server 2 of API pool "web"`. */
export function ownerOf(path: readonly string[]): string {
  const [section, name, ...rest] = path;
  if (section === undefined) return "the topology";
  const kind = OWNERS[section];
  if (!kind || name === undefined) return innerOf(path).join(" of ");
  return [...innerOf(rest), `${kind} "${shorten(name)}"`].join(" of ");
}

/** Keys in quotes, items of lists by their number from 1; the innermost first. */
const innerOf = (path: readonly string[]): string[] =>
  path
    .flatMap((part, index) => {
      if (isIndex(part)) return [`${singular(path[index - 1] ?? "entry")} ${Number(part) + 1}`];
      return isIndex(path[index + 1]) ? [] : [`"${shorten(part)}"`];
    })
    .reverse();

const isIndex = (part: string | undefined): boolean => part !== undefined && /^\d+$/.test(part);

const SINGULAR: Readonly<Record<string, string>> = {
  addresses: "address",
  proxies: "proxy",
  when: "condition",
  allow: "allowed network",
  accept: "accepted code",
  status: "status",
  include: "included file",
  ns: "name server",
};
const singular = (list: string): string => SINGULAR[list] ?? list.replace(/s$/, "");
