import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import mqtt from "mqtt";
import { afterEach, describe, expect, test } from "vitest";
import {
  ask, CONNACK, connectPacket, say, startHaproxy, startHttp, startMosquitto, startNginx, startTcp, stopAll, until,
} from "../lint/programs.js";

afterEach(stopAll);
const log = (...x: unknown[]) => console.log("MEASURED", ...x);
describe("measure", () => {
  test("bridges", async () => {
    const bridge = (name: string, port: number, topic = "# both") => `connection ${name}\naddress 127.0.0.1:${port}\ntopic ${topic} 0\nremote_clientid r-${name}\nlocal_clientid l-${name}\nnotifications false\nrestart_timeout 1\n`;
    const run = async (what: string, ports: number[], confs: string[]) => {
      const bs = []; 
      for (let i = 0; i < ports.length; i += 1) bs.push(await startMosquitto(ports[i]!, confs[i]));
      const t = performance.now();
      const bridged = (confs.join("").match(/connection/g) ?? []).length;
      await until(() => bs.map((b) => (b.said().match(/as r-/g) ?? []).length).reduce((a, b) => a + b) >= bridged, "bridges", 5000).catch((e) => log(String(e), bs.map((b) => b.said())));
      const up = performance.now() - t;
      const subs = []; const n = ports.map(() => 0);
      for (let i = 0; i < ports.length; i += 1) { const s = await mqtt.connectAsync(`mqtt://127.0.0.1:${ports[i]}`); s.on("message", () => (n[i]! += 1)); await s.subscribeAsync("#"); subs.push(s); }
      await pause(100);
      subs[0]!.publish("t", "x"); await pause(1000); log(what, "copies in 1s", n.join(), "bridges up after", Math.round(up));
      for (const s of subs) s.end(true);
      await stopAll();
    };
    await run("pair", [21001, 21002], [bridge("ab", 21002), bridge("ba", 21001)]);
    await run("pair in/out disjoint", [21001, 21002], [bridge("ab", 21002, "a/# both"), bridge("ba", 21001, "t/# both")]);
    await run("pair out out", [21001, 21002], [bridge("ab", 21002, "# out"), bridge("ba", 21001, "# out")]);
    await run("ring", [21001, 21002, 21003], [bridge("ab", 21002), bridge("bc", 21003), bridge("ca", 21001)]);
    await run("triangle acyclic out", [21001, 21002, 21003], [bridge("ab", 21002, "# out") + bridge("ac", 21003, "# out"), bridge("bc", 21003, "# out"), ""]);
    await run("star", [21001, 21002, 21003], ["", bridge("ba", 21001), bridge("ca", 21001)]);
  });
  test("read fallback: nginx stream, haproxy all down", async () => {
    await startTcp(21003, (s) => s.end("primary"));
    await startHaproxy(`
listen r
  bind 127.0.0.1:21010
  default-server inter 100ms fall 1
  server r1 127.0.0.1:21001 check
  server r2 127.0.0.1:21002 check
listen f
  bind 127.0.0.1:21011
  default-server inter 100ms fall 1
  server r1 127.0.0.1:21001 check
  server p 127.0.0.1:21003 check backup
`, 21010);
    await pause(500);
    log("no fallback", `${await say(21010, "x")}`, "fallback", `${await say(21011, "x")}`);
  });
  test("tls: what a listener on the way sees", async () => {
    let seen = ""; await startMosquitto(21001);
    await startTcp(21010, (s) => { const up = net.connect(21001, "127.0.0.1"); s.on("data", (d) => { seen += d; up.write(d); }); up.on("data", (d) => s.write(d)); up.on("error", () => {}); s.on("close", () => up.destroy()); });
    const c = await mqtt.connectAsync("mqtt://127.0.0.1:21010", { username: "device", password: "secret-word" }); await c.endAsync();
    log("seen", JSON.stringify(seen), seen.includes("secret-word"));
  });
  test("never checked", async () => {
    await startTcp(21002, (s) => s.end("ok"));
    await startHaproxy(`
listen r
  mode http
  bind 127.0.0.1:21010
  timeout connect 300ms
  retries 0
  server a 127.0.0.1:21001
  server b 127.0.0.1:21003
listen f
  mode http
  bind 127.0.0.1:21011
  option redispatch
  default-server inter 100ms fall 1
  server a 127.0.0.1:21001 check
  server b 127.0.0.1:21003 check
`, 21010);
    await startHttp(21003, (_q, r) => r.end("ok"));
    await pause(500);
    const out: number[][] = [[], []];
    for (let i = 0; i < 10; i += 1) { out[0]!.push((await ask(21010, "/")).status); out[1]!.push((await ask(21011, "/")).status); }
    log("unchecked", out[0]!.join(), "checked", out[1]!.join());
  });
  test("bridged, persistent session elsewhere", async () => {
    const bridge = `connection b\naddress 127.0.0.1:21001\ntopic # both 1\nremote_clientid r-b\nlocal_clientid l-b\ncleansession false\nnotifications false\nrestart_timeout 1\n`;
    const a = await startMosquitto(21001); const b = await startMosquitto(21002, bridge);
    await until(() => a.said().includes("as r-b"), "bridge");
    const o = { clientId: "device", clean: false } as const;
    const c = await mqtt.connectAsync("mqtt://127.0.0.1:21001", o); await c.subscribeAsync("t", { qos: 1 }); await c.endAsync();
    const p = await mqtt.connectAsync("mqtt://127.0.0.1:21002"); await p.publishAsync("t", "1", { qos: 1 }); await p.publishAsync("t", "2", { qos: 1 });
    await p.publishAsync("kept", "r", { qos: 1, retain: true });
    await pause(200);
    const there = mqtt.connect("mqtt://127.0.0.1:21002", o); let n = 0; there.on("message", () => (n += 1)); const ack = await new Promise<any>((r) => there.on("connect", r));
    await pause(300); log("elsewhere: session", ack.sessionPresent, "messages", n); await there.endAsync();
    const back = mqtt.connect("mqtt://127.0.0.1:21001", o); n = 0; back.on("message", () => (n += 1)); const ack2 = await new Promise<any>((r) => back.on("connect", r));
    await pause(300); log("same: session", ack2.sessionPresent, "messages", n);
    // retained copies
    let copies = 0; await back.subscribeAsync("kept", { qos: 1 }); await pause(200); back.on("message", (t) => { if (t === "kept") copies += 1; });
    await b.stop(); await p.endAsync(); const b2 = await startMosquitto(21002, bridge); await pause(300);
    log("retained copies on a after b came back empty", copies);
    await a.stop().catch(() => {});
    back.end(true);
  });
});
