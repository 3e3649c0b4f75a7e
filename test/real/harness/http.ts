import { createHash } from "node:crypto";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import type { Duplex } from "node:stream";
import { atEnd, freePort } from "./programs.js";

/** A request as it reached a server. */
interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
}

/** A small HTTP server that says who it is and notes what it is asked. Checks (`/health`) are counted apart. */
export interface WebServer {
  readonly name: string;
  readonly port: number;
  readonly requests: Seen[];
  checks: number;
  /** TCP connections accepted so far, and those open now. */
  connections: number;
  open: number;
  /** Requests in the works, and the most that ever were. */
  busy: number;
  busiest: number;
  /** What it answers: to requests, after a delay in ms, and to checks. */
  status: number;
  delay: number;
  health: number;
  /** Headers of its answers. */
  readonly says: Record<string, string>;
  /** Refuses connections from now on and cuts those that are open. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, section 1.3

/** Starts servers of these names on loopback ports; with `tls` they speak HTTPS. */
export const webServers = (...names: string[]): Promise<WebServer[]> =>
  Promise.all(names.map((name) => webServer(name)));

export async function webServer(name: string, tls?: { cert: string; key: string }): Promise<WebServer> {
  const sockets = new Set<net.Socket>();
  const server = tls ? https.createServer(tls) : http.createServer();
  const web: WebServer = {
    ...{ name, port: await freePort(), requests: [], says: {} },
    ...{ checks: 0, connections: 0, open: 0, busy: 0, busiest: 0, status: 200, delay: 0, health: 200 },
    start: () => new Promise((resolve, reject) => server.once("error", reject).listen(web.port, "127.0.0.1", resolve)),
    stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
  server.keepAliveTimeout = 60_000; // the balancer is to close first
  server.on("connection", (socket: net.Socket) => {
    web.connections += 1;
    web.open += 1;
    sockets.add(socket);
    socket
      .on("error", () => {})
      .on("close", () => {
        web.open -= 1;
        sockets.delete(socket);
      });
  });
  server.on("request", (request, response) => answer(web, request, response));
  server.on("upgrade", (request: http.IncomingMessage, socket: Duplex) => upgrade(web, request, socket));
  await web.start();
  atEnd(() => web.stop());
  return web;
}

function answer(web: WebServer, request: http.IncomingMessage, response: http.ServerResponse): void {
  const { method = "", url = "", headers } = request;
  if (url === "/health") {
    web.checks += 1;
    response.writeHead(web.health).end("alive\n");
    return;
  }
  web.requests.push({ method, url, headers });
  web.busy += 1;
  web.busiest = Math.max(web.busiest, web.busy);
  response.on("close", () => (web.busy -= 1));
  const { status } = web;
  request.resume().on("end", () => {
    const send = (): unknown => response.writeHead(status, { "x-server": web.name, ...web.says }).end(web.name);
    if (web.delay > 0) setTimeout(send, web.delay);
    else send();
  });
}

/** Accepts the WebSocket (RFC 6455, section 4.2.2); then sends back every byte. */
function upgrade(web: WebServer, { method = "", url = "", headers }: http.IncomingMessage, socket: Duplex): void {
  web.requests.push({ method, url, headers });
  const accept = createHash("sha1").update(`${headers["sec-websocket-key"]}${WEBSOCKET_GUID}`).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\nX-Server: ${web.name}\r\n\r\n`,
  );
  socket.on("error", () => {}).pipe(socket);
}

export interface Asking {
  readonly port: number;
  readonly path?: string;
  readonly method?: string;
  /** Host header; the address otherwise. */
  readonly host?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string;
  /** The client's own address on loopback. */
  readonly from?: string;
  /** A connection that is used again; otherwise each request has its own. */
  readonly agent?: http.Agent;
  /** Speaks HTTPS, and believes this authority. */
  readonly tls?: https.RequestOptions;
  /** Sent before the request: a PROXY protocol line. */
  readonly before?: string;
}

export interface Answer {
  /** 0 where the connection was closed without an answer. */
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** Which server answered; "" where the balancer did. */
  readonly server: string;
}

/** ms without a byte after which a client gives up. */
const LONGEST_WAIT = 20_000;

const CLOSED: Answer = { status: 0, headers: {}, body: "", server: "" };

function optionsOf({
  port,
  path = "/",
  method = "GET",
  host,
  headers,
  from,
  agent,
  tls,
  before,
}: Asking): https.RequestOptions {
  const common = { port, path, method, host: "127.0.0.1", localAddress: from, ...tls };
  const connect = (): net.Socket => {
    const socket = net.connect({ port, host: "127.0.0.1", localAddress: from });
    socket.write(before ?? "");
    return socket;
  };
  return {
    ...common,
    headers: { ...headers, ...(host === undefined ? {} : { host }) },
    ...(before === undefined ? { agent: agent ?? false } : { createConnection: connect }), // an agent would connect itself
  };
}

/** One request to loopback and its answer. */
export const ask = (asking: Asking): Promise<Answer> =>
  new Promise((resolve) => {
    const { body } = asking;
    const options = optionsOf(asking);
    if (body !== undefined) options.headers = { "content-length": Buffer.byteLength(body), ...options.headers };
    const request = (asking.tls ? https : http).request(options, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("error", () => resolve(CLOSED));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text,
          server: `${response.headers["x-server"] ?? ""}`,
        }),
      );
    });
    request.on("error", () => resolve(CLOSED));
    request.setTimeout(LONGEST_WAIT, () => request.destroy());
    request.end(body);
  });

/** Requests one after another; who answered each. */
export async function serversOf(times: number, asking: Asking): Promise<string[]> {
  const servers: string[] = [];
  for (let time = 0; time < times; time += 1) servers.push((await ask(asking)).server);
  return servers;
}

/** How often each word occurs. */
export function tally(words: readonly (string | number)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

export interface Handshake extends Answer {
  /** The open WebSocket's connection, where the status is 101. */
  readonly socket: net.Socket | null;
}

/** A WebSocket handshake. */
export const handshake = (asking: Asking): Promise<Handshake> =>
  new Promise((resolve) => {
    const upgrading = {
      ...{ connection: "Upgrade", upgrade: "websocket" },
      ...{ "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13" },
    };
    const request = (asking.tls ? https : http).request(
      optionsOf({ ...asking, headers: { ...upgrading, ...asking.headers } }),
    );
    request.on("upgrade", ({ statusCode = 0, headers }, socket) => {
      socket.on("error", () => {});
      atEnd(() => void socket.destroy());
      resolve({
        status: statusCode,
        headers,
        body: "",
        server: `${headers["x-server"] ?? ""}`,
        socket: socket as net.Socket,
      });
    });
    request.on("response", ({ statusCode = 0, headers }) => {
      request.destroy();
      resolve({ status: statusCode, headers, body: "", server: `${headers["x-server"] ?? ""}`, socket: null });
    });
    request.on("error", () => resolve({ ...CLOSED, socket: null }));
    request.end();
  });

/** Servers as the topology lists them; `more` says more of a server by its name. */
export const listed = (servers: readonly { name: string; port: number }[], more: Record<string, string> = {}): string =>
  `[${servers.map(({ name, port }) => `{ name: ${name}, host: 127.0.0.1, port: ${port}${more[name] ? `, ${more[name]}` : ""} }`).join(", ")}]`;
