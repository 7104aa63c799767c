/**
 * HTTP servers that only this machine can reach, each on a port that was free, and closed at once when asked:
 * hanging requests and open streams are what they are here for, so nothing is waited for.
 */
import type { IncomingMessage, Server } from 'node:http';

/** Resolves to the server's base URL. Rejects where it cannot listen. */
export function listenOnLoopback(server: Server): Promise<string> {
  // A client that keeps connections open for longer would now and then write into one that is just closing.
  server.keepAliveTimeout = 120_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error(`Expected a server to listen on a port, found ${address}`));
        return;
      }
      resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Resolves to nothing more than has come if the client goes away. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    // A client that has gone wants no answer either: writing one to it does no harm.
  }
  return Buffer.concat(chunks).toString();
}
