import { useMemo, useState } from 'react';
import type { PanelRun } from '../../../src/protocol/panels';
import { looksOf, type RunLook } from '../palette';
import type { PanelSession } from '../session';
import { useStore } from '../store';
import type { ChartRun } from './controller';

interface ChartRuns {
  /** In the order of `runs`. */
  readonly runs: readonly ChartRun[];
  readonly looks: ReadonlyMap<string, RunLook>;
  /** All metrics of the runs. */
  readonly keys: readonly string[];
}

/** What charts need of the runs, the same object for as long as it says the same. */
export function useChartRuns(session: PanelSession, all: readonly PanelRun[], apart: boolean): ChartRuns {
  const palette = useStore(session.palette, (each) => each);
  const facts = useSame(
    all.map(({ id, name, status, slot, colour, startTime }) => ({
      id,
      name,
      status,
      started: Number(startTime),
      slot,
      ...(colour ? { colour } : {}),
    })),
  );
  const keys = useSame([...new Set(all.flatMap(({ metrics }) => metrics.map(({ key }) => key)))]);
  return useMemo(() => ({ runs: facts, looks: looksOf(facts, palette, apart), keys }), [facts, palette, apart, keys]);
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
