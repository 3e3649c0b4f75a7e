import type { Fleet } from "../../fleet/fleet.js";
import * as quote from "../../syntax/mosquitto/quote.js";
import { type BrokerNode, brokerNodes, nodeFile } from "../nodes.js";
import type { Artifact } from "../target.js";
import { type Helpers, renderTemplate } from "../template.js";
import type { MosquittoOptions } from "./options.js";
import { viewOf } from "./view.js";

const helpers: Helpers = {
  rest: quote.rest,
  word: quote.word,
  words: (texts: readonly string[]) => texts.map(quote.word).join(" "),
  topic: quote.topic,
  comment: quote.comment,
  number: (value: number) => `${value}`,
  flag: (value: boolean) => `${value}`,
  concat: (a: string, b: string) => a + b, // never alone in a template: a quoting helper takes it
};

/** The nodes that the options ask for. */
const nodesOf = (fleet: Fleet, { pools }: Pick<MosquittoOptions, "pools">): BrokerNode[] =>
  brokerNodes(fleet).filter(({ pool }) => pools === null || pools.includes(pool.name));

/** One file for each mosquitto. */
export const render = (fleet: Fleet, options: MosquittoOptions): Artifact[] =>
  nodesOf(fleet, options).map((node) => {
    const { text, origin } = renderTemplate("mosquitto/node", viewOf(fleet, node), helpers);
    return { path: nodeFile(node), text, origin };
  });
