import { isAddress } from "./addresses.js";
import { type Context, type Reference, referenceAt, unknownName } from "./context.js";
import type { GeoName, Region } from "./fleet.js";
import { checkGeoRules } from "./geoRules.js";
import { buildPolicy } from "./health.js";
import { at, atKey, type Part, shown } from "./part.js";

const TTL = 60_000;

export function buildRegion(context: Context, name: string, part: Part): Region {
  const addresses = part.parts("addresses") ?? [];
  for (const item of addresses) {
    if (!isAddress(String(item.scalar)))
      context.report.error(
        "wrong-value",
        at(item),
        `"${shown(item)}" is no address`,
        "an IPv4 address has four numbers from 0 to 255",
      );
  }
  const policyName = part.text("health");
  const policy = policyName === undefined ? undefined : context.policies.get(policyName);
  if (policyName !== undefined && !policy) {
    const reference = referenceAt(part, "health", policyName);
    unknownName(context, "health", "health policy", reference, context.policies.keys());
  }
  const location = part.part("location");
  return {
    written: part.written,
    name,
    addresses: addresses.map(({ scalar }) => String(scalar)),
    endpoints: endpointsOf(context, part),
    location: location ? { latitude: location.number("latitude")!, longitude: location.number("longitude")! } : null,
    // A region is asked at its addresses, under the geo name's host: by HTTP, unless its policy says otherwise.
    health: policy ? buildPolicy(context, policy, policyName!, "http") : null,
  };
}

/** Host names by geo name. */
function endpointsOf(context: Context, part: Part): Region["endpoints"] {
  const said = part.part("endpoints");
  return Object.fromEntries(
    (said?.entries() ?? []).map(([geo]) => {
      if (!context.geo.has(geo))
        unknownName(context, "geo", "geo name", { name: geo, text: geo, place: atKey(said!, geo) }, context.geo);
      return [geo, said!.texts(geo) ?? []];
    }),
  );
}

export function buildGeo(context: Context, name: string, part: Part): GeoName {
  const answer = (part.text("answer") as GeoName["answer"] | undefined) ?? "addresses";
  const region = (reference: Reference): string => {
    const node = context.regions.get(reference.name);
    if (!node) unknownName(context, "regions", "region", reference, context.regions.keys());
    if (node && answer === "endpoints" && !node.part("endpoints")?.has(name))
      context.report.error(
        "missing-key",
        reference.place,
        `region "${reference.text}" has no endpoint for "${name}", which answers with endpoints`,
        `write endpoints: { ${name}: [HOST] } in the region`,
      );
    if (node && answer === "addresses" && !node.has("addresses"))
      context.report.error(
        "missing-key",
        reference.place,
        `region "${reference.text}" has no addresses for "${name}" to answer with`,
        "write addresses: [ADDRESS] in the region, or answer: endpoints",
      );
    return reference.name;
  };
  const regionAt = (owner: Part, key: string): string => region(referenceAt(owner, key, owner.text(key)!));
  const rules = (part.parts("rules") ?? []).map((rule) => ({
    written: rule.written,
    continent: rule.text("continent") ?? null,
    country: rule.text("country") ?? null,
    subdivisions: rule.texts("subdivisions") ?? [],
    region: regionAt(rule, "region"),
  }));
  const said = part.part("failover");
  const failover = Object.fromEntries(
    (said?.entries() ?? []).map(([from]) => {
      region({ name: from, text: from, place: atKey(said!, from) });
      const others = said!.parts(from) ?? [];
      return [from, others.map((other) => region(referenceAt(other, "", String(other.scalar))))];
    }),
  );
  const usual = regionAt(part, "default");
  checkGeoRules(context, rules, usual);
  return {
    written: part.written,
    name,
    hostname: part.text("hostname")!,
    answer,
    ttl: part.duration("ttl") ?? TTL,
    default: usual,
    rules,
    failover,
    failoverWithin: part.duration("failoverWithin") ?? null,
  };
}
