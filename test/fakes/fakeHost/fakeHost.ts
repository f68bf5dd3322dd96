import { Curve } from '../../../src/core/curve';
import { parseExpression } from '../../../src/core/expression';
import { overAxis, overExpression, type MetricColumns } from '../../../src/core/metricColumns';
import { sortByX, type Columns } from '../../../src/core/series';
import { arrangementRequests } from '../../../src/host/panels/arrangementRequests';
import { KeptArrangements } from '../../../src/host/panels/keptArrangements';
import type { TableFacts } from '../../../src/protocol/experimentPanel';
import type { XSource } from '../../../src/protocol/extras';
import type { WireDouble } from '../../../src/protocol/mlflow';
import type { ChartDefaults, PanelArtifact, PanelNotices, PanelRequests, PanelRun } from '../../../src/protocol/panels';
import { RpcChannel, type Handlers, type None, type Port } from '../../../src/protocol/rpc';
import { encodeSeries, type SeriesEntry } from '../../../src/protocol/seriesCodec';
import { FakeExperiment, type Memory as ShownMemory } from './fakeExperiment';
import { cellsOf, liveRun, panelRun, type LiveRun, type Points } from './liveRun';
import { madeUpRuns } from './madeUpRuns';
import type { FakeRun, Scenario } from './scenario';

type Method = keyof PanelRequests;
type Params<Name extends Method> = PanelRequests[Name]['params'];

/** What is kept over reloads of the page. */
export interface Memory extends ShownMemory {
  /** The workspace's, for arrangements. */
  readonly workspace: ConstructorParameters<typeof KeptArrangements>[0];
}

/** As the settings' defaults give them. */
const plainDefaults: ChartDefaults = { x: 'step', smoothing: 0, smoothingKind: 'ema', clip: false, bands: true };

/** The host's side of a panel, without VS Code and without a server; tests change what it holds and look at what it was asked. */
export class FakeHost {
  /** All requests so far, in order. */
  readonly requests: { method: Method; params: unknown }[] = [];
  /** Methods whose requests were given up, in order. */
  readonly aborted: Method[] = [];
  /** The experiment panel's side: edits, views, what was copied and saved. */
  readonly experiment: FakeExperiment;
  readonly #runs: LiveRun[];
  readonly #failures = new Map<Method, { message: string; keys: readonly string[] | undefined }>();
  readonly #channel: RpcChannel<None, PanelRequests, PanelNotices, None>;
  #delay = 0;
  readonly #delays = new Map<Method, number>();
  #chartDefaults: ChartDefaults;
  #lost: readonly string[];
  readonly #arrangements: ReturnType<typeof arrangementRequests>;

