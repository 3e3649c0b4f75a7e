import type { Algorithm } from "../../fleet/fleet.js";

/** What an algorithm does, when it fits and when it does not. */
export interface AlgorithmPage {
  readonly title: string;
  readonly what: string;
  readonly good: { readonly when: string; readonly topology: string };
  readonly bad: { readonly when: string; readonly topology: string };
}

export const ALGORITHMS: Readonly<Record<Algorithm, AlgorithmPage>> = {
  round_robin: {
    title: "the servers take turns, by weight",
    what: "Each server gets its share of new connections: with weights 3, 2, 1 half, a third and a sixth. What is open does not count.",
    good: {
      when: "requests are short and about equally costly",
      topology:
        "apis:\n  shop: { balance: round_robin, servers: [{ host: shop-1, weight: 3 }, { host: shop-2, weight: 1 }] }",
    },
    bad: {
      when: "sessions are long: a server that was away comes back empty and stays so, while the others stay full",
      topology: "brokers:\n  mqtt: { balance: round_robin, sessions: { typical: 8h }, servers: [mqtt-1, mqtt-2] }",
    },
  },
  least_connections: {
    title: "the server with the fewest open connections for its weight",
    what: "Looks at what is open now, so a server that came back fills up until it is level with the others.",
    good: {
      when: "connections stay long or differ in length: MQTT, WebSocket, databases",
      topology: "brokers:\n  mqtt: { balance: least_connections, servers: [mqtt-1, mqtt-2] }",
    },
    bad: {
      when: "a server that fails fast looks idle and draws all requests, unless health checks take it out",
      topology:
        "health:\n  off: { check: none }\napis:\n  shop: { balance: least_connections, health: off, servers: [shop-1, shop-2] }",
    },
  },
  least_response_time: {
    title: "the server that answers fastest, open connections counted in",
    what: "Weighs the measured time to answer with what is open. Few programs can: nginx from 1.31.0.",
    good: {
      when: "servers differ in speed, and nobody knows their weights",
      topology:
        "apis:\n  shop: { balance: { algorithm: least_response_time, fallback: least_connections }, servers: [shop-1, shop-2] }",
    },
    bad: {
      when: "answers that fail are the fast ones",
      topology:
        "health:\n  off: { check: none }\napis:\n  shop: { balance: least_response_time, health: off, servers: [shop-1, shop-2] }",
    },
  },
  random: {
    title: "a random server, by weight",
    what: "Draws lots for each connection. Needs no state, so several balancers need not know of one another.",
    good: {
      when: "there are many balancers before many servers",
      topology: 'apis:\n  shop: { balance: random, servers: ["shop-{1..40}"] }',
    },
    bad: {
      when: "there are few connections: shares are equal only in the long run",
      topology: "databases:\n  main: { software: postgres, primary: db-1, replicas: [db-2, db-3], balance: random }",
    },
  },
  power_of_two: {
    title: "the less busy of two random servers",
    what: "Draws two servers and takes the one with fewer open connections for its weight: nearly as level as least_connections, without all balancers running to the same idle server at once.",
    good: {
      when: "several balancers share the servers",
      topology: 'apis:\n  shop: { balance: power_of_two, servers: ["shop-{1..40}"] }',
    },
    bad: {
      when: "there are two servers: then it is least_connections with more work",
      topology: "apis:\n  shop: { balance: power_of_two, servers: [shop-1, shop-2] }",
    },
  },
  ip_hash: {
    title: "the client's address decides",
    what: "The same address gets the same server while the set of servers stays. When one leaves, other clients than its own may move as well.",
    good: {
      when: "clients must stay on their server, and the set of servers rarely changes",
      topology: "apis:\n  shop: { balance: ip_hash, servers: [shop-1, shop-2, shop-3] }",
    },
    bad: {
      when: "many clients share one address: a carrier's NAT, or a proxy that stands before the balancer and passes the address in a header that TCP cannot carry",
      topology:
        "behind: { proxies: [10.0.0.0/8], by: header:X-Forwarded-For }\nbrokers:\n  mqtt: { balance: ip_hash, servers: [mqtt-1, mqtt-2] }",
    },
  },
  consistent_hash: {
    title: "a key decides, and few clients move when servers change",
    what: "Servers own pieces of a ring of hash values. When one of n leaves, only its own clients move: about 1/n of all.",
    good: {
      when: "servers keep something for a key: caches, sessions, device state",
      topology: 'apis:\n  cache: { balance: { algorithm: consistent_hash, key: uri }, servers: ["cache-{1..4}"] }',
    },
    bad: {
      when: "a few keys carry most of the load: each of them stays on one server",
      topology:
        'apis:\n  shop: { balance: { algorithm: consistent_hash, key: "header:X-Tenant" }, servers: ["shop-{1..4}"] }',
    },
  },
  first: {
    title: "the first server with room",
    what: "Fills the servers one after the other, each up to its `maxConnections`; the last ones stay idle and can be switched off.",
    good: {
      when: "idle servers cost money, and every server has a limit",
      topology:
        "apis:\n  shop: { balance: first, servers: [{ host: shop-1, maxConnections: 200 }, { host: shop-2, maxConnections: 200 }] }",
    },
    bad: {
      when: "servers have no limit: the first takes everything",
      topology: "apis:\n  shop: { balance: first, servers: [shop-1, shop-2] }",
    },
  },
};
