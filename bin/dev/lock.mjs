// Completes package-lock.json: a registry mirror that lacks other platforms' packages leaves them out, and `npm ci` then
// refuses the file everywhere. Their versions stand in their parents; the rest of an entry follows from the name.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const OS = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "win32", "aix", "sunos"];
const CPU = ["arm64", "arm", "x64", "ia32", "ppc64", "riscv64", "s390x", "loong64", "mips64el", "wasm32"];

const file = join(import.meta.dirname, "../../package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8"));
const missing = Object.entries(lock.packages).flatMap(([path, parent]) =>
  Object.entries(parent.optionalDependencies ?? {})
    .filter(([name]) => !isThere(path, name))
    .map(([name, version]) => [`node_modules/${name}`, entryOf(name, version, parent)]),
);
if (missing.length > 0) {
  const [[root, self], ...packages] = [...Object.entries(lock.packages), ...missing];
  const sorted = packages.sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(
    file,
    `${JSON.stringify({ ...lock, packages: Object.fromEntries([[root, self], ...sorted]) }, null, 2)}\n`,
  );
}
console.log(`package-lock.json: ${missing.length} packages of other platforms added`);

function isThere(path, name) {
  return (
    lock.packages[`${path}/node_modules/${name}`] !== undefined || lock.packages[`node_modules/${name}`] !== undefined
  );
}

function entryOf(name, version, parent) {
  const words = name.split("/").at(-1).split(/[-_]/);
  const cpu = CPU.find((each) => words.includes(each)) ?? "arm";
  const os = OS.find((each) => words.includes(each));
  const libc = words.includes("musl") ? ["musl"] : words.includes("gnu") ? ["glibc"] : undefined;
  return {
    version,
    cpu: [cpu],
    ...(parent.dev && { dev: true }),
    optional: true,
    ...(os && { os: [os] }),
    ...(libc && { libc }),
  };
}
