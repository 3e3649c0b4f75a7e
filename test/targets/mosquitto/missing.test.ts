import { expect, it, vi } from "vitest";
import target from "../../../src/targets/mosquitto/index.js";
import { fleetOf } from "../../fleet.js";

vi.mock("../../../src/support/program.js", async (load) => ({
  ...(await load<object>()),
  findProgram: () => undefined,
}));

it("without mosquitto its check says that it is missing, and finds nothing", async () => {
  const fleet = await fleetOf(`version: 1
name: t
brokers: { mqtt: { software: mosquitto, access: { anonymous: true }, persistence: true, servers: [a] } }
`);
  const options = target.options({
    written: fleet.written,
    name: "mosquitto",
    version: null,
    pools: null,
    options: {},
  });
  expect(await target.check(target.render(fleet, options), fleet)).toEqual({
    program: "mosquitto",
    version: null,
    result: "missing",
    findings: [],
    note: "mosquitto is not installed",
  });
});
