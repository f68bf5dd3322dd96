import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerAddress } from '../../../src/client/types';
import { extrasPrefix } from '../../../src/protocol/extras';

/** A server in front of Labbook's that has MLflow's API only: no extras, no parts of files. */
export class PlainServer {
  private constructor(
    private readonly server: http.Server,
    readonly address: ServerAddress,
  ) {}

  static async start(behind: ServerAddress): Promise<PlainServer> {
    const server = http.createServer((request, response) => {
      const path = request.url ?? '';
      if (path.startsWith(extrasPrefix)) {
        response.writeHead(404, { 'content-type': 'text/html' }).end('<title>404 Not Found</title>');
        return;
      }
      const headers = { ...request.headers };
      delete headers.host;
      delete headers.range;
      const forwarded = http.request(behind.url + path, { method: request.method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      forwarded.on('error', () => response.destroy());
      request.pipe(forwarded);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new PlainServer(server, { ...behind, url });
  }

  /** Ends it at once, with its connections. */
  dispose(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
