import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { findProgram, runProgram } from "../../src/support/program.js";
import { DOLLAR, literal, whyUnreadable, word } from "../../src/syntax/nginx/quote.js";
import { startNginx, stopAll } from "../lint/programs.js";
import { freePort, suite } from "../real/harness/programs.js";
import { fetchAll } from "./fetchAll.js";
import { hostileText, oneLine } from "./hostile.js";
import { drawn, shown, told } from "./seed.js";

const isReadable = (text: string): boolean => whyUnreadable(text) === null;
/** nginx 1.22 keeps the length of a location in one byte: the schema takes no longer path. */
const isPath = (text: string): boolean => Buffer.byteLength(text) <= 255 && !/\/\.\.?\//.test(text);
/** It may be a directive that nginx knows. */
const isPlainWord = (text: string): boolean => /^[a-z_]+$/.test(text);

/** Near the most bytes that nginx takes for a word, so that its buffer ends in the middle of one. */
const LONGEST = ["x".repeat(3990), `${'"'.repeat(1999)}x`, "é".repeat(1999), `${"\\".repeat(1990)}"`];
const SIGN = `geo $${DOLLAR} { default "$"; }`;
/** Long paths, as they are. */
const AS_THEY_ARE = "large_client_header_buffers 4 64k; merge_slashes off;";

suite("nginx", ["nginx"], () => {
  afterEach(stopAll);

  test("it answers with the very bytes that were quoted", async () => {
    const port = await freePort();
    const texts = [...drawn(oneLine, 2500), ...LONGEST].filter((text) => isReadable(literal(text)));
    const locations = texts.map((text, index) => `location = /${index} { return 200 ${word(literal(text))}; }`);
    await startNginx({ http: `${SIGN} server { listen 127.0.0.1:${port}; ${locations.join("\n")} }` }, port);
    const paths = texts.map((_, index) => `/${index}`);
    const bodies = await fetchAll(port, paths);
    const wrong = texts.filter((text, index) => !bodies[index]?.equals(Buffer.from(text)));
    expect(told(wrong.map(shown))).toBe("");
    expect(texts.length).toBeGreaterThan(2000);
  });

  test("it compares paths with the very bytes that were quoted", async () => {
    const port = await freePort();
    const texts = drawn(oneLine, 900).map((text) => `/${text}/end`);
    const paths = [...new Set(texts)].filter((path) => isReadable(path) && isPath(path));
    const locations = paths.map((path, index) => `location = ${word(path)} { return 200 ${index}; }`);
    const server = `server { listen 127.0.0.1:${port}; location / { return 404; } ${locations.join("\n")} }`;
    await startNginx({ http: `${AS_THEY_ARE} ${server}` }, port);
    const encoded = paths.map((path) => path.split("/").map(encodeURIComponent).join("/"));
    const bodies = await fetchAll(port, encoded);
    expect(told(paths.filter((_, index) => bodies[index]?.toString() !== `${index}`).map(shown))).toBe("");
  });

  test("it names an unknown directive by the very bytes that were quoted", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lbctl-injection-"));
    const short = [...new Set(drawn(hostileText, 80))].filter((text) => text.length < 300);
    const wrong = await Promise.all(
      short
        .filter((text) => isReadable(text) && !isPlainWord(text))
        .map(async (text, index) => {
          const file = join(folder, `${index}.conf`);
          writeFileSync(file, `${word(text)} on;\nevents {}\n`);
          const { stderr } = await runProgram(findProgram("nginx")!, ["-t", "-p", folder, "-e", "stderr", "-c", file]);
          return stderr.includes(`unknown directive "${text}" in ${file}:1\n`) ? [] : [`${shown(text)}: ${stderr}`];
        }),
    );
    rmSync(folder, { recursive: true });
    expect(told(wrong.flat())).toBe("");
  });
});
