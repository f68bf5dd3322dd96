/** What a fake host holds: JSON, so that tests can hand it from Node to the page. */
import type { WireDouble } from '../../../src/protocol/mlflow';
import type { TableFacts } from '../../../src/protocol/experimentPanel';
import type { ChartDefaults, PanelRun, PanelSubject } from '../../../src/protocol/panels';
import type { MadeUpRuns } from './madeUpRuns';

export interface FakeMetric {
  /** x by step; the time of each point is the run's start plus the step in seconds. */
  readonly steps: readonly number[];
  readonly values: readonly WireDouble[];
}

export interface FakeRun {
  readonly run: Omit<PanelRun, 'metrics'>;
  readonly metrics: Readonly<Record<string, FakeMetric>>;
  /** Path to the bytes in base64. */
  readonly artifacts: Readonly<Record<string, string>>;
}

export interface Scenario {
  readonly subject: PanelSubject;
  readonly experimentName: string;
  readonly runs: readonly FakeRun[];
  /** How many runs the experiment has; those of `runs` are the newest. */
  readonly total: number;
  /** Runs that are made up in the page, instead of `runs`. */
  readonly madeUp?: MadeUpRuns;
  /** What `tableFacts` answers other than the settings' defaults. */
  readonly facts?: Partial<TableFacts>;
  /** Runs of which nothing is heard any more. */
  readonly lost?: readonly string[];
  /** What `chartDefaults` answers other than the settings' defaults. */
  readonly chartDefaults?: Partial<ChartDefaults>;
  /** Milliseconds that the answers to single requests take. */
  readonly delays?: Readonly<Record<string, number>>;
  /** Requests that are refused from the start, by method: with what words. */
  readonly failures?: Readonly<Record<string, string>>;
  /** Curves of these metrics are refused from the start. */
  readonly failingSeries?: { readonly message: string; readonly keys: readonly string[] };
  /** Saved views that are there: name to content. */
  readonly views?: Readonly<Record<string, string>>;
  /** The text of a recorded session, which then answers in place of the fake host. */
  readonly replay?: string;
  /** The host is outside of the page (`PageOptions.relay`). */
  readonly isRemote?: boolean;
}

interface RunOptions {
  readonly name?: string;
  readonly status?: PanelRun['status'];
  readonly colour?: string;
  readonly metrics?: FakeRun['metrics'];
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly artifacts?: Readonly<Record<string, string>>;
}

/** Fixed, so that pictures of the same scenario are the same. */
const firstStart = Date.UTC(2026, 8, 14, 9, 0, 0);

/** @param slot also makes the run's id and start */
export function fakeRun(slot: number, options: RunOptions = {}): FakeRun {
  const { name = `run-${slot}`, status = 'FINISHED', colour, metrics = {}, params = {}, tags = {} } = options;
  const pairs = (record: Readonly<Record<string, string>>) =>
    Object.entries(record).map(([key, value]) => ({ key, value }));
  const startTime = firstStart + slot * 3_600_000;
  const ended = status === 'RUNNING' || status === 'SCHEDULED' ? {} : { endTime: startTime + 3_492_000 };
  return {
    run: {
      id: `f26e71d5${slot.toString(16).padStart(24, '0')}`,
      experimentId: '1',
      experimentName: 'cifar100',
      name,
      status,
      stage: 'active',
      startTime,
      ...ended,
      slot,
      ...(colour === undefined ? {} : { colour }),
      params: pairs(params),
      tags: pairs(tags),
    },
    metrics,
    artifacts: options.artifacts ?? {},
  };
}

export function runScenario(run: FakeRun): Scenario {
  return { subject: { panel: 'run', runId: run.run.id }, experimentName: 'cifar100', runs: [run], total: 1 };
}

export function compareScenario(runs: readonly FakeRun[]): Scenario {
  const runIds = runs.map(({ run }) => run.id);
  return { subject: { panel: 'compare', runIds }, experimentName: 'cifar100', runs, total: runs.length };
}

/** One chart in a tab of its own. */
export function chartScenario(metric: string, runs: readonly FakeRun[]): Scenario {
  const runIds = runs.map(({ run }) => run.id);
  return { subject: { panel: 'chart', metric, runIds }, experimentName: 'cifar100', runs, total: runs.length };
}

/** @param runs the newest first */
export function experimentScenario(runs: readonly FakeRun[], total = runs.length): Scenario {
  return { subject: { panel: 'experiment', experimentId: '1' }, experimentName: 'cifar100', runs, total };
}

/** An experiment of any size (`madeUpRuns.ts`). */
export function madeUpScenario(madeUp: MadeUpRuns): Scenario {
  return { ...experimentScenario([], madeUp.runs), madeUp };
}

/** A metric over evenly spaced steps. */
export function curve(count: number, valueAt: (step: number, index: number) => number, stride = 1): FakeMetric {
  const steps = Array.from({ length: count }, (_, i) => i * stride);
  return { steps, values: steps.map((step, i) => wire(valueAt(step, i))) };
}

export function wire(value: number): WireDouble {
  if (Number.isNaN(value)) {
    return 'NaN';
  }
  return Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity';
}

/** Noise in [-1, 1) that is the same each time. */
export function noise(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** The metrics of a training of an image classifier, as the mockups show them: worse or better by `skill` (0 to 1). */
export function training(seed: number, steps: number, skill = 0.5): Record<string, FakeMetric> {
  const random = noise(seed);
  const stride = 50;
  const count = Math.max(2, Math.floor(steps / stride));
  const falling = (high: number, low: number, jitter: number) =>
    curve(count, (step) => low + (high - low) * Math.exp(-step / 9000) + random() * jitter, stride);
  const rising = (low: number, high: number, jitter: number) =>
    curve(count, (step) => high - (high - low) * Math.exp(-step / 16_000) + random() * jitter, stride);
  return {
    'val/acc': rising(0.02, 0.68 + 0.14 * skill, 0.008),
    'val/loss': falling(4.6, 1.05 - 0.3 * skill, 0.04),
    'val/top5': rising(0.3, 0.9 + 0.05 * skill, 0.006),
    'train/acc': rising(0.05, 0.88 + 0.08 * skill, 0.006),
    'train/loss': falling(4.7, 0.4 - 0.3 * skill, 0.05),
    'train/grad_norm': falling(3.2, 1.1 - 0.3 * skill, 0.35),
    'optim/lr': curve(
      count,
      (step) => (step < 2000 ? (step / 2000) * 0.1 : 0.05 * (1 + Math.cos((Math.PI * (step - 2000)) / 80_000))),
      stride,
    ),
    'time/step_ms': curve(count, () => 210 - 100 * skill + random() * 12, stride),
    'system/gpu_utilization': curve(count, () => 92 + random() * 6, stride),
  };
}
