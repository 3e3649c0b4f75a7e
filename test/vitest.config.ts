import { join } from "node:path";
import { defineConfig } from "vitest/config";

const root = join(import.meta.dirname, "..");
/** Tests of whole programs: sockets, fixed ports, packages. One file at a time. */
const ONE_BY_ONE = ["test/real/**/*.test.ts", "test/package.test.ts"];
const shared = {
  root,
  pool: "forks",
  setupFiles: "test/setup.ts",
  environment: "node",
  testTimeout: 30_000,
  hookTimeout: 60_000,
} as const;

export default defineConfig({
  root,
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: "parts",
          include: ["test/**/*.test.ts"],
          exclude: ONE_BY_ONE,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: "real",
          include: ONE_BY_ONE,
          fileParallelism: false,
          testTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
