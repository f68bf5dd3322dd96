import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LabbookApi } from '../../src/host/platform/api';
import { commands, extensionId, type CommandArguments, type CommandId } from '../../src/host/contributions';

/** The extension under test, active. */
export async function labbook(): Promise<LabbookApi> {
  const extension = vscode.extensions.getExtension<LabbookApi>(extensionId);
  assert.ok(extension, 'the extension is there');
  return extension.activate();
}

/** A script's view of the server: MLflow's REST API, as its client speaks it. */
export class Script {
  private constructor(
    readonly url: string,
    readonly token: string,
  ) {}

  static async connect(): Promise<Script> {
    const { url, token } = await (await labbook()).ready();
    return new Script(url, token);
  }

  async post<T>(endpoint: string, body: unknown): Promise<T> {
    return this.#answer(
      await fetch(`${this.url}/api/2.0/mlflow/${endpoint}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  }

  async get<T>(endpoint: string, query: Record<string, string>): Promise<T> {
    const url = `${this.url}/api/2.0/mlflow/${endpoint}?${new URLSearchParams(query).toString()}`;
    return this.#answer(await fetch(url, { headers: { Authorization: `Bearer ${this.token}` } }));
  }

  /** @returns the id */
  async experiment(name: string): Promise<string> {
    return (await this.post<{ experiment_id: string }>('experiments/create', { name })).experiment_id;
  }

  /** @returns the id */
  async run(experimentId: string, name: string, parentId?: string): Promise<string> {
    const tags = parentId === undefined ? [] : [{ key: 'mlflow.parentRunId', value: parentId }];
    const { run } = await this.post<{ run: WireRunInfo }>('runs/create', {
      experiment_id: experimentId,
      run_name: name,
      start_time: Date.now(),
      tags,
    });
    return run.info.run_id;
  }

  async logMetric(runId: string, key: string, value: number, step: number): Promise<void> {
    await this.post('runs/log-metric', { run_id: runId, key, value, timestamp: Date.now(), step });
  }

  async finish(runId: string): Promise<void> {
    await this.post('runs/update', { run_id: runId, status: 'FINISHED', end_time: Date.now() });
  }

  async read(runId: string): Promise<WireRunInfo> {
    return (await this.get<{ run: WireRunInfo }>('runs/get', { run_id: runId })).run;
  }

  async upload(experimentId: string, runId: string, path: string, bytes: Uint8Array): Promise<void> {
    const at = `${this.url}/api/2.0/mlflow-artifacts/artifacts/${experimentId}/${runId}/artifacts/${path}`;
    const answer = await fetch(at, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${this.token}` },
      body: Buffer.from(bytes),
    });
    assert.ok(answer.ok, `${answer.status} ${await answer.text()}`);
  }

  async #answer<T>(answer: Response): Promise<T> {
    const text = await answer.text();
    assert.ok(answer.ok, `${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }
}

export interface WireRunInfo {
  info: { run_id: string; run_name: string; status: string; lifecycle_stage: string };
  data: { tags?: { key: string; value: string }[] };
}

export async function execute<Id extends CommandId>(id: Id, ...args: CommandArguments[Id]): Promise<void> {
  await vscode.commands.executeCommand(id, ...args);
}

export { commands };

/** Waits until `look` gives something, looking every 20 ms. @throws Error that says `what` after `limit` milliseconds */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  limit = 5000,
): Promise<T> {
  const deadline = Date.now() + limit;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`Not within ${limit} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
