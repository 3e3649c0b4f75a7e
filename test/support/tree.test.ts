import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { driftOf } from "../../src/support/drift.js";
import { CannotUse } from "../../src/support/errors.js";
import { planTree, type Tree, writeTree } from "../../src/support/tree.js";
import { unfill } from "../../src/support/unfill.js";

let room: string;
let dir: string;
beforeEach(() => {
  room = mkdtempSync(join(tmpdir(), "lbctl-tree-"));
  dir = join(room, "build");
});
afterEach(() => rmSync(room, { recursive: true, force: true }));

const info = { lbctl: "1.2.3", topology: { file: "topology.yaml", sha256: "ab" }, targets: { nginx: "1.22" } };

/** A tree of `texts`, in which the values of `values` came from the environment. */
function tree(texts: Readonly<Record<string, string>>, values: Readonly<Record<string, string>> = {}): Tree {
  const variables = Object.entries(values).map(([name, value]) => ({ name, value }));
  const files = Object.entries(texts).map(([path, text]) => ({ path, text, unfilled: unfill(text, variables) }));
  return { files, info, variables };
}

const states = (wanted: Tree) => Object.fromEntries(planTree(dir, wanted).files.map((file) => [file.path, file.state]));
const write = (wanted: Tree, force = false) => writeTree(planTree(dir, wanted), { force });
const read = (path: string) => readFileSync(join(dir, path), "utf8");
const edit = (path: string, text: string) => {
  mkdirSync(join(dir, path, ".."), { recursive: true });
  writeFileSync(join(dir, path), text);
};
/** Every file of the folder with its text. */
function holds(): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
      .sort()
      .map((path) => [path, read(path)]),
  );
}

const A = { "nginx/nginx.conf": "one\n", "haproxy/haproxy.cfg": "two\n" };

describe("a first render", () => {
  it("writes every file, and a manifest sorted by path", () => {
    expect(states(tree(A))).toEqual({ "nginx/nginx.conf": "new", "haproxy/haproxy.cfg": "new" });
    expect(write(tree(A))).toEqual([
      { path: "haproxy/haproxy.cfg", result: "written", bytes: 4 },
      { path: "nginx/nginx.conf", result: "written", bytes: 4 },
    ]);
    const { "manifest.json": manifest, ...files } = holds();
    expect(files).toEqual(A);
    expect(JSON.parse(manifest!)).toEqual({
      version: 1,
      lbctl: "1.2.3",
      topology: { file: "topology.yaml", sha256: "ab" },
      targets: { nginx: "1.22" },
      files: [
        // printf 'two\n' | sha256sum
        {
          path: "haproxy/haproxy.cfg",
          sha256: "27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a",
          bytes: 4,
        },
        // printf 'one\n' | sha256sum
        {
          path: "nginx/nginx.conf",
          sha256: "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806",
          bytes: 4,
        },
      ],
    });
  });

  it("does not overwrite what lay there before", () => {
    edit("nginx/nginx.conf", "mine\n");
    expect(() => write(tree(A))).toThrow(`${dir}/nginx/nginx.conf was not written by lbctl, or changed since`);
    expect(holds()).toEqual({ "nginx/nginx.conf": "mine\n" });
    write(tree(A), true);
    expect(read("nginx/nginx.conf")).toBe("one\n");
  });
});

