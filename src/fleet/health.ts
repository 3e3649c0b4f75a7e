import { type Context, referenceAt, unknownName } from "./context.js";
import type { HealthCheck, HealthPolicy, PoolKind, StatusRange } from "./fleet.js";
import { at, type Part, shown } from "./part.js";

type Kind = HealthCheck["kind"] | "none";

const DEFAULT = { interval: 5000, timeout: 2000, rise: 2, fall: 3 };
const PASSIVE = { failures: 3, window: 10_000, out: 10_000 };
const SUCCESS: readonly StatusRange[] = [{ from: 200, to: 299 }];

/** The policy of a pool: the one it names, the `defaults`' one, or its own kind of check with default numbers. */
export function policyOf(context: Context, pool: Part, kind: PoolKind): HealthPolicy {
  const owner = pool.has("health") || !context.defaults ? pool : context.defaults;
  const name = owner.text("health");
  const own = ownCheck(kind);
  if (name === undefined) return buildPolicy(context, pool, null, own);
  const part = context.policies.get(name);
  if (part) return buildPolicy(context, part, name, own);
  unknownName(context, "health", "health policy", referenceAt(owner, "health", name), context.policies.keys());
  return buildPolicy(context, pool, null, own);
}

/** postgres and mysql need a user, so that without a policy only their port is asked. */
const ownCheck = (kind: PoolKind): Kind => (kind === "brokers" ? "mqtt" : kind === "apis" ? "http" : "tcp");

/** A policy; `name` null: nobody wrote one, and `part` is the pool that lacks it. */
export function buildPolicy(context: Context, part: Part, name: string | null, own: Kind): HealthPolicy {
  const read = name === null ? undefined : part;
  const passive = read?.part("passive");
  const checks = buildChecks(context, part, read, own);
  const require = read?.number("require") ?? Math.max(1, checks.length);
  if (checks.length > 0 && require > checks.length)
    context.report.error(
      "wrong-value",
      at(part, "require"),
      `${require} of ${checks.length} checks cannot pass`,
      `${checks.length} at most`,
    );
  return {
    written: part.written,
    name,
    checks,
    require,
    interval: read?.duration("interval") ?? DEFAULT.interval,
    timeout: read?.duration("timeout") ?? DEFAULT.timeout,
    rise: read?.number("rise") ?? DEFAULT.rise,
    fall: read?.number("fall") ?? DEFAULT.fall,
    passive: {
      named: passive !== undefined,
      failures: passive?.number("failures") ?? PASSIVE.failures,
      window: passive?.duration("window") ?? PASSIVE.window,
      out: passive?.duration("out") ?? PASSIVE.out,
    },
    onFail: (read?.text("onFail") as HealthPolicy["onFail"] | undefined) ?? "mark_down",
  };
}

function buildChecks(context: Context, part: Part, read: Part | undefined, own: Kind): HealthCheck[] {
  const several = read?.parts("checks");
  if (several && read?.has("check"))
    context.report.error("unfit-key", at(part, "check"), "`check` and `checks` stand together", "keep one of the two");
  if (several)
    return several.flatMap((check) =>
      buildCheck(context, check, check, (check.text("check") as Kind | undefined) ?? own),
    );
  return buildCheck(context, part, read, (read?.text("check") as Kind | undefined) ?? own);
}

/** Keys that only some checks have, and which do. */
const KEYS: Readonly<Record<string, readonly Kind[]>> = {
  path: ["http"],
  host: ["http"],
  expect: ["http"],
  username: ["mqtt"],
  password: ["mqtt"],
  accept: ["mqtt"],
  user: ["postgres", "mysql"],
};

function buildCheck(context: Context, part: Part, read: Part | undefined, kind: Kind): HealthCheck[] {
  for (const [key, kinds] of Object.entries(KEYS)) {
    if (read?.has(key) && !kinds.includes(kind))
      context.report.error(
        "unfit-key",
        at(part, key),
        `\`${key}\` means nothing to a ${kind} check`,
        `it belongs to ${kinds.join(" and ")} checks`,
      );
  }
  const base = { written: part.written, port: read?.number("port") ?? null, tls: read?.flag("tls") ?? false };
  switch (kind) {
    case "none":
      return [];
    case "tcp":
    case "redis":
      return [{ ...base, kind }];
    case "http":
      return [
        {
          ...base,
          kind,
          path: read?.text("path") ?? "/",
          host: read?.text("host") ?? null,
          expect: { status: statusOf(context, read?.part("expect")), body: read?.part("expect")?.text("body") ?? null },
        },
      ];
    case "mqtt":
      if (read?.has("password") && !read.has("username"))
        context.report.error(
          "missing-key",
          at(part, "password"),
          "`password` stands without `username`",
          "MQTT 3.1.1 sends no password without a user name",
        );
      return [
        {
          ...base,
          kind,
          username: read?.text("username") ?? null,
          password: read?.text("password") ?? null,
          accept: numbersOf(read?.parts("accept")) ?? [0],
        },
      ];
    case "postgres":
    case "mysql": {
      const user = read?.text("user");
      if (user === undefined)
        context.report.error(
          "missing-key",
          at(part, "check"),
          `a ${kind} check needs a \`user\``,
          "for example user: lbcheck",
        );
      return [{ ...base, kind, user: user ?? "" }];
    }
  }
}

/** The kind of a policy that does not say its check, and that no pool lends its own. */
export function impliedKind(part: Part): Kind {
  const key = Object.keys(KEYS).find((name) => part.has(name));
  return key === undefined ? "tcp" : KEYS[key]![0]!;
}

const numbersOf = (parts: readonly Part[] | undefined): number[] | undefined =>
  parts?.map(({ scalar }) => Number(scalar));

function statusOf({ report }: Context, expect: Part | undefined): readonly StatusRange[] {
  const status = expect?.part("status");
  if (!status) return SUCCESS;
  return (expect?.parts("status") ?? [status]).map((part) => {
    const [from, to] = String(part.scalar).split("-").map(Number) as [number, number | undefined];
    if (to !== undefined && to < from)
      report.error("wrong-range", at(part), `the range ${shown(part)} runs backwards`, "the lower code comes first");
    return { from, to: to ?? from };
  });
}
