import { describe, expect, it } from "vitest";
import { findProgram } from "../../../src/support/program.js";
import target from "../../../src/targets/mosquitto/index.js";
import type { Artifact } from "../../../src/targets/target.js";
import { fleetOf } from "../../fleet.js";

const TOPOLOGY = `version: 1
name: t
brokers:
  mqtt:
    software: mosquitto
    cluster: { mode: bridge }
    access: { anonymous: true, passwordFile: /not/on this machine, aclFile: /neither }
    persistence: true
    listeners: { mqtt: 1883, websocket: 9001 }
    ports: { mqtt: 883 }
    servers: [10.99.0.1, "10.99.0.2", broker.example, "[2001:db8::1]", e, f]
`;

async function checked(change: (artifact: Artifact) => Artifact = (artifact) => artifact) {
  const fleet = await fleetOf(TOPOLOGY);
  const options = target.options({
    written: fleet.written,
    name: "mosquitto",
    version: null,
    pools: null,
    options: {},
  });
  return target.check(target.render(fleet, options).map(change), fleet);
}

describe.skipIf(!findProgram("mosquitto"))("mosquitto's check", () => {
  it("starts what it is given, though its addresses, names, files and ports are not on this machine", async () => {
    expect(await checked()).toEqual({
      program: "mosquitto",
      version: expect.stringMatching(/^2\./),
      result: "ok",
      findings: [],
      note: null,
    });
  });

  it("reports what mosquitto refuses at the line of the topology that it came from", async () => {
    const { result, findings } = await checked((artifact) =>
      artifact.path === "mosquitto/e.conf"
        ? { ...artifact, text: artifact.text.replace("topic # both", "topic # sideways") }
        : artifact,
    );
    expect(result).toBe("failed");
    expect(
      findings.map(({ rule, kind, severity, message, at }) => ({ rule, kind, severity, message, line: at.line })),
    ).toEqual([
      {
        rule: "mosquitto/check",
        kind: "configuration",
        severity: "error",
        message: expect.stringMatching(
          /^mosquitto refuses mosquitto\/e\.conf:\d+: Invalid bridge topic direction 'sideways'$/,
        ),
        line: 6,
      },
    ]);
  });

  it("calls what is no line's fault the machine's", async () => {
    const { result, findings } = await checked((artifact) => ({
      ...artifact,
      text: `${artifact.text}plugin /nowhere.so\n`,
    }));
    expect(result).toBe("ok");
    expect(new Set(findings.map(({ kind, severity }) => `${kind} ${severity}`))).toEqual(new Set(["environment info"]));
  });
});