describe("a further render", () => {
  beforeEach(() => write(tree(A)));

  it("touches nothing where nothing changed", () => {
    for (const path of ["nginx/nginx.conf", "manifest.json", "nginx"]) utimesSync(join(dir, path), 1000, 1000);
    expect(write(tree(A)).map(({ result }) => result)).toEqual(["unchanged", "unchanged"]);
    for (const path of ["nginx/nginx.conf", "manifest.json", "nginx"])
      expect(statSync(join(dir, path)).mtimeMs).toBe(1_000_000);
  });

  it("rewrites only what is out of date", () => {
    utimesSync(join(dir, "nginx/nginx.conf"), 1000, 1000);
    const next = tree({ ...A, "haproxy/haproxy.cfg": "TWO\n" });
    expect(states(next)).toEqual({ "nginx/nginx.conf": "unchanged", "haproxy/haproxy.cfg": "outdated" });
    write(next);
    expect(read("haproxy/haproxy.cfg")).toBe("TWO\n");
    expect(statSync(join(dir, "nginx/nginx.conf")).mtimeMs).toBe(1_000_000);
  });

  it("puts back what is missing", () => {
    rmSync(join(dir, "nginx"), { recursive: true });
    expect(states(tree(A))["nginx/nginx.conf"]).toBe("missing");
    write(tree(A));
    expect(read("nginx/nginx.conf")).toBe("one\n");
  });

  it("removes what the topology no longer asks for, and the folder that this leaves empty", () => {
    edit("keep/mine.txt", "mine");
    const next = tree({ "nginx/nginx.conf": "one\n" });
    expect(states(next)).toEqual({ "nginx/nginx.conf": "unchanged", "haproxy/haproxy.cfg": "extra" });
    expect(write(next)[0]).toEqual({ path: "haproxy/haproxy.cfg", result: "removed", bytes: 0 });
    expect(readdirSync(dir).sort()).toEqual(["keep", "manifest.json", "nginx"]);
  });

  it("leaves alone what the manifest does not name", () => {
    edit("nginx/mine.conf", "mine");
    edit("notes.txt", "mine");
    expect(states(tree({}))).toEqual({ "nginx/nginx.conf": "extra", "haproxy/haproxy.cfg": "extra" });
    write(tree({}));
    expect(Object.keys(holds())).toEqual(["manifest.json", "nginx/mine.conf", "notes.txt"]);
  });

  it("refuses to overwrite or remove what was edited by hand, all or nothing, and does so with force", () => {
    edit("nginx/nginx.conf", "one # mine\n");
    edit("haproxy/haproxy.cfg", "two # mine\n");
    const next = tree({ "nginx/nginx.conf": "ONE\n", "compose/docker-compose.yaml": "three\n" });
    expect(planTree(dir, next).files.map(({ path, state, edited }) => [path, state, edited])).toEqual([
      ["compose/docker-compose.yaml", "new", false],
      ["haproxy/haproxy.cfg", "extra", true],
      ["nginx/nginx.conf", "edited", true],
    ]);
    const before = holds();
    expect(() => write(next)).toThrow(
      `${dir}/haproxy/haproxy.cfg and ${dir}/nginx/nginx.conf were not written by lbctl, or changed since`,
    );
    expect(holds()).toEqual(before);
    write(next, true);
    expect(Object.keys(holds())).toEqual(["compose/docker-compose.yaml", "manifest.json", "nginx/nginx.conf"]);
  });

  it("is content with an edit that is just what it would have written", () => {
    edit("nginx/nginx.conf", "ONE\n");
    expect(states(tree({ ...A, "nginx/nginx.conf": "ONE\n" }))["nginx/nginx.conf"]).toBe("unchanged");
  });

  it("does not call a folder out of date for lbctl's version alone, but writes it down", () => {
    const newer: Tree = { ...tree(A), info: { ...info, lbctl: "2.0.0" } };
    expect(driftOf(planTree(dir, newer))).toEqual([]);
    write(newer);
    expect(JSON.parse(read("manifest.json")).lbctl).toBe("2.0.0");
  });
});

describe("variables", () => {
  const line = (password: string) => tree({ "a.cfg": `user x:${password}\n` }, { PASSWORD: password });

  it("give a file mode 0600, and a checksum without their values", () => {
    write(line("hunter2"));
    expect(statSync(join(dir, "a.cfg")).mode & 0o777).toBe(0o600);
    // printf 'user x:${PASSWORD}\n' | sha256sum, | wc -c
    expect(JSON.parse(read("manifest.json")).files).toEqual([
      { path: "a.cfg", sha256: "200077f084972495fd371ec765a102588ca8af5a400014da49789b21a6cdb13b", bytes: 19 },
    ]);
  });

  it("close a file that was open, though its text is the same", () => {
    write(tree({ "a.cfg": "user x:hunter2\n" }));
    expect(statSync(join(dir, "a.cfg")).mode & 0o044).not.toBe(0);
    write(line("hunter2"));
    expect(statSync(join(dir, "a.cfg")).mode & 0o777).toBe(0o600);
  });

  it("that got another value make a file outdated, not edited by hand", () => {
    write(line("hunter2"));
    expect(states(line("correct-horse"))).toEqual({ "a.cfg": "outdated" });
    write(line("correct-horse"));
    expect(read("a.cfg")).toBe("user x:correct-horse\n");
  });

  it("do not hide an edit beside them", () => {
    write(line("hunter2"));
    edit("a.cfg", "user x:hunter2\n# mine\n");
    expect(states(line("correct-horse"))).toEqual({ "a.cfg": "edited" });
    expect(states(line("hunter2"))).toEqual({ "a.cfg": "edited" });
  });
});

