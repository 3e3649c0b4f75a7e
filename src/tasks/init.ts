import { writeFileSync } from "node:fs";
import { CannotUse } from "../support/errors.js";

/** A topology to start from: every line is one that most fleets keep, and none gives a warning. */
const STARTING_POINT = `# One fleet in one file. Check it with \`lbctl validate\`, write its configuration with \`lbctl render\`.
# All keys, for an editor's completion: lbctl schema > topology.schema.json
version: 1
name: my-fleet

# How servers are asked whether they live. A pool picks a policy by its name.
health:
  broker: { check: mqtt, interval: 5s, timeout: 2s, rise: 2, fall: 3 }
  api: { check: http, path: /health, interval: 10s, timeout: 3s, rise: 2, fall: 3 }

brokers:
  mqtt:
    software: mosquitto
    cluster: { mode: bridge, topics: ["#"] } # what is published on one broker reaches the others
    access: { anonymous: true } # or { anonymous: false, passwordFile: PATH }
    persistence: true
    keepalive: 60s # the longest that clients ask for; the idle time-out follows from it
    health: broker
    listeners:
      mqtt: { port: 1883, address: 127.0.0.1 } # plain MQTT: inside only; for the public: mqtts with \`tls\`
    servers:
      - { name: mosquitto-1, host: 192.0.2.11 }
      - { name: mosquitto-2, host: 192.0.2.12 }
      - { name: mosquitto-3, host: 192.0.2.13 }

apis:
  web:
    hostnames: [api.example.com]
    listeners: { http: 8080 }
    health: api
    servers:
      - { name: web-1, host: 192.0.2.21, port: 8080 }
      - { name: web-2, host: 192.0.2.22, port: 8080 }

# What \`lbctl render\` writes, and for which versions. nginx and HAProxy are alternatives: deploy either.
targets:
  nginx: { version: "1.22" }
  haproxy: { version: "2.6" }
`;

/** Writes the starting point. Throws CannotUse where the file exists already, unless `force`. */
export function init(file: string, { force }: { readonly force: boolean }): void {
  try {
    writeFileSync(file, STARTING_POINT, { flag: force ? "w" : "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new CannotUse(`${file} exists already`, "overwrite it with --force, or name another file");
  }
}
