import type { PanelInt64, PanelRun } from '../../src/protocol/panels';
import type { WireDouble } from '../../src/protocol/mlflow';
import { int64 } from '../../src/core/int64';
import type { Int64 } from '../../src/core/model';

export function fromWireDouble(value: WireDouble): number {
  return Number(value);
}

export function fromPanelInt64(value: PanelInt64): Int64 {
  return int64(value) ?? Number(value);
}

/** Milliseconds from a run's start to its end, or to `now` while it runs; undefined where neither is known. */
export function durationOf(run: PanelRun, now: number): number | undefined {
  const start = Number(run.startTime);
  if (run.endTime !== undefined) {
    return Number(run.endTime) - start;
  }
  return run.status === 'RUNNING' ? now - start : undefined;
}

/** How far a value is from the one end to the other, 0 to 1; 0.5 where both are the same. All finite, `from <= value <= to`. */
export function shareOf(value: number, from: number, to: number): number {
  if (to <= from) {
    return 0.5;
  }
  // The span of the largest doubles overflows; halves of the smallest are the same.
  return Number.isFinite(to - from) ? (value - from) / (to - from) : (value / 2 - from / 2) / (to / 2 - from / 2);
}
