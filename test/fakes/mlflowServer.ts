import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { until } from './labbookServer';

/** MLflow's own tracking server with an empty SQLite store, from the Python environment `mlflow3`. */
export class MlflowServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly address: { readonly url: string },
  ) {}

  /** Takes 10 to 40 s on a slow machine. */
  static async start(): Promise<MlflowServer> {
    const python = process.env['LABBOOK_PYTHON_mlflow3'];
    if (!python) {
      throw new Error('LABBOOK_PYTHON_mlflow3 names no Python: run the tier with `npm run test:conformance`');
    }
    const folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-mlflow-'));
    const port = await freePort();
    const store = `sqlite:///${path.join(folder, 'mlflow.db')}`;
    const args = ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
    const child = spawn(
      python,
      [...args, '--backend-store-uri', store, '--artifacts-destination', path.join(folder, 'artifacts')],
      { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const server = new MlflowServer(child, folder, { url: `http://127.0.0.1:${port}` });
    const answers = (): Promise<boolean> =>
      fetch(`${server.address.url}/health`).then(
        ({ ok }) => ok,
        () => child.exitCode !== null,
      );
    if (!(await until(answers, 100_000)) || child.exitCode !== null) {
      await server.dispose();
      throw new Error(`mlflow server did not start: ${output.slice(-2000)}`);
    }
    return server;
  }

  /** Ends it with the processes that it started, and removes its store. */
  async dispose(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined) {
      const ended = once(this.child, 'exit');
      process.kill(-this.child.pid, 'SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
