import { isAddress } from "./addresses.js";
import { type Context, unknownName } from "./context.js";
import type { GeoName, Region } from "./fleet.js";
import { buildPolicy } from "./health.js";
import { at, type Part, shown } from "./part.js";

const TTL = 60_000;

export function buildRegion(context: Context, name: string, part: Part): Region {
  const addresses = part.texts("addresses") ?? [];
  for (const [index, item] of (part.parts("addresses") ?? []).entries()) {
    if (!isAddress(addresses[index]!))
      context.report.error(
        "wrong-value",
        at(item),
        `"${shown(item)}" is no address`,
        "an IPv4 address has four numbers from 0 to 255",
      );
  }
  const policyName = part.text("health");
  const policy = policyName === undefined ? undefined : context.policies.get(policyName);
  if (policyName !== undefined && !policy)
    unknownName(context, "health", "health policy", part, "health", policyName, context.policies.keys());
  const location = part.part("location");
  return {
    written: part.written,
    name,
    addresses,
    endpoints: Object.fromEntries(
      (part.part("endpoints")?.entries() ?? []).map(([geo]) => [geo, part.part("endpoints")!.texts(geo) ?? []]),
    ),
    location: location ? { latitude: location.number("latitude")!, longitude: location.number("longitude")! } : null,
    health: policy ? buildPolicy(context, policy, policyName!, "tcp") : null,
  };
}

export function buildGeo(context: Context, name: string, part: Part): GeoName {
  const region = (owner: Part, key: string, value: string): string => {
    if (!context.regions.has(value)) unknownName(context, "regions", "region", owner, key, value, context.regions);
    return value;
  };
  const rules = (part.parts("rules") ?? []).map((rule) => ({
    written: rule.written,
    continent: rule.text("continent") ?? null,
    country: rule.text("country") ?? null,
    subdivisions: rule.texts("subdivisions") ?? [],
    region: region(rule, "region", rule.text("region")!),
  }));
  const failover = Object.fromEntries(
    (part.part("failover")?.entries() ?? []).map(([from, list]) => {
      region(part.part("failover")!, from, from);
      const { node, source } = list.written;
      const items = node.kind === "sequence" ? node.items : [];
      return [
        from,
        items.map((item) =>
          region({ written: { source, node: item } } as Part, "", String(item.kind === "scalar" ? item.value : "")),
        ),
      ];
    }),
  );
  checkRules(context, rules, part.text("default")!);
  return {
    written: part.written,
    name,
    hostname: part.text("hostname")!,
    answer: (part.text("answer") as GeoName["answer"] | undefined) ?? "addresses",
    ttl: part.duration("ttl") ?? TTL,
    default: region(part, "default", part.text("default")!),
    rules,
    failover,
    failoverWithin: part.duration("failoverWithin") ?? null,
  };
}

type GeoRule = GeoName["rules"][number];

/** Rules have no order: the most specific wins. Two for one place are an error; one that a wider one says already is an info. */
function checkRules({ report }: Context, rules: readonly GeoRule[], fallback: string): void {
  const taken = new Map<string, GeoRule>();
  for (const rule of rules) {
    if (rule.subdivisions.length > 0 && rule.country === null)
      report.error(
        "missing-key",
        at(rule, "subdivisions"),
        "subdivisions stand without their country",
        "write country: XX beside them",
      );
    else if (rule.country !== null && rule.continent !== null)
      report.error(
        "unfit-key",
        at(rule, "continent"),
        "a rule is for a country or for a continent",
        "keep one of the two",
      );
    else if (rule.country === null && rule.continent === null)
      report.error(
        "missing-key",
        at(rule),
        "the rule says for no place",
        "write country or continent; `default` takes the rest",
      );
    for (const place of placesOf(rule)) {
      const first = taken.get(place);
      if (first)
        report.error("duplicate-name", at(rule), `a second rule is for ${place}`, "keep one of the two", [
          { message: "first used here", at: at(first) },
        ]);
      else taken.set(place, rule);
    }
  }
  for (const rule of rules) {
    const wider =
      rule.subdivisions.length > 0
        ? taken.get(`country ${rule.country}`)?.region
        : rule.continent !== null
          ? fallback
          : undefined;
    if (wider === rule.region)
      report.info(
        "rule-covered",
        at(rule),
        `the rule changes nothing: its clients get ${rule.region} anyway`,
        "leave it out",
      );
  }
}

const placesOf = (rule: GeoRule): string[] =>
  rule.subdivisions.length > 0
    ? rule.subdivisions.map((part) => `${rule.country}-${part}`)
    : rule.country !== null
      ? [`country ${rule.country}`]
      : rule.continent !== null
        ? [`continent ${rule.continent}`]
        : [];
