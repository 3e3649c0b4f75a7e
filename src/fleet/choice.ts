import type { Context } from "./context.js";
import type { Affinity, AffinityKey, Algorithm, Balance, HashKey, PoolKind, RateKey, Retries } from "./fleet.js";
import { at, type Part } from "./part.js";

const OTHER_NAMES: Readonly<Record<string, Algorithm>> = {
  weighted_round_robin: "round_robin",
  weighted: "round_robin",
};
const algorithmOf = (name: string): Algorithm => OTHER_NAMES[name] ?? (name as Algorithm);

/** How a server is chosen: `part`'s own words, else `defaults`', else the kind's usual one. */
export function balanceOf(context: Context, part: Part, kind: PoolKind): Balance {
  const owner = part.has("balance") ? part : context.defaults?.has("balance") ? context.defaults : undefined;
  if (!owner) {
    const usual = kind === "brokers" || kind === "databases" ? "least_connections" : "round_robin";
    return { written: part.written, algorithm: usual, key: null, fallback: null };
  }
  const said = owner.part("balance")!;
  const algorithm = algorithmOf(said.isMap ? said.text("algorithm")! : String(said.scalar));
  const keyText = said.text("key");
  if (keyText !== undefined && algorithm !== "consistent_hash")
    context.report.error(
      "unfit-key",
      at(said, "key"),
      `${algorithm} hashes no key`,
      "`key` belongs to consistent_hash",
    );
  const key = algorithm === "consistent_hash" ? keyOf(keyText ?? "client_ip") : null;
  if (key) checkKey(context, said, "key", key.type, kind);
  const fallback = said.text("fallback");
  return { written: said.written, algorithm, key, fallback: fallback === undefined ? null : algorithmOf(fallback) };
}

const keyOf = (text: string): HashKey => {
  const [type, name] = text.split(":", 2) as [string, string | undefined];
  return name === undefined ? { type: type as "client_ip" } : { type: type as "header", name };
};

export const rateKeyOf = (text: string | undefined): RateKey => {
  const [type, name] = (text ?? "client_ip").split(":", 2) as [string, string | undefined];
  return name === undefined ? { type: type as "client_ip" } : { type: "header", name };
};

/** What a client is known by, or null for none. */
export function affinityOf(context: Context, part: Part, kind: PoolKind, idLength: number): Affinity | null {
  const said = part.part("affinity");
  if (!said || said.scalar === "none") return null;
  const ways = ["by", "cookie", "header"].filter((key) => said.has(key));
  if (said.isMap && ways.length !== 1) {
    context.report.error(
      "wrong-value",
      at(said),
      ways.length === 0
        ? "the affinity does not say by what"
        : `the affinity says ${ways.map((way) => `\`${way}\``).join(" and ")}`,
      "write one of `by`, `cookie` and `header`",
    );
    return null;
  }
  const by = affinityKeyOf(said.has("by") ? said.part("by")! : said);
  if (!by) return null;
  checkKey(context, said, said.has("by") ? "by" : "", by.type, kind);
  const fallbackPart = said.part("fallback");
  const fallback = fallbackPart ? affinityKeyOf(fallbackPart) : null;
  if (fallback) checkKey(context, said, "fallback", fallback.type, kind);
  return {
    written: said.written,
    by,
    fallback,
    expire: said.duration("expire") ?? null,
    size: said.number("size") ?? null,
    length: said.number("length") ?? idLength,
  };
}

function affinityKeyOf(part: Part): AffinityKey | null {
  if (part.scalar === "ip" || part.scalar === "client_id") return { type: part.scalar };
  for (const type of ["cookie", "header"] as const) {
    const name = part.text(type);
    if (name !== undefined) return { type, name };
  }
  return null;
}

/** Which pools know what: HTTP has headers, cookies and URIs, MQTT has client identifiers. */
function checkKey({ report }: Context, part: Part, key: string, type: string, kind: PoolKind): void {
  if (type === "client_id" && kind !== "brokers")
    report.error(
      "unfit-key",
      at(part, key),
      "only MQTT clients have a client identifier",
      "use it in a pool under `brokers`",
    );
  if (["uri", "header", "cookie"].includes(type) && kind !== "apis")
    report.error(
      "unfit-key",
      at(part, key),
      `only HTTP requests have a ${type === "uri" ? "URI" : type}`,
      "use it in a pool under `apis`",
    );
}

/** When a request is tried again: route, pool, `defaults`, the table; replaced whole. */
export function retriesOf(owners: readonly (Part | undefined)[], written: Part): Retries {
  const owner = owners.find((part) => part?.has("retries"))?.part("retries");
  return {
    written: (owner ?? written).written,
    attempts: owner?.number("attempts") ?? 2,
    when: (owner?.parts("when")?.map(({ scalar }) => scalar) as Retries["when"] | undefined) ?? ["connect"],
    methods: (owner?.text("methods") as Retries["methods"] | undefined) ?? "idempotent",
  };
}
