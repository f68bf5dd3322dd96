import { stringifyJson } from '../core/json';
import type { Run } from '../core/model';
import type { Aspect, ChangeBatch, RunChange } from '../protocol/extras';
import { FeedCore, type FeedTimes } from './feedCore';
import { RequestError } from './requestError';
import type { ChangeFeed, Disposable, FeedState, TrackingClient } from './types';

/** The newest runs are looked at; what older ones do is seen when they are read for another reason. */
const runsPerPoll = 200;

const watched = ['info', 'metrics', 'params', 'tags'] as const satisfies readonly Aspect[];

interface KnownRun {
  readonly experimentId: string;
  /** Each aspect as text, to compare. */
  readonly texts: Readonly<Record<(typeof watched)[number], string>>;
}

/**
 * Finds changes on a server without a feed by asking for its experiments and newest runs again and again. New files are not
 * seen, nor points that do not change a metric's latest value.
 */
export class PollingFeed implements ChangeFeed {
  private readonly core: FeedCore;
  private readonly aborter = new AbortController();
  private runs: ReadonlyMap<string, KnownRun> | undefined;
  private experiments: ReadonlyMap<string, string> = new Map();
  private models: ReadonlyMap<string, string> = new Map();
  private revision = 0;

  constructor(
    private readonly client: Pick<TrackingClient, 'allExperiments' | 'searchRuns' | 'registry'>,
    private readonly times: FeedTimes,
  ) {
    this.core = new FeedCore(times);
    void this.poll();
  }

  get state(): FeedState {
    return this.core.state;
  }

  onChange(listener: (batch: ChangeBatch) => void): Disposable {
    return this.core.changes.on(listener);
  }

  onReset(listener: () => void): Disposable {
    return this.core.resets.on(listener);
  }

  onState(listener: (state: FeedState) => void): Disposable {
    return this.core.states.on(listener);
  }

  retryNow(): void {
    this.core.now();
  }

  dispose(): void {
    this.core.dispose();
    this.aborter.abort();
  }

  private async poll(): Promise<void> {
    if (this.core.state.state === 'disconnected') {
      this.core.connecting();
    }
    const again = (): void => void this.poll();
    try {
      await this.look();
      if (!this.core.disposed) {
        this.core.connected();
        this.core.later(this.times.poll, again);
      }
    } catch (error) {
      this.core.disconnected(error instanceof RequestError ? error.message : String(error), again);
    }
  }

  private async look(): Promise<void> {
    const options = { signal: this.aborter.signal };
    const experiments = new Map<string, string>();
    for (const experiment of await this.client.allExperiments({ view: 'ALL' }, options)) {
      experiments.set(experiment.id, stringifyJson(experiment));
    }
    const query = { experimentIds: [...experiments.keys()], view: 'ALL', maxResults: runsPerPoll } as const;
    const page = await this.client.searchRuns(query, options);
    const runs = new Map(page.items.map((run) => [run.info.id, knownRun(run)]));
    const models = await this.readModels(options);
    const before = { runs: this.runs, experiments: this.experiments, models: this.models };
    this.models = models;
    this.runs = runs;
    this.experiments = experiments;
    if (!before.runs) {
      return;
    }
    const changedModels = changedKeys(before.models, models);
    const batch = {
      revision: this.revision + 1,
      ...(changedModels.length > 0 ? { models: changedModels } : {}),
      experiments: changedKeys(before.experiments, experiments),
      // Of several pages a missing run may just be on the next.
      runs: changedRuns(before.runs, runs, page.nextPageToken === undefined),
    };
    if (batch.experiments.length + batch.runs.length + changedModels.length > 0) {
      this.revision++;
      this.core.changes.fire(batch);
    }
  }

  /** Registered models with their latest versions, as texts. */
  private async readModels(options: { readonly signal: AbortSignal }): Promise<ReadonlyMap<string, string>> {
    try {
      const models = await this.client.registry.models(options);
      return new Map(models.map((model) => [model.name, stringifyJson(model)]));
    } catch (error) {
      // Some servers have no registry.
      if (error instanceof RequestError && error.failure === 'status') {
        return this.models;
      }
      throw error;
    }
  }
}

function knownRun({ info, metrics, params, tags }: Run): KnownRun {
  const texts = {
    info: stringifyJson(info),
    // JSON writes NaN and the infinities alike.
    metrics: stringifyJson(metrics.map((metric) => ({ ...metric, value: String(metric.value) }))),
    params: stringifyJson(params),
    tags: stringifyJson(tags),
  };
  return { experimentId: info.experimentId, texts };
}

function changedKeys(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
}

function changedRuns(
  before: ReadonlyMap<string, KnownRun>,
  after: ReadonlyMap<string, KnownRun>,
  complete: boolean,
): RunChange[] {
  const changes: RunChange[] = [];
  for (const [id, run] of after) {
    const old = before.get(id);
    const aspects = watched.filter((aspect) => old?.texts[aspect] !== run.texts[aspect]);
    if (aspects.length > 0) {
      changes.push({ run_id: id, experiment_id: run.experimentId, aspects });
    }
  }
  for (const [id, { experimentId }] of complete ? before : []) {
    if (!after.has(id)) {
      changes.push({ run_id: id, experiment_id: experimentId, aspects: ['info'] });
    }
  }
  return changes;
}
