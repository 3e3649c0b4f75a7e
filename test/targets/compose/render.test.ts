import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import target from "../../../src/targets/compose/index.js";
import { fleetOf } from "../../fleet.js";
import { composeOf, optionsOf, type ReadCompose, textOf } from "./read.js";

const BROKERS = `
brokers:
  mqtt:
    software: mosquitto
    cluster: { mode: bridge }
    access: { anonymous: true, passwordFile: /etc/mqtt/passwords }
    persistence: true
    listeners: { mqtt: 1883 }
    servers: [b1, { name: b2, host: b2.inside.example, port: 1999 }]
`;
const API = `
apis:
  shop: { listeners: { http: 80 }, servers: ["shop-{1..2}:8080"] }
`;
const both = "targets: { nginx: {}, haproxy: {}, compose: {} }\n";

describe("the file", () => {
  it("reads as a person would have written it", async () => {
    const text = await textOf(`${BROKERS}targets: { haproxy: { version: "3.0" }, compose: {} }\n`);
    expect(text).toMatch(
      /^# written by lbctl from topology\.yaml \(sha256 [0-9a-f]{16}\)\n# do not edit.*\n\nname: t\n/,
    );
    expect(text.slice(text.indexOf("services:"))).toBe(`services:
  # brokers mqtt
  b1:
    image: eclipse-mosquitto:2.0
    container_name: t-b1
    command: [sh, -c, "chown mosquitto /var/lib/mosquitto/ && exec mosquitto -c /mosquitto/config/mosquitto.conf"]
    volumes:
      - ../mosquitto/b1.conf:/mosquitto/config/mosquitto.conf:ro
      - type: bind
        source: /etc/mqtt/passwords
        target: /etc/mqtt/passwords
        read_only: true
      - b1-data:/var/lib/mosquitto
    healthcheck:
      test: [CMD, mosquitto_sub, -p, "1883", -t, $$SYS/broker/uptime, -C, "1", -W, "2"]
      interval: 5s
      timeout: 3s
      retries: 3
      start_period: 10s
    networks:
      fleet:
    stop_grace_period: 30s
    restart: unless-stopped

  b2:
    image: eclipse-mosquitto:2.0
    container_name: t-b2
    command: [sh, -c, "chown mosquitto /var/lib/mosquitto/ && exec mosquitto -c /mosquitto/config/mosquitto.conf"]
    volumes:
      - ../mosquitto/b2.conf:/mosquitto/config/mosquitto.conf:ro
      - type: bind
        source: /etc/mqtt/passwords
        target: /etc/mqtt/passwords
        read_only: true
      - b2-data:/var/lib/mosquitto
    healthcheck:
      test: [CMD, mosquitto_sub, -p, "1999", -t, $$SYS/broker/uptime, -C, "1", -W, "2"]
      interval: 5s
      timeout: 3s
      retries: 3
      start_period: 10s
    networks:
      fleet:
        aliases:
          - b2.inside.example
    stop_grace_period: 30s
    restart: unless-stopped

  # balancers
  haproxy:
    image: haproxy:3.0-alpine
    container_name: t-haproxy
    command: [haproxy, -W, -db, -f, /usr/local/etc/haproxy/haproxy.cfg]
    volumes:
      - ../haproxy/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro
    ports:
      - "1883:1883"
    networks:
      fleet:
    depends_on:
      - b1
      - b2
    healthcheck:
      test: [CMD, sh, -c, 'wget -q -O /dev/null "$$0" || curl -fsS -o /dev/null "$$0"', http://127.0.0.1:8405/lb-health]
      interval: 5s
      timeout: 3s
      retries: 3
      start_period: 10s
    ulimits:
      nofile:
        soft: 65536
        hard: 65536
    restart: unless-stopped

networks:
  fleet:

volumes:
  b1-data:
  b2-data:
`);
  });

  it("knows which part of the topology a line comes from", async () => {
    const fleet = await fleetOf(`version: 1\nname: t\n${BROKERS}${both}`);
    const { text, origin } = target.render(fleet, optionsOf(fleet))[0]!;
    const lines = text.split("\n");
    const of = (line: string) => origin!(lines.indexOf(line) + 1);
    expect(of("  b1:")).toBe(fleet.pools[0]!.servers[0]!.written);
    expect(of("    container_name: t-b2")).toBe(fleet.pools[0]!.servers[1]!.written);
    expect(of("    container_name: t-haproxy")).toBe(fleet.targets[1]!.written);
    expect(of("name: t")).toBeUndefined();
    expect(of("  b1-data:")).toBeUndefined();
  });

  it("is not written for nothing", async () => {
    expect(await textOf(both)).toBe("");
  });

  it("calls its project what the fleet is called, in the lower case that Compose demands", async () => {
    const fleet = await fleetOf(`version: 1\nname: RouteMQ\n${API}`);
    const { name, services } = load(target.render(fleet, optionsOf(fleet))[0]!.text) as ReadCompose;
    expect([name, services["shop-1"]!.container_name]).toEqual(["routemq", "RouteMQ-shop-1"]);
  });
});

