import { afterEach, expect, test } from "vitest";
import { rest, topic, whyNotRest, whyNotTopic } from "../../src/syntax/mosquitto/quote.js";
import { startMosquitto, stopAll, until } from "../lint/programs.js";
import { type Heard, startFakeBroker } from "./fakeBroker.js";
import { hostileText, oneLine } from "./hostile.js";
import { drawn, shown, told } from "./seed.js";

const PORT = 27_121;
const BROKER = 27_122;
/** Bridges of one mosquitto, each with its own client identifier and topics. */
const BRIDGES = 60;

afterEach(stopAll);

const connection = (client: string, topics: readonly string[], index: number): string => `
connection b${index}
address 127.0.0.1:${BROKER}
${topics.map((text) => `topic ${topic(text)} in 0`).join("\n")}
remote_clientid ${rest(client)}
notifications false
try_private false
restart_timeout 60
`;

  test("mosquitto says the very bytes that were written, or they are refused", async () => {
  const texts = [...new Set([...drawn(oneLine, 3000), ...drawn(hostileText, 600)])];
  const clients = texts.filter((text) => whyNotRest(text) === null && text.length < 300).slice(0, BRIDGES);
  const topics = texts.filter((text) => whyNotTopic(text) === null && text !== "#");
  const bridges = clients.map((client, index) => ({ client, topics: topics.filter((_, turn) => turn % BRIDGES === index) }));
  const { heard } = await startFakeBroker(BROKER);
  const mosquitto = await startMosquitto(PORT, bridges.map((bridge, index) => connection(bridge.client, bridge.topics, index)).join(""));
  const isWhole = ({ filters }: Heard, index: number): boolean => filters.length >= (bridges[index]?.topics.length ?? 0);
  await until(() => heard.length >= bridges.length && heard.every(isWhole), "all bridges", 5000).catch(() => undefined);
  const wrong = bridges.flatMap((bridge) => missing(bridge, heard));
  expect(told(wrong.length > 0 ? [...wrong.slice(0, 11), mosquitto.said().slice(0, 1500)] : [])).toBe("");
  expect(bridges.length).toBe(BRIDGES);
  expect(topics.length).toBeGreaterThan(700);
});

/** What of a bridge did not come through. */
function missing({ client, topics }: { client: string; topics: readonly string[] }, heard: readonly Heard[]): string[] {
  const own = heard.find((each) => each.client.equals(Buffer.from(client)));
  if (!own) return [`no client ${shown(client)}`];
  const filters = new Set(own.filters.map(String));
  const lost = topics.filter((text) => !filters.delete(text)).map((text) => `no topic ${shown(text)}`);
  return [...lost, ...[...filters].map((text) => `nobody wrote the topic ${shown(text)}`)];
}
