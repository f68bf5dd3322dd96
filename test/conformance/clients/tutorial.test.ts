import assert from 'node:assert/strict';
import net from 'node:net';
import { startLabbook } from '../../fakes/labbookServer';
import { compareRuns } from './compare';
import { runScript } from './python';
import { Rest } from './rest';
import { checkEnd } from './verdict';
import { oldestAndNewest } from './versions';

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

describe('the quick start with http://localhost:5000 in it', () => {
  for (const client of oldestAndNewest) {
    it(`works as printed, with ${client}`, async function () {
      const server = (await isFree(5000))
        ? await startLabbook({ args: ['--port', '5000'] }).catch(() => undefined)
        : undefined;
      if (server === undefined) {
        assert.equal(await isFree(5000), false, 'the port is free, but the server did not start');
        if (this.test) {
          this.test.title += ' (skipped: another program has port 5000)';
        }
        this.skip();
      }
      try {
        // As in VS Code's terminals: the token, and an address that the script then replaces by its own.
        const env = { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9', MLFLOW_TRACKING_TOKEN: server.token };
        const report = checkEnd(await runScript(client, 'localhost_tutorial', { env }));
        assert.equal(Object.keys(report.logged).length, 1);
        await compareRuns(report, new Rest(server));
      } finally {
        await server.dispose();
      }
    });
  }
});