describe("drift", () => {
  it("is nothing after a render", () => {
    write(tree(A));
    expect(driftOf(planTree(dir, tree(A)))).toEqual([]);
  });

  it("names what differs, sorted by path, with a patch towards what should be, and changes nothing", () => {
    write(tree({ "a.cfg": "x\n1\n", "b.cfg": "y\n", "c.cfg": "z\n", "d.cfg": "w\n" }));
    rmSync(join(dir, "b.cfg"));
    edit("d.cfg", "w\nmine\n");
    const before = holds();
    const plan = planTree(dir, tree({ "a.cfg": "x\n2\n", "b.cfg": "y\n", "d.cfg": "w\n" }));
    expect(driftOf(plan, () => () => "section x")).toEqual([
      { path: "a.cfg", reason: "outdated", patch: "@@ section x @@\n-1\n+2\n" },
      { path: "b.cfg", reason: "missing", patch: "@@ section x @@\n+y\n" },
      { path: "c.cfg", reason: "extra", patch: "@@ section x @@\n-z\n" },
      { path: "d.cfg", reason: "edited", patch: "@@ section x @@\n-mine\n" },
    ]);
    expect(holds()).toEqual(before);
  });

  it("is the manifest's own where nothing else differs", () => {
    write(tree(A));
    rmSync(join(dir, "manifest.json"));
    expect(driftOf(planTree(dir, tree(A))).map(({ path, reason }) => [path, reason])).toEqual([
      ["manifest.json", "missing"],
    ]);
  });

  it.each([
    ["today's", "user x:hunter2\n", "user x:hunter2\nmine\n", "hunter2"],
    ["an older one", "user x:hunter2\n", "user x:old-one\nmine\n", "hunter2"],
    ["an older one in a line that was edited too", "user x:hunter2 a\n", "user x:old-one b\n", "hunter2"],
  ])("shows no value of a variable: %s", (_, text, found, password) => {
    const wanted = tree({ "a.cfg": text }, { PASSWORD: password });
    write(wanted);
    edit("a.cfg", found);
    const [drift] = driftOf(planTree(dir, wanted));
    expect(drift!.reason).toBe("edited");
    expect(drift!.patch).not.toMatch(/hunter2|old-one/);
  });

  it("says so where nothing but a variable's value differs", () => {
    write(tree({ "a.cfg": "user x:old-one\n" }, { PASSWORD: "old-one" }));
    expect(driftOf(planTree(dir, tree({ "a.cfg": "user x:hunter2\n" }, { PASSWORD: "hunter2" })))).toEqual([
      { path: "a.cfg", reason: "outdated", patch: "@@ values from the environment @@\n" },
    ]);
  });
});