  constructor(
    private readonly scenario: Scenario,
    port: Port,
    memory?: Memory,
  ) {
    this.#arrangements = arrangementRequests({
      subject: scenario.subject,
      own: { id: undefined, arrangement: undefined },
      kept: new KeptArrangements(memory?.workspace ?? { get: () => undefined, update: () => Promise.resolve() }),
    });
    this.#lost = scenario.lost ?? [];
    for (const [method, message] of Object.entries(scenario.failures ?? {})) {
      this.fail(method as Method, message);
    }
    if (scenario.failingSeries) {
      this.#failures.set('series', scenario.failingSeries);
    }
    this.#chartDefaults = { ...plainDefaults, ...scenario.chartDefaults };
    const madeUp = scenario.madeUp && madeUpRuns(scenario.madeUp);
    this.#runs = madeUp?.runs ?? scenario.runs.map(liveRun);
    this.experiment = new FakeExperiment({
      scenario,
      runs: this.#runs,
      keys: madeUp?.keys,
      memory,
      changed: (notice) => this.changed(notice),
      factsChanged: () => this.#channel.notify('factsChanged', {}),
      viewsChanged: () => this.#channel.notify('viewsChanged', {}),
      shownChanged: (notice) => this.#channel.notify('shownChanged', notice),
      selected: (notice) => this.#channel.notify('selected', notice),
    });
    this.#noteAborts(port);
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
    const { params, tags, ...facts } = change;
    run.facts = { ...run.facts, ...facts };
    run.params = params ? cellsOf(params) : run.params;
    run.tags = tags ? cellsOf(tags) : run.tags;
    this.changed({ runIds: [runId], metrics: false, runs: true, artifacts: false });
  }

  /** A run is started, and the panel told. */
  start(run: FakeRun): void {
    this.#runs.unshift(liveRun(run));
    this.changed({ runIds: [run.run.id], metrics: false, runs: true, artifacts: false });
  }

  /** Logs an artifact, and tells the panel. */
  store(runId: string, path: string, base64: string): void {
    this.#run(runId).artifacts.set(path, base64);
    this.changed({ runIds: [runId], metrics: false, runs: false, artifacts: true });
  }

  /** Settings or the experiment's tags change, and the panel is told. */
  changeFacts(change: Partial<TableFacts>): void {
    this.experiment.changeFacts(change);
  }

  /** Settings of charts change, and the panel is told. */
  changeChartDefaults(change: Partial<ChartDefaults>): void {
    this.#chartDefaults = { ...this.#chartDefaults, ...change };
    this.#channel.notify('chartDefaultsChanged', {});
  }

  /** Nothing is heard of these runs any more, and of others something is again. */
  changeLost(runIds: readonly string[]): void {
    this.#lost = runIds;
    this.#channel.notify('lostChanged', { runIds: [...runIds] });
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

  /** As while a table is read in many parts. */
  tellRead(progress: PanelNotices['tableRead']): void {
    this.#channel.notify('tableRead', progress);
  }

  /** As the commands do. */
  showView(name: string): void {
    this.#channel.notify('showView', { name });
  }

  saveView(name?: string): void {
    this.#channel.notify('saveView', name === undefined ? {} : { name });
  }

  /** Milliseconds that answers take from now on. @param methods only to these */
  slow(milliseconds: number, methods?: readonly Method[]): void {
    if (methods) {
      methods.forEach((method) => this.#delays.set(method, milliseconds));
    } else {
      this.#delay = milliseconds;
    }
  }

  #noteAborts(port: Port): void {
    const methods = new Map<string, Method>();
    port.listen((message) => {
      const { rpc, from, id, method } = message as { rpc: string; from: string; id: number; method: Method };
      const asked = methods.get(`${from} ${id}`);
      if (rpc === 'request') {
        methods.set(`${from} ${id}`, method);
      } else if (rpc === 'abort' && asked) {
        this.aborted.push(asked);
      }
    });
  }

  #handlers(): Handlers<PanelRequests> {
    return {
      ...this.experiment.handlers((method, params, result) => this.#answer(method, params, result)),
      subject: (params) => this.#answer('subject', params, () => this.scenario.subject),
      readArrangement: (params, signal) =>
        this.#answer('readArrangement', params, () => this.#arrangements.readArrangement(params, signal)),
      keepArrangement: (params, signal) =>
        this.#answer('keepArrangement', params, () => this.#arrangements.keepArrangement(params, signal)),
      lostRuns: (params) => this.#answer('lostRuns', params, () => ({ runIds: [...this.#lost] })),
      chartDefaults: (params) => this.#answer('chartDefaults', params, () => this.#chartDefaults),
      runs: (params) =>
        this.#answer('runs', params, () => {
          const { limit = 20 } = params as Params<'runs'>;
          const { experimentName, subject, total } = this.scenario;
          const { primary } = this.experiment;
          const there = this.#runs.filter(({ facts }) => subject.panel !== 'experiment' || facts.stage === 'active');
          const runs = subject.panel === 'experiment' ? there.slice(0, limit) : there;
          return {
            runs: runs.map(panelRun),
            total: Math.max(total, there.length),
            experimentName,
            ...(primary === undefined ? {} : { primary }),
            metricFacts: this.experiment.metricFacts,
          };
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
    result: () => PanelRequests[Name]['result'] | Promise<PanelRequests[Name]['result']>,
  ): Promise<PanelRequests[Name]['result']> {
    this.requests.push({ method, params });
    await new Promise((resolve) =>
      setTimeout(resolve, this.#delays.get(method) ?? this.scenario.delays?.[method] ?? this.#delay),
    );
    const failure = this.#failures.get(method);
    const asked = method === 'series' ? (params as Params<'series'>).keys : [];
    if (failure && (failure.keys === undefined || failure.keys.some((key) => asked.includes(key)))) {
      throw new Error(failure.message);
    }
    return result();
  }

  #series({ runIds, keys, x: axis, maxPoints, range, smoothing, known = [] }: Params<'series'>): ArrayBuffer {
    const entries: SeriesEntry[] = [];
    const versions = new Map(known.map(({ runId, key, version }) => [`${runId} ${key}`, version]));
    for (const runId of runIds) {
      const { facts, metrics } = this.#run(runId);
      const start = Number(facts.startTime) / 1000;
      for (const key of keys) {
        const metric = metrics.get(key);
        if (!metric) {
          continue;
        }
        const sorted = columnsOf(metrics, metric, axis, start);
        const version = versions.get(`${runId} ${key}`);
        const rows = new Curve(sorted.x, sorted.y).rows({
          maxPoints,
          ...(range ? { range } : {}),
          ...(smoothing ? { smoothing } : {}),
          ...(version === undefined ? {} : { known: version }),
        });
        if (rows) {
          entries.push({ runId, key, ...rows });
        }
      }
    }
    return encodeSeries(entries).buffer;
  }

  #run(runId: string): LiveRun {
    const found = this.#runs.find(({ facts }) => facts.id === runId);
    if (!found) {
      throw new Error(`No run ${runId}`);
    }
    return found;
  }
}

/** @param start of the run, Unix seconds */
function columnsOf(metrics: LiveRun['metrics'], metric: Points, x: XSource, start: number): Columns {
  const asColumns = ({ steps, values }: Points): MetricColumns => {
    const { x: step, y: value } = sortByX(Float64Array.from(steps), Float64Array.from(values, Number));
    return { step, value, time: step.map((each) => (start + each) * 1000) };
  };
  if (typeof x === 'string') {
    return overAxis(asColumns(metric), x, start * 1000);
  }
  const expression = parseExpression(x.expression);
  const others = expression.keys.map((key) => asColumns(metrics.get(key) ?? { steps: [], values: [] }));
  return overExpression(asColumns(metric), expression, others);
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
