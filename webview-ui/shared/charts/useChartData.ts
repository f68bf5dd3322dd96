import { useMemo, useSyncExternalStore } from 'react';
import { groupCurves, runCurves } from './chartCurves';
import type { ChartsView } from './controller';
import type { Curve } from './curve';
import { noData, type ChartData } from './seriesState';

export interface ChartCurves {
  readonly data: ChartData;
  /** What is told: runs, or groups. */
  readonly curves: readonly Curve[];
  /** Runs that are drawn behind their groups. */
  readonly behind: readonly Curve[];
  /** Of the runs by themselves. */
  readonly runs: readonly Curve[];
}

const none: readonly Curve[] = [];

/** How a chart's curves are kept current. */
export interface ChartReading {
  /** Near the part of the page that is in sight; else they stay as they are. */
  readonly isNear: boolean;
  readonly isInSight: boolean;
  /** For points. */
  readonly room: number;
}

/** What a chart draws. */
export function useChartCurves(view: ChartsView, metric: string, reading: ChartReading): ChartCurves {
  const { settings, runs, groups } = view;
  const data = useLoaded(view, metric, reading);
  const isZoomed = useSyncExternalStore(view.zoom.range.subscribe, () => view.zoom.range.get() !== undefined);
  const ids = useMemo(() => runs.map(({ id }) => id), [runs]);
  // Where no finer part is there yet, a zoom alone makes no other curves: all charts would be put together anew before it is seen.
  const details = isZoomed && data.details.size > 0 ? data.details : noData.details;
  const { ready, entries } = data;
  const own = useMemo(() => (ready ? runCurves(entries, details, ids) : none), [ready, entries, details, ids]);
  const grouped = useMemo(
    () => (settings.groups && groups.length > 0 ? groupCurves(groups, own, settings.groups) : undefined),
    [settings.groups, groups, own],
  );
  const behind = grouped && settings.groupRuns ? own : none;
  return useMemo(() => ({ data, curves: grouped ?? own, behind, runs: own }), [data, grouped, own, behind]);
}

function useLoaded(view: ChartsView, metric: string, { isNear, isInSight, room }: ChartReading): ChartData {
  const { loader } = view.session;
  const subscribe = useMemo(
    () => (listener: () => void) => (isNear ? loader.watch(metric, listener, { room, isInSight }) : () => undefined),
    [loader, metric, isNear, isInSight, room],
  );
  return useSyncExternalStore(subscribe, () => loader.get(metric));
}