describe("balancers", () => {
  it("are those of the topology in its order, the second 10000 ports higher", async () => {
    const ports = async (targets: string) => {
      const { services } = await composeOf(`${BROKERS}${API}targets: { ${targets} }\n`);
      return Object.fromEntries(["nginx", "haproxy"].map((name) => [name, services[name]?.ports]));
    };
    const low = ["1883:1883", "80:80"];
    const high = ["11883:1883", "10080:80"];
    expect(await ports("nginx: {}, haproxy: {}, compose: {}")).toEqual({ nginx: low, haproxy: high });
    expect(await ports("haproxy: {}, nginx: {}, compose: {}")).toEqual({ nginx: high, haproxy: low });
    expect(await ports("nginx: { pools: [shop] }, haproxy: { pools: [mqtt] }, compose: {}")).toEqual({
      nginx: ["80:80"],
      haproxy: ["11883:1883"],
    });
    expect(await ports("compose: {}")).toEqual({ nginx: undefined, haproxy: undefined });
    expect(await ports("nginx: {}, haproxy: {}, compose: { expose: false }")).toEqual({});
  });

  it("publish a port once, each protocol by itself, and say which they cannot", async () => {
    const topology = `
apis:
  a: { hostnames: [a.example], listeners: { http: 80 }, servers: [a] }
  b: { hostnames: [b.example], listeners: { http: 80 }, servers: [b] }
services:
  dns: { protocol: udp, listeners: { main: 53 }, servers: ["d:53"] }
  dns-tcp: { listeners: { main: 53, high: 60000, clash: 10080, inner: { port: 99, address: 10.0.0.1 } }, servers: ["e:53"] }
${both}`;
    const { services } = await composeOf(topology);
    expect(services.nginx!.ports).toEqual(["80:80", "53:53/udp", "53:53", "60000:60000", "10080:10080"]);
    expect(services.haproxy!.ports).toEqual(["10053:53", "20080:10080"]);
    const notes = (await textOf(topology)).split("\n").filter((line) => /^ {2}# dns-tcp|^ {2}# [ab]:/.test(line));
    expect(notes).toEqual([
      "  # dns-tcp: 99 listens on 10.0.0.1 alone, which a container does not have",
      "  # a: 80 of haproxy is not published, 10080 is taken",
      "  # b: 80 of haproxy is not published, 10080 is taken",
      "  # dns-tcp: 60000 has no port 10000 higher",
      "  # dns-tcp: 99 listens on 10.0.0.1 alone, which a container does not have",
    ]);
  });

  it("have the images of the versions that they are written for, or those that are named", async () => {
    const images = async (targets: string) => {
      const { services } = await composeOf(`${API}targets: { ${targets} }\n`);
      return [services.nginx!.image, services.haproxy!.image];
    };
    expect(await images("nginx: {}, haproxy: {}, compose: {}")).toEqual(["nginx:1.22-alpine", "haproxy:2.6-alpine"]);
    expect(
      await images(
        'nginx: { version: "1.28" }, haproxy: {}, compose: { images: { haproxy: "r.example:5000/h@sha256:ab" } }',
      ),
    ).toEqual(["nginx:1.28-alpine", "r.example:5000/h@sha256:ab"]);
  });

  it("find their certificates and further files, and may read them", async () => {
    const { services } = await composeOf(`
tls: { public: { certificate: "/c/a:b.pem", key: "/c/a.key", clientCa: relative.pem } }
apis:
  shop: { listeners: { https: { port: 443, tls: public } }, serverTls: { ca: /c/ca.pem }, servers: ["s:443"] }
targets: { nginx: { include: [/etc/lb/x.conf] }, haproxy: { include: [/etc/lb/x.cfg] }, compose: {} }
`);
    const bind = (path: string) => ({ type: "bind", source: path, target: path, read_only: true });
    const files = ["/c/a:b.pem", "/c/a.key", "/c/ca.pem"];
    expect(services.nginx!.volumes!.slice(1)).toEqual([...files, "/etc/lb/x.conf"].map(bind));
    expect(services.haproxy!.volumes!.slice(1)).toEqual([...files, "/etc/lb/x.cfg"].map(bind));
    expect([services.nginx!.user, services.haproxy!.user]).toEqual([undefined, "0:0"]);
    expect(services.haproxy!.command!.slice(-4)).toEqual([
      "-f",
      "/usr/local/etc/haproxy/haproxy.cfg",
      "-f",
      "/etc/lb/x.cfg",
    ]);
  });

  it("are asked at their own health endpoint, where a container can be asked", async () => {
    const url = async (health: string) => {
      const { services } = await composeOf(`${API}targets: { nginx: { health: ${health} }, compose: {} }\n`);
      return services.nginx!.healthcheck?.test.at(-1);
    };
    expect(await url("{}")).toBe("http://127.0.0.1:8405/lb-health");
    expect(await url("{ port: 99, path: /up }")).toBe("http://127.0.0.1:99/up");
    expect(await url('{ address: "0.0.0.0" }')).toBe("http://127.0.0.1:8405/lb-health");
    expect(await url('{ address: "[::1]" }')).toBe("http://[::1]:8405/lb-health");
    expect(await url("{ address: 10.0.0.1 }")).toBeUndefined();
  });
});

describe("servers", () => {
  it("take the image of their name, else of their pool, else of their software, else a stand-in", async () => {
    const { services } = await composeOf(`
brokers: { mqtt: { software: emqx, cluster: { mode: native }, servers: [e1, e2, e3] } }
apis:
  shop: { servers: [s1] }
  news: { servers: [n1] }
targets: { compose: { images: { emqx: "emqx:5", mqtt: "other:1", e2: "special:2", shop: "shop:3", nginx: "nginx:x" } } }
`);
    expect(Object.fromEntries(Object.entries(services).map(([name, { image }]) => [name, image]))).toEqual({
      e1: "other:1",
      e2: "special:2",
      e3: "other:1",
      s1: "shop:3",
      n1: "nginx:x",
    });
    expect(services.s1!.command).toBeUndefined();
    expect(services.n1!.environment!.STAND_IN).toContain('return 200 "n1\\n";');
  });

  it("that share a host live in one network, and one that several pools name is one container", async () => {
    const { services } = await composeOf(`
apis:
  shop: { listeners: { http: 80 }, servers: ["app:8080", "app:8081"] }
  admin: { listeners: { http: 81 }, servers: ["App:8080"] }
targets: { nginx: {}, compose: {} }
`);
    expect(Object.keys(services)).toEqual(["app-8080", "app-8081", "nginx"]);
    expect(services["app-8080"]!.networks).toEqual({ fleet: { aliases: ["app"] } });
    expect(services["app-8081"]).toMatchObject({ network_mode: "service:app-8080" });
    expect(services["app-8081"]!.networks).toBeUndefined();
  });

  it("are called like their servers, and like POOL-SERVER where that is not enough", async () => {
    const { services } = await composeOf(`
apis:
  east: { listeners: { http: 80 }, servers: [{ name: x, host: h1 }, { name: nginx, host: h2 }, { name: "2", host: h4 }] }
  west: { servers: [{ name: X, host: h3 }, { name: "1", host: h5 }] }
targets: { nginx: {}, compose: {} }
`);
    expect((await textOf("apis: { a: { servers: [x] } }")).includes("x:")).toBe(true);
    expect(Object.keys(services).sort()).toEqual(["1", "2", "east-nginx", "east-x", "nginx", "west-X"]);
    expect(services["east-nginx"]!.networks).toEqual({ fleet: { aliases: ["h2"] } });
  });

  it("stay in the topology's order though their names are numbers", async () => {
    const text = await textOf(`apis: { a: { servers: [{ name: "2", host: b }, { name: "1", host: a }] } }`);
    expect(text.indexOf('"2":')).toBeGreaterThan(0);
    expect(text.indexOf('"1":')).toBeGreaterThan(text.indexOf('"2":'));
  });

  it("with addresses of their own are no containers, and named as such", async () => {
    const text = await textOf('apis: { a: { servers: [s1, 10.0.0.7, "[2001:db8::1]:99"] } }');
    expect(Object.keys((load(text) as ReadCompose).services)).toEqual(["s1"]);
    expect(text).toMatch(
      /^# servers with addresses of their own, which are no containers: a\/10-0-0-7 \(10\.0\.0\.7\), a\/\S+ \(2001:db8::1\)$/m,
    );
  });

  it("of databases keep what they have, and start with a password from the environment alone", async () => {
    const { services, volumes } = await composeOf(`
databases:
  main: { software: postgres, primary: "p:6432", replicas: [r] }
  old: { software: mysql, primary: "m:3307" }
targets: { compose: { images: { postgres: "postgres:16", mysql: "mysql:8" } } }
`);
    expect(services.p!.environment).toEqual({
      POSTGRES_PASSWORD: "${POSTGRES_PASSWORD:?set it: the password of database pool main}",
      PGPORT: "6432",
      PGDATA: "/var/lib/postgresql/pgdata",
    });
    expect(services.p!.volumes).toEqual(["p-data:/var/lib/postgresql"]);
    expect(services.r!.environment!.PGPORT).toBe("5432");
    expect(services.m!.command).toEqual(["--port=3307"]);
    expect(services.m!.environment).toEqual({
      MYSQL_ROOT_PASSWORD: "${MYSQL_ROOT_PASSWORD:?set it: the password of the databases' root}",
    });
    expect(Object.keys(volumes!)).toEqual(["p-data", "r-data", "m-data"]);
  });

  it("of mosquitto with a login are asked whether they listen, and have no volume without persistence", async () => {
    const { services, volumes } = await composeOf(`
brokers: { mqtt: { software: mosquitto, access: { passwordFile: /p }, persistence: false, servers: [b] } }`);
    expect(services.b!.healthcheck!.test).toEqual(["CMD", "nc", "-z", "127.0.0.1", "1883"]);
    expect(services.b!.command).toEqual(["mosquitto", "-c", "/mosquitto/config/mosquitto.conf"]);
    expect(volumes).toBeUndefined();
  });
});
