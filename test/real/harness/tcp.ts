import net from "node:net";
import { atEnd, freePort } from "./programs.js";

/** A TCP server on loopback with a count of its connections. */
export interface TcpServer {
  readonly name: string;
  readonly port: number;
  connections: number;
  /** Connections on which something came: not checks. */
  asked: number;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts a server that does `serve` with each connection. */
export async function tcpServer(name: string, serve: (socket: net.Socket) => void): Promise<TcpServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    tcp.connections += 1;
    sockets.add(socket);
    socket.once("data", () => (tcp.asked += 1));
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    serve(socket);
  });
  const tcp: TcpServer = {
    name,
    port: await freePort(),
    connections: 0,
    asked: 0,
    start: () => new Promise((resolve, reject) => server.once("error", reject).listen(tcp.port, "127.0.0.1", resolve)),
    stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
  await tcp.start();
  atEnd(() => tcp.stop());
  return tcp;
}

/** Takes a request and closes without an answer. */
export const closing = (name: string): Promise<TcpServer> =>
  tcpServer(name, (socket) => socket.once("data", () => socket.end()));

/** Says its name to whoever connects, then sends back what it gets. */
export const naming = (name: string): Promise<TcpServer> =>
  tcpServer(name, (socket) => {
    socket.write(`${name}\n`);
    socket.pipe(socket);
  });

/** Sends, and gives all that comes back until the other side closes or, with `enough`, until that much is there. */
export const exchange = (
  port: number,
  send: Buffer | string,
  enough?: (got: string) => boolean,
  from?: string,
): Promise<string> =>
  new Promise((resolve) => {
    let got = "";
    const socket = net.connect({ port, host: "127.0.0.1", localAddress: from }, () => socket.write(send));
    const done = (): void => {
      socket.destroy();
      resolve(got);
    };
    atEnd(done);
    socket.on("data", (chunk) => {
      got += chunk.toString("latin1");
      if (enough?.(got)) done();
    });
    socket.on("error", done).on("close", done);
  });

/** The name that a server says on a new connection; "" where it is closed without one. */
export const nameAt = async (port: number, from?: string): Promise<string> =>
  (await exchange(port, "", (got) => got.includes("\n"), from)).split("\n")[0]!;

/** A connection that stays. */
export function open(port: number, from?: string): net.Socket {
  const socket = net.connect({ port, host: "127.0.0.1", localAddress: from });
  socket.on("error", () => {});
  atEnd(() => void socket.destroy());
  return socket;
}
