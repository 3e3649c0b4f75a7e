import { afterEach, expect, test } from "vitest";
import { rest, topic, whyNotRest, whyNotTopic } from "../../src/syntax/mosquitto/quote.js";
import { startMosquitto, stopAll, until } from "../lint/programs.js";
import { freePort, suite } from "../real/harness/programs.js";
import { type Heard, startFakeBroker } from "./fakeBroker.js";
import { hostileText, oneLine } from "./hostile.js";
import { drawn, shown, told } from "./seed.js";

/** Bridges of one mosquitto, each with its own client identifier and topics. */
const BRIDGES = 60;

interface Bridge {
  readonly client: string;
  readonly topics: readonly string[];
}

const connection = ({ client, topics }: Bridge, index: number, broker: number): string => `
connection b${index}
address 127.0.0.1:${broker}
${topics.map((text) => `topic ${topic(text)} in 0`).join("\n")}
remote_clientid ${rest(client)}
notifications false
try_private false
restart_timeout 60
`;

/** What of a bridge did not come through, and what came of which nobody knows. */
function differences({ client, topics }: Bridge, heard: readonly Heard[]): string[] {
  const own = heard.find((each) => each.client.equals(Buffer.from(client)));
  if (!own) return [`no client ${shown(client)}`];
  const filters = new Set(own.filters.map(String));
  const lost = topics.filter((text) => !filters.delete(text)).map((text) => `no topic ${shown(text)}`);
  return [...lost, ...[...filters].map((text) => `nobody wrote the topic ${shown(text)}`)];
}

suite("mosquitto", ["mosquitto"], () => {
  afterEach(stopAll);

  test("it says the very bytes that were written, or they are refused", async () => {
    const [port, broker] = [await freePort(), await freePort()];
    const texts = [...new Set([...drawn(oneLine, 3000), ...drawn(hostileText, 600)])];
    const clients = texts.filter((text) => whyNotRest(text) === null && text.length < 300).slice(0, BRIDGES);
    const topics = texts.filter((text) => whyNotTopic(text) === null && text !== "#");
    const bridges = clients.map((client, index) => ({
      client,
      topics: topics.filter((_, turn) => turn % BRIDGES === index),
    }));
    const { heard } = await startFakeBroker(broker);
    const config = bridges.map((bridge, index) => connection(bridge, index, broker)).join("");
    const mosquitto = await startMosquitto(port, config);
    const filters = (): number => heard.reduce((sum, each) => sum + each.filters.length, 0);
    const isComplete = (): boolean => heard.length >= bridges.length && filters() >= topics.length;
    await until(isComplete, "all bridges", 5000).catch(() => undefined); // what is missing is told below
    const wrong = bridges.flatMap((bridge) => differences(bridge, heard));
    expect(told(wrong.length > 0 ? [mosquitto.said().slice(0, 1000), ...wrong] : [])).toBe("");
    expect(bridges.length).toBe(BRIDGES);
    expect(topics.length).toBeGreaterThan(700);
  });
});
