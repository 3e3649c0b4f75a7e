import type net from "node:net";
import { startTcp } from "../lint/programs.js";

/** What one client said: its identifier, and the filters that it subscribed to, in order. */
export interface Heard {
  readonly client: Buffer;
  readonly filters: Buffer[];
}

const CONNECT = 1;
const SUBSCRIBE = 8;
const PINGREQ = 12;

/** A server that takes every CONNECT and SUBSCRIBE (MQTT 3.1.1, sections 3.1 and 3.8) and notes what they say. */
export async function startFakeBroker(port: number): Promise<{ readonly heard: readonly Heard[] }> {
  const heard: Heard[] = [];
  await startTcp(port, (socket) => {
    let client: Heard | undefined;
    let rest: Buffer = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let packet = packetIn(rest); packet; packet = packetIn(rest)) {
        rest = rest.subarray(packet.size);
        if (packet.kind === CONNECT) heard.push((client = { client: textAt(packet.body, 10), filters: [] }));
        else if (packet.kind === SUBSCRIBE) client?.filters.push(...filtersOf(packet.body));
        answer(socket, packet);
      }
    });
  });
  return { heard };
}

interface Packet {
  readonly kind: number;
  readonly body: Buffer;
  readonly size: number;
}

/** The first whole packet (section 2.2), or undefined while its end is still to come. */
function packetIn(bytes: Buffer): Packet | undefined {
  let length = 0;
  for (let at = 1, shift = 0; at < bytes.length; at += 1, shift += 7) {
    length += (bytes[at]! & 127) << shift;
    if (bytes[at]! >= 128) continue;
    const size = at + 1 + length;
    return bytes.length < size ? undefined : { kind: bytes[0]! >> 4, body: bytes.subarray(at + 1, size), size };
  }
  return undefined;
}

const textAt = (bytes: Buffer, at: number): Buffer =>
  Buffer.from(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at)));

function filtersOf(body: Buffer): Buffer[] {
  const filters: Buffer[] = [];
  for (let at = 2; at < body.length; ) {
    const filter = textAt(body, at);
    filters.push(filter);
    at += 2 + filter.length + 1;
  }
  return filters;
}

function answer(socket: net.Socket, { kind, body }: Packet): void {
  if (kind === CONNECT) socket.write(Buffer.from([0x20, 2, 0, 0]));
  else if (kind === SUBSCRIBE) socket.write(Buffer.from([0x90, 3, body[0]!, body[1]!, 0]));
  else if (kind === PINGREQ) socket.write(Buffer.from([0xd0, 0]));
}
