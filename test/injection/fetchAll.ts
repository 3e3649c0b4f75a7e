import http from "node:http";

/** The bodies of `GET PATH` for each path, in order, over a few connections. A connection that breaks gives null. */
export async function fetchAll(port: number, paths: readonly string[]): Promise<(Buffer | null)[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const one = (path: string): Promise<Buffer | null> =>
    new Promise((resolve) => {
      const request = http.get({ host: "127.0.0.1", port, path, agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve(Buffer.concat(chunks)));
      });
      request.on("error", () => resolve(null));
    });
  const bodies = await Promise.all(paths.map(one));
  agent.destroy();
  return bodies;
}
