import type { Server } from 'node:http';
import { isIPv6 } from 'node:net';
import { errnoOf } from './errors';

export interface PortWish {
  /** The only port that will do; 0 for any free one. */
  named: number | undefined;
  /** Tried first, when no port was named. */
  preferred: number | undefined;
}

/** MLflow's own default: scripts that say `http://localhost:5000` work unchanged. */
const defaultPort = 5000;

/** Node recognises addresses by an expression that takes it some milliseconds to compile: better done while nothing else can be done. */
export function prepareToListen(): void {
  isIPv6('::1');
}

/**
 * Binds a server to 127.0.0.1 and, where the system has it, another to [::1] with the same port, so that `localhost` works
 * whichever of the two it means.
 * @param make makes one server per address
 * @throws Error (in words for people) when a named port is taken
 */
export async function listenOnLoopback(
  make: () => Server,
  wish: PortWish,
): Promise<{ port: number; servers: Server[] }> {
  const wanted = wish.named === undefined ? [wish.preferred, defaultPort, 0] : [wish.named];
  for (const port of wanted.filter((each) => each !== undefined)) {
    // A port whose IPv6 half somebody else has would send scripts that say `localhost` to them, so it is no default.
    const servers = await bindBoth(make, port, wish.named === undefined && port !== 0);
    if (servers !== undefined) {
      return { port: portOf(servers[0]), servers };
    }
  }
  throw new Error(
    `Port ${wish.named ?? defaultPort} is taken by another program. Name another one, or --port 0 for any.`,
  );
}

async function bindBoth(
  make: () => Server,
  port: number,
  needsBoth: boolean,
): Promise<[Server, ...Server[]] | undefined> {
  const first = make();
  if ((await bind(first, '127.0.0.1', port)) !== undefined) {
    return undefined;
  }
  const second = make();
  const fault = await bind(second, '::1', portOf(first));
  if (fault === undefined) {
    return [first, second];
  }
  if (needsBoth && fault === 'EADDRINUSE') {
    await new Promise((resolve) => first.close(resolve));
    return undefined;
  }
  return [first];
}

/** @returns why it cannot be bound, or undefined when it is */
function bind(server: Server, host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      const code = errnoOf(error);
      if (code === undefined || (host === '127.0.0.1' && code !== 'EADDRINUSE' && code !== 'EACCES')) {
        reject(error);
      } else {
        resolve(code);
      }
    };
    server.once('error', onError);
    server.listen({ host, port, ipv6Only: true }, () => {
      server.off('error', onError);
      resolve(undefined);
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The server does not listen.');
  }
  return address.port;
}
