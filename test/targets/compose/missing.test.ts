import { expect, it, vi } from "vitest";
import target from "../../../src/targets/compose/index.js";
import { fleetOf } from "../../fleet.js";
import { optionsOf } from "./read.js";

vi.mock("../../../src/support/program.js", async (load) => ({
  ...(await load<object>()),
  findProgram: () => undefined,
}));

it("without Compose its check says that it is missing, and finds nothing", async () => {
  const fleet = await fleetOf("version: 1\nname: t\napis: { a: { servers: [s] } }\n");
  expect(await target.check(target.render(fleet, optionsOf(fleet)), fleet)).toEqual({
    program: "docker compose",
    version: null,
    result: "missing",
    findings: [],
    note: "Compose is not installed",
  });
});
