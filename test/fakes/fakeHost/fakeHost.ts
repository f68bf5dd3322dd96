import { sliceRange, sortByX, thin } from '../../../src/core/series';
import type { HostChannel } from '../../../src/protocol/panelChannel';
import type { WireDouble } from '../../../src/protocol/mlflow';
import type { PanelArtifact, PanelNotices, PanelRequests, PanelRun } from '../../../src/protocol/panels';
import { RpcChannel, type Handlers, type Port } from '../../../src/protocol/rpc';
import { encodeSeries, type SeriesEntry } from '../../../src/protocol/seriesCodec';
import type { FakeRun, Scenario } from './scenario';

type Method = keyof PanelRequests;
type Params<Name extends Method> = PanelRequests[Name]['params'];

interface LiveRun {
  run: Omit<PanelRun, 'metrics'>;
  readonly metrics: Map<string, { steps: number[]; values: WireDouble[] }>;
  readonly artifacts: Map<string, string>;
}

/** The host's side of a panel, without VS Code and without a server; tests change what it holds and look at what it was asked. */
export class FakeHost {
  /** All requests so far, in order. */
  readonly requests: { method: Method; params: unknown }[] = [];
  readonly #runs: LiveRun[];
  readonly #failures = new Map<Method, { message: string; keys: readonly string[] | undefined }>();
  readonly #channel: HostChannel;
  #delay = 0;

  constructor(
    private readonly scenario: Scenario,
    port: Port,
  ) {
    this.#runs = scenario.runs.map(liveRun);
    this.#channel = new RpcChannel(port, { handlers: this.#handlers(), notices: {} });
  }

  /** Adds points to a metric and tells the panel. */
  append(runId: string, key: string, points: readonly (readonly [step: number, value: WireDouble])[]): void {
    const run = this.#run(runId);
    const metric = run.metrics.get(key) ?? { steps: [], values: [] };
    run.metrics.set(key, metric);
    for (const [step, value] of points) {
      metric.steps.push(step);
      metric.values.push(value);
    }
    this.changed({ runIds: [runId], metrics: true, runs: false, artifacts: false });
  }

  /** Changes what a run is, and tells the panel. */
  change(runId: string, change: Partial<Omit<PanelRun, 'metrics'>>): void {
    const run = this.#run(runId);
    run.run = { ...run.run, ...change };
    this.changed({ runIds: [runId], metrics: false, runs: true, artifacts: false });
  }

  /** Logs an artifact, and tells the panel. */
  store(runId: string, path: string, base64: string): void {
    this.#run(runId).artifacts.set(path, base64);
    this.changed({ runIds: [runId], metrics: false, runs: false, artifacts: true });
  }

  changed(notice: PanelNotices['changed']): void {
    this.#channel.notify('changed', notice);
  }

  connection(notice: PanelNotices['connection']): void {
    this.#channel.notify('connection', notice);
  }

  /** From now on a request is refused; `undefined`: it is answered again. @param keys only series with one of these */
  fail(method: Method, message: string | undefined, keys?: readonly string[]): void {
    if (message === undefined) {
      this.#failures.delete(method);
    } else {
      this.#failures.set(method, { message, keys });
    }
  }

  /** Milliseconds that answers take from now on. */
  slow(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  #handlers(): Handlers<PanelRequests> {
    return {
      subject: (params) => this.#answer('subject', params, () => this.scenario.subject),
      runs: (params) =>
        this.#answer('runs', params, () => {
          const { limit = 20 } = params as Params<'runs'>;
          const { experimentName, subject, total } = this.scenario;
          const runs = subject.panel === 'experiment' ? this.#runs.slice(0, limit) : this.#runs;
          return { runs: runs.map(panelRun), total: Math.max(total, this.#runs.length), experimentName };
        }),
      series: (params) => this.#answer('series', params, () => this.#series(params as Params<'series'>)),
      artifacts: (params) =>
        this.#answer('artifacts', params, () => {
          const { runId, path } = params as Params<'artifacts'>;
          return { entries: entriesOf(this.#run(runId).artifacts, path) };
        }),
      artifact: (params) =>
        this.#answer('artifact', params, () => {
          const { runId, path, limit } = params as Params<'artifact'>;
          const bytes = bytesOf(this.#run(runId).artifacts.get(path) ?? '');
          return { bytes: bytes.slice(0, limit).buffer, size: bytes.length };
        }),
      openArtifact: (params) => this.#answer('openArtifact', params, () => null),
      openRun: (params) => this.#answer('openRun', params, () => null),
      command: (params) => this.#answer('command', params, () => null),
      log: (params) => this.#answer('log', params, () => null),
    };
  }

  async #answer<Name extends Method>(
    method: Name,
    params: unknown,
    result: () => PanelRequests[Name]['result'],
  ): Promise<PanelRequests[Name]['result']> {
    this.requests.push({ method, params });
    await new Promise((resolve) => setTimeout(resolve, this.#delay));
    const failure = this.#failures.get(method);
    const asked = method === 'series' ? (params as Params<'series'>).keys : [];
    if (failure && (failure.keys === undefined || failure.keys.some((key) => asked.includes(key)))) {
      throw new Error(failure.message);
    }
    return result();
  }

  #series({ runIds, keys, x: axis, maxPoints, range }: Params<'series'>): ArrayBuffer {
    const entries: SeriesEntry[] = [];
    for (const runId of runIds) {
      const { run, metrics } = this.#run(runId);
      const start = Number(run.startTime) / 1000;
      for (const key of keys) {
        const metric = metrics.get(key);
        if (!metric) {
          continue;
        }
        const offset = axis === 'time' ? start : 0;
        const sorted = sortByX(
          Float64Array.from(metric.steps, (step) => step + offset),
          Float64Array.from(metric.values, Number),
        );
        const { x, y } = range ? sliceRange(sorted.x, sorted.y, range) : sorted;
        if (x.length > 0) {
          entries.push({ runId, key, total: x.length, series: thin(x, y, maxPoints) });
        }
      }
    }
    return encodeSeries(entries).buffer;
  }

  #run(runId: string): LiveRun {
    const found = this.#runs.find(({ run }) => run.id === runId);
    if (!found) {
      throw new Error(`No run ${runId}`);
    }
    return found;
  }
}

function liveRun({ run, metrics, artifacts }: FakeRun): LiveRun {
  return {
    run,
    metrics: new Map(
      Object.entries(metrics).map(([key, { steps, values }]) => [key, { steps: [...steps], values: [...values] }]),
    ),
    artifacts: new Map(Object.entries(artifacts)),
  };
}

/** With the latest point of each metric. */
function panelRun({ run, metrics }: LiveRun): PanelRun {
  return {
    ...run,
    metrics: [...metrics].map(([key, { steps, values }]) => ({
      key,
      value: values.at(-1) ?? 'NaN',
      step: steps.at(-1) ?? 0,
      timestamp: Number(run.startTime) + (steps.at(-1) ?? 0) * 1000,
    })),
  };
}

function entriesOf(artifacts: ReadonlyMap<string, string>, folder: string): PanelArtifact[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const entries = new Map<string, PanelArtifact>();
  for (const [path, base64] of artifacts) {
    if (path.startsWith(prefix)) {
      const [name = '', ...rest] = path.slice(prefix.length).split('/');
      const entry = prefix + name;
      const file = { path: entry, isDirectory: false, size: bytesOf(base64).length };
      entries.set(entry, rest.length > 0 ? { path: entry, isDirectory: true } : file);
    }
  }
  return [...entries.values()];
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
