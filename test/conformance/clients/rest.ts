import { createHash } from 'node:crypto';
import { parseJson } from '../../../src/core/json';
import { apiPrefix, artifactPrefix } from '../../../src/protocol/mlflow';
import type { WireFileInfo, WireInt64, WireMetric, WireRun } from '../../../src/protocol/mlflow';
import type { Point } from './report';

/** A tracking server and the way into it. */
export interface Target {
  readonly url: string;
  readonly token: string;
}

/** The environment in which a script finds the server, as VS Code's terminals have it. */
export function trackingEnv({ url, token }: Target): Record<string, string> {
  return { MLFLOW_TRACKING_URI: url, MLFLOW_TRACKING_TOKEN: token };
}

/** Reads a server over plain REST, without any client between: integers are not rounded, errors throw. */
export class Rest {
  constructor(private readonly target: Target) {}

  async run(runId: string): Promise<WireRun> {
    return ((await this.json(`${apiPrefix}/runs/get`, { run_id: runId })) as { run: WireRun }).run;
  }

  /** The whole history of a metric in the server's order. */
  async history(runId: string, key: string): Promise<Point[]> {
    const answer = await this.json(`${apiPrefix}/metrics/get-history`, { run_id: runId, metric_key: key });
    const { metrics = [] } = answer as { metrics?: WireMetric[] };
    return metrics.map(({ step, value, timestamp }) => [String(step), doubleOf(value), String(timestamp)]);
  }

  /** The SHA-256 of every file below the run's artifact root, listed and fetched through the artifact proxy. */
  async artifacts(run: WireRun): Promise<Record<string, string>> {
    const root = run.info.artifact_uri.replace(/^mlflow-artifacts:\//, '');
    const found: Record<string, string> = {};
    const folders = [''];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      const { files = [] } = (await this.json(artifactPrefix, { path: root + folder })) as { files?: WireFileInfo[] };
      for (const file of files) {
        const name = `${folder}/${file.path}`;
        if (file.is_dir) {
          folders.push(name);
        } else {
          found[name.slice(1)] = await this.hash(root + name);
        }
      }
    }
    return found;
  }

  /** Paths of the root folder's entries by the tracking API's own list. */
  async listed(runId: string): Promise<string[]> {
    const { files = [] } = (await this.json(`${apiPrefix}/artifacts/list`, { run_id: runId })) as {
      files?: WireFileInfo[];
    };
    return files.map((file) => file.path).sort();
  }

  private async hash(file: string): Promise<string> {
    const response = await this.get(`${artifactPrefix}/${file.split('/').map(encodeURIComponent).join('/')}`);
    return createHash('sha256')
      .update(Buffer.from(await response.arrayBuffer()))
      .digest('hex');
  }

  private async json(path: string, query: Record<string, string>): Promise<unknown> {
    return parseJson(await (await this.get(`${path}?${new URLSearchParams(query)}`)).text());
  }

  private async get(path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.target.token}` };
    const response = await fetch(this.target.url + path, { headers, signal: AbortSignal.timeout(10_000) });
    if (!response.ok) {
      throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    }
    return response;
  }
}

export function doubleOf(value: WireMetric['value'] | bigint): number {
  return Number(value);
}

/** Orders integers of any size. */
export function compareIntegers(a: WireInt64 | string, b: WireInt64 | string): number {
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
