import type { Finding, Severity } from "../support/finding.js";
import { atKey, type MapNode } from "../support/node.js";
import type { Place, Source } from "../support/source.js";
import { isAddress } from "./addresses.js";
import { buildApi } from "./apis.js";
import { buildBrokers } from "./brokers.js";
import { certificateOf } from "./certificates.js";
import { type Context, referenceAt, unknownName } from "./context.js";
import { buildDatabase, buildService } from "./databases.js";
import type { Fleet, Pool, PoolKind, Resolver, TargetRequest, Variable } from "./fleet.js";
import { buildGeo, buildRegion } from "./geo.js";
import { buildPolicy, impliedKind } from "./health.js";
import { behindOf } from "./listeners.js";
import { at, Part, Report } from "./part.js";
import { judgeRest } from "./partial.js";
import { type BuildPool, type PoolPart, plain } from "./pools.js";
import { checkTargetAddresses } from "./targetAddresses.js";
import { isWhole, soundDefaults, wholePools } from "./whole.js";

/** What `readTopology` found to follow the schema; named here so that this folder needs nothing of the reader but its result. */
export interface Readable {
  readonly source: Source;
  readonly node: MapNode;
  readonly variables: readonly Variable[];
  /** Top parts that do not follow the schema (`brokers.mqtt`): left out. */
  readonly broken: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface Built {
  /** Without the parts that had errors. */
  readonly fleet: Fleet;
  readonly findings: readonly Finding[];
}

const BUILD: Readonly<Record<PoolKind, BuildPool>> = {
  brokers: buildBrokers,
  apis: buildApi,
  databases: buildDatabase,
  services: buildService,
};
const KINDS = Object.keys(BUILD) as PoolKind[];
const GRACE = 600_000;
/** Written where a topology has no `targets`. */
const DEFAULT_TARGETS = ["nginx", "haproxy", "mosquitto", "compose"];

/** Topology to Fleet: every default filled in, every reference resolved, every server expanded. */
export function buildFleet({ source, node, variables, broken }: Readable): Built {
  const root = new Part(source, node);
  const report = new Report();
  const entries = (name: string): [string, Part][] => root.part(name)?.entries() ?? [];
  const section = (name: string): [string, Part][] => entries(name).filter(([key]) => !broken.has(`${name}.${key}`));
  const brokenIn = (name: string): [string, Part][] => entries(name).filter(([key]) => broken.has(`${name}.${key}`));
  const namesIn = (name: string): Set<string> => new Set(section(name).map(([key]) => key));
  const whole = (name: string): Part | undefined => (broken.has(name) ? undefined : root.part(name));
  const defaults = soundDefaults(root, broken);
  const poolParts = poolsInFileOrder(root, defaults, section);
  const certificates = section("tls").map(([name, part]) => certificateOf(report, name, part));
  const context: Context = {
    report,
    root,
    defaults,
    policies: new Map(section("health")),
    certificates: new Map(certificates.map((certificate) => [certificate.name, certificate])),
    regions: new Map(section("regions")),
    apis: namesIn("apis"),
    geo: namesIn("geo"),
    broken,
    servers: { count: 0 },
  };
  checkDefaults(context);
  checkPoolNames(context, poolParts);
  const pools = wholePools(poolParts.flatMap((pool) => built(report, () => poolOf(context, pool))));
  for (const pool of poolsInFileOrder(root, defaults, brokenIn)) {
    const wrong = broken.get(`${pool.kind}.${pool.name}`)!;
    judgeRest(context, pool, wrong, (...parts) => built(parts[0].report, () => poolOf(...parts)));
  }
  for (const pool of pools) {
    if (pool.listeners.length > 0) continue;
    const message = `pool "${pool.name}" has no listeners: nginx and HAProxy leave it out`;
    report.info("no-listeners", placeOfName(root, pool), message, "write listeners: { NAME: PORT }");
  }
  const regions = section("regions").flatMap(([name, part]) => built(report, () => buildRegion(context, name, part)));
  const geo = section("geo").flatMap(([name, part]) => built(report, () => buildGeo(context, name, part)));
  const fleet: Fleet = {
    source,
    written: root.written,
    name: root.text("name") ?? "unnamed",
    domain: root.text("domain") ?? null,
    pools,
    policies: section("health").flatMap(([name, part]) =>
      built(report, () => buildPolicy(context, part, name, impliedKind(part))),
    ),
    certificates,
    regions,
    geo: geo.filter((name) => isWhole(name, regions)),
    behind: whole("behind") ? behindOf(context, whole("behind")!) : null,
    resolver: whole("resolver") ? resolverOf(report, whole("resolver")!) : null,
    reload: { grace: whole("reload")?.duration("grace") ?? GRACE },
    lint: {
      severities: (whole("lint")?.part("severities")?.entries() ?? []).map(([rule, part]) => ({
        rule,
        severity: String(part.scalar) as Severity | "off",
      })),
    },
    targets: targetsOf(context, root, section("targets")),
    variables,
  };
  return { fleet, findings: report.findings };
}

/** What would be taken from a broken part of `defaults` is not known: nothing is said of a pool that takes it. */
function poolOf(context: Context, pool: PoolPart): Pool {
  for (const key of ["balance", "timeouts", "health", "retries"])
    if (context.broken.has(`defaults.${key}`) && (key === "timeouts" || !pool.part.has(key))) context.report.leaveOut();
  return BUILD[pool.kind](context, pool);
}

/** Nothing where building reported an error, or refers to what is broken. */
function built<T>(report: Report, build: () => T): T[] {
  const made: T[] = [];
  const failed = report.failed(() => {
    made.push(build());
  });
  return failed ? [] : made;
}

/** Each pool inherits `defaults`, so that what it took from there has a place. */
function poolsInFileOrder(
  root: Part,
  defaults: Part | undefined,
  section: (name: string) => [string, Part][],
): PoolPart[] {
  const kinds = root.entries().flatMap(([name]) => KINDS.filter((kind) => kind === name));
  return kinds.flatMap((kind) =>
    section(kind).map(([name, { written }]) => ({
      kind,
      name,
      part: new Part(written.source, written.node, defaults?.written.node),
    })),
  );
}

/** A policy that no pool uses is read all the same: what is wrong with it is said once. */
function checkDefaults(context: Context): void {
  const name = context.defaults?.text("health");
  if (name !== undefined && !context.policies.has(name) && !context.broken.has(`health.${name}`))
    unknownName(
      context,
      "health",
      "health policy",
      referenceAt(context.defaults!, "health", name),
      context.policies.keys(),
    );
}

function checkPoolNames({ report, root }: Context, pools: readonly PoolPart[]): void {
  const taken = new Map<string, PoolPart>();
  for (const pool of pools) {
    const first = taken.get(pool.name.toLowerCase());
    if (first)
      report.error(
        "duplicate-name",
        placeOfName(root, pool),
        `a second pool is called "${pool.name}"`,
        "pool names are unique in a fleet, whatever their case: give it another",
        [{ message: `first used under \`${first.kind}\``, at: placeOfName(root, first) }],
      );
    else taken.set(pool.name.toLowerCase(), pool); // nginx tells upstreams apart without their case
  }
}

const placeOfName = (root: Part, { kind, name }: Pick<PoolPart, "kind" | "name">): Place =>
  atKey(root, `${kind}.${name}`);

function resolverOf(report: Report, part: Part): Resolver {
  for (const item of part.parts("servers") ?? []) {
    const [, address = "", port = "53"] = /^(.*?)(?::(\d+))?$/.exec(String(item.scalar)) ?? [];
    if (!isAddress(address) || Number(port) < 1 || Number(port) > 65_535)
      report.error("wrong-value", at(item), "this is no address of a name server", "write ADDRESS or ADDRESS:PORT");
  }
  return { written: part.written, servers: part.texts("servers") ?? [], valid: part.duration("valid") ?? null };
}

function targetsOf(context: Context, root: Part, parts: readonly [string, Part][]): TargetRequest[] {
  if (!root.has("targets"))
    return DEFAULT_TARGETS.map((name) => ({ written: root.written, name, version: null, pools: null, options: {} }));
  const names = new Set(KINDS.flatMap((kind) => root.part(kind)?.entries() ?? []).map(([name]) => name));
  return parts.map(([name, part]) => {
    checkTargetAddresses(context, part);
    const carried = part.texts("pools") ?? null;
    for (const [index, pool] of (carried ?? []).entries()) {
      if (!names.has(pool)) unknownName(context, "pools", "pool", referenceAt(part, `pools.${index}`, pool), names);
    }
    return {
      written: part.written,
      name,
      version: part.text("version") ?? null,
      pools: carried,
      options: plain(part) as Record<string, unknown>,
    };
  });
}
