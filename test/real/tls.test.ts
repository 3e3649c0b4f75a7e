import tls from "node:tls";
import { afterEach, expect, test } from "vitest";
import { certificate } from "./harness/certificate.js";
import { ask, handshake, listed, webServer, webServers } from "./harness/http.js";
import { device, silence } from "./harness/mqtt.js";
import { freePort, stopAll, suite } from "./harness/programs.js";
import { BALANCERS, balanced } from "./harness/rendered.js";
import { tcpServer } from "./harness/tcp.js";
import { apis, pool } from "./harness/topology.js";

/** A topology of APIs with named certificates. */
const secured = (names: Record<string, string>, ...pools: readonly string[]): string =>
  `${apis(...pools)}
tls:
${Object.entries(names)
  .map(([name, text]) => `  ${name}: ${text}\n`)
  .join("")}`;

const files = (file: string, more = ""): string => `{ certificate: ${file}, key: ${file}.key${more} }`;

for (const balancer of BALANCERS)
  suite(`TLS at ${balancer}`, [balancer], () => {
    afterEach(stopAll);

    test("plain requests are sent to the https port: 301 for GET and HEAD, 308 for others", async () => {
      const site = certificate("shop.test");
      const [a] = await webServers("a");
      const [http, https] = [await freePort(), await freePort()];
      const listeners = `listeners: { http: { port: ${http}, address: 127.0.0.1, redirect: https }, https: { port: ${https}, address: 127.0.0.1, tls: site } }`;
      await balanced(
        balancer,
        secured({ site: files(site.file) }, pool("shop", null, listed([a!]), ["hostnames: [shop.test]", listeners])),
      );
      const redirected = async (method: string): Promise<[number, string]> => {
        const { status, headers } = await ask({
          port: http,
          host: `shop.test:${http}`,
          path: "/a/b?c=d&e=%20",
          method,
        });
        return [status, `${headers.location}`];
      };
      const to = `https://shop.test:${https}/a/b?c=d&e=%20`;
      expect(await redirected("GET")).toEqual([301, to]);
      expect(await redirected("HEAD")).toEqual([301, to]);
      expect(await redirected("POST")).toEqual([308, to]);
      expect(await redirected("DELETE")).toEqual([308, to]);
      expect(a!.requests).toEqual([]);
      const trusting = { ca: site.cert, servername: "shop.test" };
      const answer = await ask({ port: https, host: "shop.test", tls: trusting });
      expect([answer.status, answer.server]).toEqual([200, "a"]);
      expect(a!.requests[0]!.headers["x-forwarded-proto"]).toBe("https");
    });

    test("each host name has its own certificate", async () => {
      const [one, two] = [certificate("one.test"), certificate("two.test")];
      const [a, b] = await webServers("a", "b");
      const port = await freePort();
      const at = (name: string): string => `listeners: { https: { port: ${port}, address: 127.0.0.1, tls: ${name} } }`;
      await balanced(
        balancer,
        secured(
          { one: files(one.file), two: files(two.file) },
          pool("a", null, listed([a!]), ["hostnames: [one.test]", at("one")]),
          pool("b", null, listed([b!]), ["hostnames: [two.test]", at("two")]),
        ),
      );
      expect((await ask({ port, host: "one.test", tls: { ca: one.cert, servername: "one.test" } })).server).toBe("a");
      expect((await ask({ port, host: "two.test", tls: { ca: two.cert, servername: "two.test" } })).server).toBe("b");
      expect((await ask({ port, host: "two.test", tls: { ca: one.cert, servername: "two.test" } })).status).toBe(0);
    });

    test("TLS begins at 1.2, or at 1.3 where the topology says so", async () => {
      const site = certificate("shop.test");
      const [a] = await webServers("a");
      const [usual, strict] = [await freePort(), await freePort()];
      const at = (port: number, name: string): string =>
        `listeners: { https: { port: ${port}, address: 127.0.0.1, tls: ${name} } }`;
      await balanced(
        balancer,
        secured(
          { usual: files(site.file), strict: files(site.file, ', minVersion: "1.3"') },
          pool("a", null, listed([a!]), [at(usual, "usual")]),
          pool("b", null, listed([a!]), [at(strict, "strict")]),
        ),
      );
      const speaks = (port: number, version: tls.SecureVersion): Promise<string> =>
        new Promise((resolve) => {
          const options = {
            port,
            host: "127.0.0.1",
            ca: site.cert,
            minVersion: version,
            maxVersion: version,
            ciphers: "DEFAULT@SECLEVEL=0",
          };
          const socket = tls.connect(options, () => {
            resolve(`${socket.getProtocol()}`);
            socket.destroy();
          });
          socket.on("error", () => resolve("refused"));
        });
      expect(await speaks(usual, "TLSv1.1")).toBe("refused");
      expect(await speaks(usual, "TLSv1.2")).toBe("TLSv1.2");
      expect(await speaks(usual, "TLSv1.3")).toBe("TLSv1.3");
      expect(await speaks(strict, "TLSv1.2")).toBe("refused");
      expect(await speaks(strict, "TLSv1.3")).toBe("TLSv1.3");
    });

    test("a listener with clientCa lets in those alone who have a certificate", async () => {
      const [site, friend, stranger] = [certificate("shop.test"), certificate("friend"), certificate("stranger")];
      const [a] = await webServers("a");
      const port = await freePort();
      const listener = `listeners: { https: { port: ${port}, address: 127.0.0.1, tls: site } }`;
      await balanced(
        balancer,
        secured({ site: files(site.file, `, clientCa: ${friend.file}`) }, pool("a", null, listed([a!]), [listener])),
      );
      const known = { ca: site.cert, cert: friend.cert, key: friend.key };
      expect((await ask({ port, tls: known })).status).toBe(200);
      for (const unknown of [{ ca: site.cert }, { ca: site.cert, cert: stranger.cert, key: stranger.key }])
        expect([0, 400, 403]).toContain((await ask({ port, tls: unknown })).status);
      expect(a!.requests.length).toBe(1);
    });

    test("servers are spoken to by TLS, and only if their certificate is right", async () => {
      const [right, wrong] = [certificate("inner.test"), certificate("inner.test")];
      const a = await webServer("a", right);
      const [good, bad, lax] = [await freePort(), await freePort(), await freePort()];
      const verified = (ca: string): string => `serverTls: { verify: true, ca: ${ca}, sni: inner.test }`;
      await balanced(
        balancer,
        apis(
          pool("good", good, listed([a]), ["health: never", verified(right.file)]),
          pool("bad", bad, listed([a]), ["health: never", verified(wrong.file)]),
          pool("lax", lax, listed([a]), ["health: never", "serverTls: { verify: false }"]),
        ),
      );
      expect((await ask({ port: good })).status).toBe(200);
      expect([502, 503]).toContain((await ask({ port: bad })).status);
      expect((await ask({ port: lax })).status).toBe(200);
    });

    test("WebSockets pass through TLS", async () => {
      const site = certificate("shop.test");
      const [a] = await webServers("a");
      const port = await freePort();
      const listener = `listeners: { https: { port: ${port}, address: 127.0.0.1, tls: site } }`;
      await balanced(
        balancer,
        secured(
          { site: files(site.file) },
          pool("a", null, listed([a!]), ["routes: [{ path: /ws/, websocket: true }]", listener]),
        ),
      );
      const trusting = { ca: site.cert, ALPNProtocols: ["http/1.1"] };
      expect((await handshake({ port, path: "/ws/", tls: trusting })).status).toBe(101);
      expect((await ask({ port, path: "/ws/", tls: trusting })).status).toBe(426);
    });

    test("MQTT over TLS: plain MQTT is closed, and what passes through is ended at the broker", async () => {
      const [site, inner] = [certificate("mqtt.test"), certificate("inner.test")];
      const ended = tls.createSecureContext({ cert: inner.cert, key: inner.key });
      const broker = await tcpServer("broker", (socket) => {
        const secure = new tls.TLSSocket(socket, { isServer: true, secureContext: ended });
        secure.on("error", () => {}).once("data", () => secure.write(Buffer.from([0x20, 2, 0, 0]))); // CONNACK
      });
      const [mqtts, passed] = [await freePort(), await freePort()];
      await balanced(
        balancer,
        `
version: 1
name: real
tls: { site: ${files(site.file)} }
health: { never: { check: none } }
brokers:
  here: { health: never, listeners: { mqtts: { port: ${mqtts}, address: 127.0.0.1, tls: site } }, servers: ["127.0.0.1:${broker.port}"] }
  there:
    health: never
    listeners: { mqtts: { port: ${passed}, address: 127.0.0.1, tls: passthrough } }
    servers: [{ name: broker, host: 127.0.0.1, ports: { mqtts: ${broker.port} } }]
`,
      );
      const plain = await silence(mqtts, Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 0]));
      expect(plain.answer.includes(Buffer.from([0x20, 2, 0, 0]))).toBe(false);
      const one = await device(`mqtts://127.0.0.1:${passed}`, { ca: inner.cert, servername: "inner.test" });
      expect(one.client.connected).toBe(true);
      await expect(device(`mqtts://127.0.0.1:${passed}`, { ca: site.cert, servername: "mqtt.test" })).rejects.toThrow();
    });
  });
