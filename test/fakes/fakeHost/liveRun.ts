/** A run as the fake host holds it: what is named by keys can be read and changed key by key, so that a made-up run need not be stored. */
import type { WireDouble } from '../../../src/protocol/mlflow';
import type { PanelRun } from '../../../src/protocol/panels';
import type { FakeRun } from './scenario';

/** What the fake host uses of a Map. */
export interface Cells<Value> {
  keys(): Iterable<string>;
  get(key: string): Value | undefined;
  set(key: string, value: Value): unknown;
  delete(key: string): boolean;
}

export interface Points {
  readonly steps: number[];
  readonly values: WireDouble[];
}

export interface LiveRun {
  /** Of the table; unique. */
  readonly number: number;
  facts: Omit<PanelRun, 'metrics' | 'params' | 'tags'>;
  metrics: Cells<Points>;
  params: Cells<string>;
  tags: Cells<string>;
  readonly artifacts: Map<string, string>;
}

export function liveRun({ run, metrics, artifacts }: FakeRun): LiveRun {
  const { params, tags, ...facts } = run;
  return {
    number: run.slot + 1,
    facts,
    metrics: new Map(
      Object.entries(metrics).map(([key, { steps, values }]) => [key, { steps: [...steps], values: [...values] }]),
    ),
    params: cellsOf(params),
    tags: cellsOf(tags),
    artifacts: new Map(Object.entries(artifacts)),
  };
}

export function cellsOf(pairs: readonly { key: string; value: string }[]): Map<string, string> {
  return new Map(pairs.map(({ key, value }) => [key, value]));
}

/** With the latest point of each metric. */
export function panelRun({ facts, metrics, params, tags }: LiveRun): PanelRun {
  const pairs = (cells: Cells<string>) => [...cells.keys()].map((key) => ({ key, value: cells.get(key) ?? '' }));
  return {
    ...facts,
    params: pairs(params),
    tags: pairs(tags),
    metrics: [...metrics.keys()].map((key) => {
      const { steps, values } = metrics.get(key) ?? { steps: [], values: [] };
      const step = steps.at(-1) ?? 0;
      return { key, value: values.at(-1) ?? 'NaN', step, timestamp: Number(facts.startTime) + step * 1000 };
    }),
  };
}
