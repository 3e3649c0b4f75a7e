import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import mqtt from "mqtt";
import { afterEach, expect, it } from "vitest";
import target from "../../src/targets/compose/index.js";
import { fleetOf } from "../fleet.js";
import { optionsOf, type ReadCompose } from "../targets/compose/read.js";
import { accepts, freePort, launch, ready, stopAll, suite, until, workFolder } from "./harness/programs.js";
import { exchange } from "./harness/tcp.js";

/** What a container without an image of its own would run, run here: the file's words with `$$` for `$`, as Compose does. */
async function started(topology: string, name: string, port: number) {
  const fleet = await fleetOf(`version: 1\nname: t\n${topology}`);
  const { services } = load(target.render(fleet, optionsOf(fleet))[0]!.text) as ReadCompose;
  const { command, environment } = services[name]!;
  const plain = (text: string): string => text.replaceAll("$$", "$");
  // Debian's nginx has its stream module apart; the official image has it built in
  const module = "/etc/nginx/modules-enabled";
  const before = environment!.STAND_IN!.includes("stream {") && existsSync(module) ? `include ${module}/*.conf;\n` : "";
  const folder = workFolder();
  withPublisher(folder);
  const running = launch("/bin/sh", command!.slice(1).map(plain), {
    cwd: folder,
    log: join(folder, "log"),
    env: {
      ...process.env,
      PATH: `${process.env.PATH}:/usr/sbin:${folder}`,
      STAND_IN: before + plain(environment!.STAND_IN!),
    },
  });
  await ready(running, `${name} listens`, () => accepts(port));
}

/** The official image has mosquitto's clients; where they are not installed, npm's take the same options. */
function withPublisher(folder: string): void {
  const client = join(import.meta.dirname, "../../node_modules/.bin/mqtt_pub");
  writeFileSync(join(folder, "mosquitto_pub"), `#!/bin/sh\nexec "${process.execPath}" "${client}" "$@"\n`, {
    mode: 0o755,
  });
}

suite("the stand-ins of a compose file", ["nginx", "mosquitto"], () => {
  afterEach(async () => {
    await stopAll();
    for (const file of ["conf", "pid"]) rmSync(`/tmp/stand-in.${file}`, { force: true });
  });

  it("answer HTTP with the server's name", async () => {
    const port = await freePort();
    await started(`apis: { a: { servers: [{ name: shop-1, host: a, port: ${port} }] } }`, "shop-1", port);
    const response = await fetch(`http://127.0.0.1:${port}/any/path`);
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      200,
      "text/plain",
      "shop-1\n",
    ]);
  });

  it("answer TCP with the server's name", async () => {
    const port = await freePort();
    await started(`services: { s: { servers: [{ name: cache-1, host: a, port: ${port} }] } }`, "cache-1", port);
    expect(await exchange(port, "")).toBe("cache-1\n");
  });

  it("speak MQTT, their name a retained message", async () => {
    const port = await freePort();
    const websocket = await freePort();
    const server = `{ name: emqx-1, host: a, port: ${port}, ports: { websocket: ${websocket} } }`;
    await started(`brokers: { b: { software: emqx, servers: [${server}] } }`, "emqx-1", port);
    for (const url of [`mqtt://127.0.0.1:${port}`, `ws://127.0.0.1:${websocket}`]) {
      const client = await mqtt.connectAsync(url);
      let said = "";
      client.on("message", (_, payload) => (said = payload.toString()));
      await client.subscribeAsync("stand-in");
      await until("it says who it is", () => said !== "");
      await client.endAsync();
      expect(said).toBe("emqx-1");
    }
  });
});