describe("what cannot hold a tree is refused in one line", () => {
  const refusal = (wanted = tree(A)): CannotUse => {
    try {
      write(wanted);
    } catch (error) {
      if (error instanceof CannotUse) return error;
      throw error;
    }
    throw new Error("nothing was refused");
  };

  it("a file in the folder's place", () => {
    writeFileSync(dir, "");
    expect(refusal().message).toBe(`${dir} is a file, where a folder must be`);
  });

  it("a file above the folder", () => {
    writeFileSync(join(room, "above"), "");
    dir = join(room, "above/build");
    expect(refusal().message).toContain("a file lies where a folder must be");
  });

  it("a file in a subfolder's place", () => {
    edit("nginx", "mine");
    expect(refusal().message).toBe(`${dir}/nginx is a file, where a folder must be`);
  });

  it("a folder in a file's place", () => {
    mkdirSync(join(dir, "nginx/nginx.conf"), { recursive: true });
    expect(refusal().message).toBe(`${dir}/nginx/nginx.conf is a folder, where a file must be`);
  });

  it("a place where nothing can be made", () => {
    dir = "/proc/lbctl/build";
    expect(refusal().message).toContain("cannot be used: no such folder can be made there");
  });

  it.skipIf(process.getuid?.() === 0)("a folder without the right to write", () => {
    mkdirSync(dir);
    chmodSync(dir, 0o555);
    expect(refusal().message).toBe(`${dir} cannot be used: permission denied`);
  });

  it("a manifest that is none", () => {
    edit("manifest.json", "{");
    expect(refusal().message).toBe(`${dir}/manifest.json is not JSON`);
    edit("manifest.json", "{}");
    expect(refusal().message).toBe(`${dir}/manifest.json is not a manifest of lbctl`);
  });

  it.each(["../victim", "/etc/passwd", "a/../../victim", "./a", ".lbctl-render/lock", "a//b", ""])(
    "a manifest that names %j",
    (path) => {
      writeFileSync(join(room, "victim"), "precious");
      edit("manifest.json", JSON.stringify({ ...info, files: [{ path, sha256: "", bytes: 0 }] }));
      expect(refusal().message).toContain("which is no file of a tree");
      expect(readFileSync(join(room, "victim"), "utf8")).toBe("precious");
    },
  );

  it("a symbolic link to a folder within the tree", () => {
    mkdirSync(join(room, "elsewhere"));
    mkdirSync(dir);
    symlinkSync(join(room, "elsewhere"), join(dir, "nginx"));
    expect(refusal().message).toBe(`${dir}/nginx is a symbolic link, which lbctl does not follow`);
    expect(readdirSync(join(room, "elsewhere"))).toEqual([]);
  });

  it("a symbolic link in a file's place, which force replaces and never follows", () => {
    writeFileSync(join(room, "victim"), "one\n");
    mkdirSync(join(dir, "nginx"), { recursive: true });
    symlinkSync(join(room, "victim"), join(dir, "nginx/nginx.conf"));
    expect(refusal().message).toContain("nginx/nginx.conf was not written by lbctl");
    write(tree({ "nginx/nginx.conf": "other\n" }), true);
    expect(read("nginx/nginx.conf")).toBe("other\n");
    expect(readFileSync(join(room, "victim"), "utf8")).toBe("one\n");
  });

  it("while another process is writing there", () => {
    mkdirSync(join(dir, ".lbctl-render"), { recursive: true });
    writeFileSync(join(dir, ".lbctl-render/lock"), `${process.ppid}\n`);
    expect(refusal().message).toBe(`another lbctl is writing to ${dir}`);
    utimesSync(join(dir, ".lbctl-render/lock"), 1000, 1000); // since 1970: not writing but gone, its number taken by another
    write(tree(A));
    expect(existsSync(join(dir, ".lbctl-render"))).toBe(false);
  });
});

describe("a run killed at any step", () => {
  const killed = join(import.meta.dirname, "killed.mjs");
  const old = tree({ "a/x.cfg": "old x\n", "b/y.cfg": "old y\n", "c/z.cfg": "old z\n" });
  const next = tree({ "a/x.cfg": "new x\n", "b/y.cfg": "old y\n", "d/w.cfg": "new w\n" });
  const kill = (step: number) =>
    spawnSync(process.execPath, ["--experimental-strip-types", killed, dir, `${step}`, JSON.stringify(next)]);
  const textsOf = ({ files }: Tree) => Object.fromEntries(files.map(({ path, text }) => [path, text]));
  const without = ({ "manifest.json": _, ...files }: Record<string, string>) => files;

  it("leaves the old tree whole, or one that the next run finishes", () => {
    let decided = false;
    for (let step = 0; ; step += 1) {
      rmSync(dir, { recursive: true, force: true });
      write(old);
      const before = holds();
      const run = kill(step);
      if (run.signal === null) {
        expect(Number(run.stdout)).toBe(step); // every step was tried
        expect(run.status).toBe(0);
        expect(step).toBeGreaterThan(8);
        return;
      }
      expect(run.signal).toBe("SIGKILL");
      decided ||= existsSync(join(dir, ".lbctl-render/journal.json"));
      const found = Object.fromEntries(Object.entries(holds()).filter(([path]) => !path.startsWith(".lbctl-render/")));
      if (!decided) expect(found).toEqual(before);
      else expect(new Set(Object.values(states(next)))).toEqual(new Set(["unchanged"])); // what is decided counts as done
      write(next); // without force: nothing of it is taken for an edit by hand
      expect(without(holds())).toEqual(textsOf(next));
      expect(readdirSync(dir).sort()).toEqual(["a", "b", "d", "manifest.json"]);
      expect(driftOf(planTree(dir, next))).toEqual([]);
    }
  });

  it("can also be followed by a run that wants the old tree back", () => {
    for (const step of [4, 7, 9]) {
      rmSync(dir, { recursive: true, force: true });
      write(old);
      kill(step);
      write(old);
      expect(without(holds())).toEqual(textsOf(old));
    }
  });
});
