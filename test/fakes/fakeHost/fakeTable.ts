/** The table of a fake host's runs, in the forms of `tableTypes.ts`. */
import type {
  ColumnId,
  KeyFacts,
  MetricAggregate,
  TableColumn,
  TableColumns,
  TableRows,
} from '../../../src/protocol/tableTypes';
import type { LiveRun, Points } from './liveRun';

export type KeyKind = 'metrics' | 'params' | 'tags';

/** @param known gives the facts of keys that need not be counted, because a generator knows them */
export function tableRows(
  runs: readonly LiveRun[],
  revision: number,
  known?: (kind: KeyKind) => readonly KeyFacts[],
): TableRows {
  const experiments = new Map<string, { id: string; name: string }>();
  for (const { facts } of runs) {
    experiments.set(facts.experimentId, { id: facts.experimentId, name: facts.experimentName });
  }
  const ids = [...experiments.keys()];
  const keys = (kind: KeyKind): readonly KeyFacts[] => known?.(kind) ?? keyFacts(runs, kind);
  return {
    revision,
    number: Uint32Array.from(runs, ({ number }) => number),
    id: runs.map(({ facts }) => facts.id),
    experiment: Uint32Array.from(runs, ({ facts }) => ids.indexOf(facts.experimentId)),
    experiments: [...experiments.values()],
    name: runs.map(({ facts }) => facts.name),
    status: runs.map(({ facts }) => facts.status),
    started: Float64Array.from(runs, ({ facts }) => Number(facts.startTime)),
    ended: Float64Array.from(runs, ({ facts }) => Number(facts.endTime ?? NaN)),
    slot: Uint32Array.from(runs, ({ facts }) => facts.slot),
    parent: runs.map(({ facts }) => facts.parentId ?? ''),
    metrics: keys('metrics'),
    params: keys('params'),
    tags: keys('tags'),
  };
}

export function tableColumns(runs: readonly LiveRun[], columns: readonly ColumnId[], revision: number): TableColumns {
  return { revision, columns: columns.map((column) => columnOf(runs, column)) };
}

/** The facts of one key, or undefined where no run has it. */
export function keyFact(runs: readonly LiveRun[], kind: KeyKind, key: string): KeyFacts | undefined {
  const values = new Set<unknown>();
  let count = 0;
  for (const run of runs) {
    const value = kind === 'metrics' ? run.metrics.get(key)?.values.at(-1) : run[kind].get(key);
    values.add(value);
    count += value === undefined ? 0 : 1;
  }
  return count === 0 ? undefined : { key, runs: count, differs: values.size > 1 };
}

function keyFacts(runs: readonly LiveRun[], kind: KeyKind): KeyFacts[] {
  const keys = new Set(runs.flatMap((run) => [...run[kind].keys()]));
  return [...keys].sort().flatMap((key) => keyFact(runs, kind, key) ?? []);
}

function columnOf(runs: readonly LiveRun[], column: ColumnId): TableColumn {
  if (column.kind === 'param' || column.kind === 'tag') {
    const values = new Map<string, number>();
    const cells = runs.flatMap((run) => {
      const value = (column.kind === 'param' ? run.params : run.tags).get(column.key);
      if (value === undefined) {
        return [];
      }
      const code = values.get(value) ?? values.size;
      values.set(value, code);
      return [{ number: run.number, code }];
    });
    return {
      kind: 'texts',
      number: Uint32Array.from(cells, ({ number }) => number),
      code: Uint32Array.from(cells, ({ code }) => code),
      values: [...values.keys()],
    };
  }
  const cells = runs.flatMap((run) => {
    const points = run.metrics.get(column.key);
    const value =
      points && (column.kind === 'metric' ? aggregate(points, column.aggregate, run) : valueAt(points, column.step));
    return value === undefined ? [] : [{ number: run.number, value }];
  });
  return {
    kind: 'numbers',
    number: Uint32Array.from(cells, ({ number }) => number),
    value: Float64Array.from(cells, ({ value }) => value),
  };
}

function aggregate({ steps, values }: Points, kind: MetricAggregate, { facts }: LiveRun): number | undefined {
  const last = values.at(-1);
  if (last === undefined) {
    return undefined;
  }
  const finite = values.map(Number).filter(Number.isFinite);
  switch (kind) {
    case 'last':
      return Number(last);
    case 'step':
      return steps.at(-1);
    case 'time':
      return Number(facts.startTime) + (steps.at(-1) ?? 0) * 1000;
    case 'count':
      return values.length;
    case 'min':
      return finite.length === 0 ? NaN : finite.reduce((least, value) => Math.min(least, value));
    case 'max':
      return finite.length === 0 ? NaN : finite.reduce((most, value) => Math.max(most, value));
    case 'minStep':
      return stepOf(steps, values, Math.min);
    case 'maxStep':
      return stepOf(steps, values, Math.max);
    case 'mean':
      return finite.reduce((sum, value) => sum + value, 0) / finite.length;
  }
}

/** Where the least or greatest finite value was first. */
function stepOf(steps: Points['steps'], values: Points['values'], extreme: typeof Math.min): number {
  const numbers = values.map(Number);
  const finite = numbers.filter(Number.isFinite);
  return finite.length === 0 ? NaN : (steps[numbers.indexOf(finite.reduce((a, b) => extreme(a, b)))] ?? NaN);
}

function valueAt({ steps, values }: Points, step: number): number | undefined {
  const at = steps.lastIndexOf(step);
  return at < 0 ? undefined : Number(values[at]);
}
