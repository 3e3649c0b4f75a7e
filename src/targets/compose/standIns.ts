import type { Pool, Server } from "../../fleet/fleet.js";
import { healthcheck, healthcheckUrl, type Service } from "./service.js";

type Part = Pick<Service, "command" | "environment" | "healthcheck">;

/** A program that listens like a server nobody has named an image for, and tells whoever asks which server it stands for. */
export const standIn = (pool: Pool, server: Server): Part =>
  pool.kind === "brokers" ? broker(server) : pool.kind === "apis" ? web(server) : tcp(pool, server);

/** Any path is answered with the server's name. */
const web = ({ name, port }: Server): Part => ({
  ...nginx(`http {
  access_log off;
  server {
    listen ${port};
    location / {
      default_type text/plain;
      return 200 "${name}\\n";
    }
  }
}
`),
  healthcheck: healthcheckUrl(`http://127.0.0.1:${port}/`),
});

/** A connection, or a datagram, is answered with the server's name. */
function tcp(pool: Pool, { name, port }: Server): Part {
  const udp = pool.kind === "services" && pool.protocol === "udp";
  const part = nginx(`stream {
  server {
    listen ${port}${udp ? " udp" : ""};
    return "${name}\\n";
  }
}
`);
  return udp ? part : { ...part, healthcheck: healthcheck("nc", "-z", "127.0.0.1", `${port}`) };
}

/** An MQTT broker of its own, bridged to nobody, whose name is a retained message. */
const broker = ({ name, port, ports }: Server): Part => ({
  environment: {
    STAND_IN: `allow_anonymous true
listener ${port}
listener ${ports?.websocket ?? 9001}
protocol websockets
`,
  },
  command: [
    "sh",
    "-c",
    `printf %s "$STAND_IN" > /tmp/stand-in.conf
(until mosquitto_pub -p "$0" -q 1 -r -t stand-in -m "$1"; do sleep 1; done) &
exec mosquitto -c /tmp/stand-in.conf`,
    `${port}`,
    name,
  ],
  healthcheck: healthcheck("mosquitto_sub", "-p", `${port}`, "-t", "stand-in", "-C", "1", "-W", "2"),
});

const nginx = (blocks: string): Part => ({
  environment: { STAND_IN: `pid /tmp/stand-in.pid;\nerror_log stderr;\nevents {}\n${blocks}` },
  command: [
    "sh",
    "-c",
    `printf %s "$STAND_IN" > /tmp/stand-in.conf
exec nginx -c /tmp/stand-in.conf -g "daemon off;"`,
  ],
});
