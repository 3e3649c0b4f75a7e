import { expect, test, vi } from "vitest";
import target from "../../../src/targets/haproxy/index.js";
import { fleetOf } from "../../fleet.js";
import { optionsOf } from "./program.js";

vi.mock("../../../src/support/program.js", () => ({ findProgram: () => undefined, runProgram: () => undefined }));

test("where HAProxy is not installed our own parser must read the file", async () => {
  const fleet = await fleetOf('version: 1\nname: t\nservices: { s: { listeners: { x: 1 }, servers: ["a:1"] } }\n');
  const options = optionsOf(fleet);
  const artifacts = target.render(fleet, options);
  expect(await target.check(artifacts, fleet, options)).toMatchObject({
    result: "missing",
    version: null,
    findings: [],
  });
  const broken = [{ ...artifacts[0]!, text: `${artifacts[0]!.text}  server 'x\n` }];
  const result = await target.check(broken, fleet, options);
  expect([result.result, result.findings.map(({ message }) => message)]).toEqual([
    "failed",
    [expect.stringContaining("quote ' is not closed")],
  ]);
});
