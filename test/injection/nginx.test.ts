import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { findProgram, runProgram } from "../../src/support/program.js";
import { DOLLAR, literal, whyUnreadable, word } from "../../src/syntax/nginx/quote.js";
import { startNginx, stopAll } from "../lint/programs.js";
import { fetchAll } from "./fetchAll.js";
import { hostileText, oneLine } from "./hostile.js";
import { drawn, shown, told } from "./seed.js";

const PORT = 27_101;
/** nginx 1.22 keeps the length of a location in a byte: the schema takes no longer path. */
const LONGEST_PATH = 255;
const LONGEST = ["x".repeat(3990), `${'"'.repeat(1999)}x`, "é".repeat(1999), `${"\\".repeat(1990)}"`];
const values = (count: number): string[] => [...drawn(oneLine, count), ...LONGEST].filter((text) => whyUnreadable(text) === null);

/** It may be a directive that nginx knows. */
const isPlainWord = (text: string): boolean => /^[a-z_]+$/.test(text);

afterEach(stopAll);

  test("nginx answers with the very bytes that were quoted", async () => {
  const texts = values(2500).filter((text) => whyUnreadable(literal(text)) === null);
  const locations = texts.map((text, index) => `location = /${index} { return 200 ${word(literal(text))}; }`);
  const sign = `geo $${DOLLAR} { default "$"; }`;
  await startNginx({ http: `${sign} server { listen 127.0.0.1:${PORT}; ${locations.join("\n")} }` }, PORT);
  const bodies = await fetchAll(PORT, texts.map((_, index) => `/${index}`));
  const wrong = texts.filter((text, index) => !bodies[index]?.equals(Buffer.from(text)));
  expect(told(wrong.map(shown))).toBe("");
  expect(texts.length).toBeGreaterThan(2000);
});

  test("nginx compares paths with the very bytes that were quoted", async () => {
  const paths = [...new Set(values(900).map((text) => `/${text}/end`))].filter((path) => Buffer.byteLength(path) <= LONGEST_PATH && !/\/\.\.?\//.test(path));
  const locations = paths.map((path, index) => `location = ${word(path)} { return 200 ${index}; }`);
  await startNginx({ http: `large_client_header_buffers 4 64k; merge_slashes off; server { listen 127.0.0.1:${PORT}; location / { return 404; } ${locations.join("\n")} }` }, PORT);
  const encoded = paths.map((path) => path.split("/").map(encodeURIComponent).join("/"));
  const bodies = await fetchAll(PORT, encoded);
  expect(told(paths.flatMap((path, index) => (bodies[index]?.toString() === `${index}` ? [] : [`${bodies[index]} ${shown(path)}`])))).toBe("");
});

  test("nginx names an unknown directive by the very bytes that were quoted", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lbctl-injection-"));
  const texts = [...new Set(drawn(hostileText, 80))].filter((text) => whyUnreadable(text) === null && text.length < 300 && !isPlainWord(text));
  const wrong = await Promise.all(texts.map(async (text, index) => {
    const file = join(folder, `${index}.conf`);
    writeFileSync(file, `${word(text)} on;\nevents {}\n`);
    const { stderr } = await runProgram(findProgram("nginx")!, ["-t", "-p", folder, "-e", "stderr", "-c", file]);
    return stderr.includes(`unknown directive "${text}" in ${file}:1\n`) ? [] : [`${shown(text)}: ${stderr}`];
  }));
  rmSync(folder, { recursive: true });
  expect(told(wrong.flat())).toBe("");
});
