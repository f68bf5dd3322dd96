import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findServer } from '../../../src/client/discovery';
import { ensureServer, isAlive } from '../../../src/client/serverProcess';
import type { RunningServer, ServerOptions } from '../../../src/client/serverTypes';
import { connectTracking } from '../../../src/client/tracking';
import type { ChangeFeed, Disposable, FeedState, ServerAddress, TrackingClient } from '../../../src/client/types';
import type { RunInfo } from '../../../src/core/model';
import type { ChangeBatch } from '../../../src/protocol/extras';
import { artifactPrefix } from '../../../src/protocol/mlflow';
import { labbookCli, until } from '../../fakes/labbookServer';

/** A new store whose servers are ended and whose folder is removed afterwards. */
export class TemporaryStore {
  readonly pids = new Set<number>();
  readonly owned: Disposable[] = [];

  private constructor(readonly folder: string) {}

  static async make(): Promise<TemporaryStore> {
    return new TemporaryStore(await mkdtemp(path.join(os.tmpdir(), 'labbook-client-')));
  }

  options(more: Partial<ServerOptions> = {}): ServerOptions {
    return { storeFolder: this.folder, cliPath: labbookCli, idleExitMinutes: 5, ...more };
  }

  async ensure(more: Partial<ServerOptions> = {}): Promise<RunningServer> {
    const server = await ensureServer(this.options(more));
    this.pids.add(server.pid);
    return server;
  }

  async connect(server: RunningServer): Promise<TrackingClient> {
    const client = await connectTracking(server.address);
    this.owned.push(client);
    return client;
  }

  /** As the kernel does when memory is short. */
  async kill(server: RunningServer): Promise<void> {
    process.kill(server.pid, 'SIGKILL');
    if (!(await until(() => !isAlive(server.pid)))) {
      throw new Error(`Process ${server.pid} outlived SIGKILL`);
    }
  }

  async dispose(): Promise<void> {
    this.owned.forEach((each) => each.dispose());
    const left = await findServer(this.folder);
    for (const pid of [...this.pids, ...(left ? [left.pid] : [])]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Ended already.
      }
      await until(() => !isAlive(pid));
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Everything that a feed says, in order. */
export class Recorder {
  readonly states: FeedState[] = [];
  readonly batches: ChangeBatch[] = [];
  resets = 0;

  constructor(readonly feed: ChangeFeed) {
    this.states.push(feed.state);
    feed.onState((state) => this.states.push(state));
    feed.onChange((batch) => this.batches.push(batch));
    feed.onReset(() => this.resets++);
  }

  connected(): Promise<boolean> {
    return until(() => this.feed.state.state === 'connected');
  }

  /** The aspects of a run that changed so far. */
  aspectsOf(runId: string): Set<string> {
    return new Set(
      this.batches.flatMap(({ runs }) => runs.filter((run) => run.run_id === runId).flatMap((run) => run.aspects)),
    );
  }
}

/** A server that a script may log to. */
interface Server {
  readonly address: ServerAddress;
}

function authorization({ address }: Server): Record<string, string> {
  return address.token === undefined ? {} : { authorization: `Bearer ${address.token}` };
}

/** Makes a call of MLflow's API that the UI's client does not have: what a script does. */
export async function script(server: Server, path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${server.address.url}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { ...authorization(server), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) {
    throw new Error(`${path}: ${JSON.stringify(answer)}`);
  }
  return answer;
}

/** Starts a run in the default experiment. @returns its id */
export async function startRun(server: Server, name: string, startTime = 1_700_000_000_000): Promise<string> {
  const { run } = await script(server, 'runs/create', { experiment_id: '0', run_name: name, start_time: startTime });
  return (run as { info: { run_id: string } }).info.run_id;
}

/** Logs points in batches of MLflow's limit. */
export async function logPoints(
  server: Server,
  runId: string,
  points: readonly { key: string; value: number | string; timestamp: number; step: number }[],
): Promise<void> {
  for (let i = 0; i < points.length; i += 1000) {
    await script(server, 'runs/log-batch', { run_id: runId, metrics: points.slice(i, i + 1000) });
  }
}

/** Puts a file where MLflow's client would. */
export async function upload(server: Server, run: RunInfo, path: string, body: string): Promise<void> {
  const place = run.artifactUri.replace('mlflow-artifacts:', artifactPrefix);
  const url = `${server.address.url}${place}/${path.split('/').map(encodeURIComponent).join('/')}`;
  const { status } = await fetch(url, { method: 'PUT', headers: authorization(server), body });
  if (status !== 200) {
    throw new Error(`PUT of ${path} answered ${status}`);
  }
}
