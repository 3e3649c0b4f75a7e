import type { Context } from "./context.js";
import { COMMON_MISTAKES, continentOf } from "./countries.js";
import type { GeoName } from "./fleet.js";
import { at, shown } from "./part.js";

type GeoRule = GeoName["rules"][number];

/**
 * Rules have no order: the most specific wins. Two for one place are an error; one that a wider one says already is an
 * info. `usual` is the region of those that no rule names.
 */
export function checkGeoRules(context: Context, rules: readonly GeoRule[], usual: string): void {
  for (const rule of rules) checkPlace(context, rule);
  const taken = checkEqual(context, rules);
  for (const rule of rules) {
    if (regionWithout(rule, taken, usual) === rule.region)
      context.report.info(
        "rule-covered",
        at(rule),
        `the rule changes nothing: its clients get "${shown(rule, "region")}" anyway`,
        "leave it out",
      );
  }
}

function checkPlace({ report }: Context, rule: GeoRule): void {
  const { country, continent, subdivisions } = rule;
  if (subdivisions.length > 0 && country === null)
    report.error(
      "missing-key",
      at(rule, "subdivisions"),
      "subdivisions stand without their country",
      "write country: XX beside them",
    );
  else if (country !== null && continent !== null)
    report.error(
      "unfit-key",
      at(rule, "continent"),
      "a rule is for a country or for a continent",
      "keep one of the two",
    );
  else if (country === null && continent === null)
    report.error(
      "missing-key",
      at(rule),
      "the rule says for no place",
      "write country or continent; `default` takes the rest",
    );
  if (country !== null && continentOf(country) === undefined) {
    const meant = COMMON_MISTAKES[country];
    const help = meant === undefined ? "write its code of ISO 3166-1" : `did you mean "${meant}"?`;
    report.error("wrong-value", at(rule, "country"), `there is no country "${shown(rule, "country")}"`, help);
  }
}

/** Which rule is for which place: `US`, `US-CA`, `continent EU`. */
function checkEqual({ report }: Context, rules: readonly GeoRule[]): Map<string, GeoRule> {
  const taken = new Map<string, GeoRule>();
  for (const rule of rules)
    for (const { place, key } of placesOf(rule)) {
      const first = taken.get(place);
      if (first)
        report.error("duplicate-name", at(rule, key), `a second rule is for ${place}`, "keep one of the two", [
          { message: "first used here", at: at(first) },
        ]);
      else taken.set(place, rule);
    }
  return taken;
}

function placesOf({ country, continent, subdivisions }: GeoRule): { place: string; key: string }[] {
  if (subdivisions.length > 0)
    return subdivisions.map((part, index) => ({ place: `${country}-${part}`, key: `subdivisions.${index}` }));
  if (country !== null) return [{ place: country, key: "country" }];
  return continent === null ? [] : [{ place: `continent ${continent}`, key: "continent" }];
}

/** Where the clients of a rule would go if it were not there. */
function regionWithout(rule: GeoRule, taken: ReadonlyMap<string, GeoRule>, usual: string): string {
  const { country, subdivisions } = rule;
  const ofCountry = subdivisions.length > 0 && country !== null ? taken.get(country) : undefined;
  const ofContinent = country === null ? undefined : taken.get(`continent ${continentOf(country)}`);
  return (ofCountry ?? ofContinent)?.region ?? usual;
}
