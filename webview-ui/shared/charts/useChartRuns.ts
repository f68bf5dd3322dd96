import { useMemo, useState } from 'react';
import { betterOf, type Better } from '../../../src/core/metricDirection';
import { looksOf, type RunLook } from '../palette';
import type { PanelSession, RunsState } from '../session';
import { useStore } from '../store';
import type { ChartRun } from './controller';

interface ChartRuns {
  /** In the order of `runs`. */
  readonly runs: readonly ChartRun[];
  readonly looks: ReadonlyMap<string, RunLook>;
  /** All metrics of the runs. */
  readonly keys: readonly string[];
  readonly better: (key: string) => Better | undefined;
  /** Significant digits of metrics' values. */
  readonly digits: number;
}

type ReadRuns = Pick<Extract<RunsState, { kind: 'ready' }>, 'runs' | 'metricFacts'>;

/** What charts need of the runs, the same object for as long as it says the same. */
export function useChartRuns(session: PanelSession, data: ReadRuns, apart: boolean): ChartRuns {
  const palette = useStore(session.palette, (each) => each);
  const facts = useSame(
    data.runs.map(({ id, name, status, slot, colour, startTime }) => ({
      id,
      name,
      status,
      started: Number(startTime),
      slot,
      ...(colour ? { colour } : {}),
    })),
  );
  const keys = useSame([...new Set(data.runs.flatMap(({ metrics }) => metrics.map(({ key }) => key)))]);
  const metricFacts = useSame(data.metricFacts);
  const better = useMemo(() => betterOf(metricFacts), [metricFacts]);
  const { digits } = metricFacts;
  return useMemo(
    () => ({ runs: facts, looks: looksOf(facts, palette, apart), keys, better, digits }),
    [facts, palette, apart, keys, better, digits],
  );
}

/** The earlier value while the new one is equal to it as JSON. */
export function useSame<Value>(value: Value): Value {
  const text = JSON.stringify(value);
  const [kept, setKept] = useState({ text, value });
  if (kept.text === text) {
    return kept.value;
  }
  setKept({ text, value });
  return value;
}
