import { useEffect, useMemo, useState, useSyncExternalStore, type RefObject } from 'react';
import { parseExpression, type Expression } from '../../../src/core/expression';
import { groupCurves, runCurves } from './chartCurves';
import type { ChartsView } from './controller';
import type { Curve } from './curve';
import type { ChartData } from './seriesLoader';

/** Whether the element is in sight, or less than a screen's scroll away. */
export function useNear(element: RefObject<HTMLElement | null>): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    if (!element.current) {
      return undefined;
    }
    const observer = new IntersectionObserver((changes) => setIsNear(changes.at(-1)?.isIntersecting ?? false), {
      rootMargin: '240px 0px',
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return isNear;
}

export interface ChartCurves {
  readonly data: ChartData;
  /** What is told: runs, or groups. */
  readonly curves: readonly Curve[];
  /** Runs that are drawn behind their groups. */
  readonly behind: readonly Curve[];
  /** Of the runs by themselves. */
  readonly runs: readonly Curve[];
  readonly expression: Expression | undefined;
}

const none: readonly Curve[] = [];
const noKeys: readonly string[] = [];

/** What a chart draws; kept current while it is near the part of the page that is in sight. @param room for points */
export function useChartCurves(view: ChartsView, metric: string, isNear: boolean, room: number): ChartCurves {
  const { settings, runs, groups } = view;
  const { x } = settings;
  const expression = useMemo(() => (typeof x === 'string' ? undefined : parsed(x.expression)), [x]);
  const data = useLoaded(view, metric, isNear, room);
  const formulaData = useAllLoaded(view, expression?.keys ?? noKeys, isNear);
  const isZoomed = useSyncExternalStore(view.zoom.range.subscribe, () => view.zoom.range.get() !== undefined);
  const ids = useMemo(() => runs.map(({ id }) => id), [runs]);
  const own = useMemo(() => {
    const isReady = expression === undefined || formulaData.every(({ ready }) => ready);
    const formula = expression && { expression, data: formulaData };
    return data.ready && isReady ? runCurves(data, ids, formula, isZoomed) : none;
  }, [data, formulaData, expression, ids, isZoomed]);
  const grouped = useMemo(
    () => (settings.groups && groups.length > 0 ? groupCurves(groups, own, settings.groups) : undefined),
    [settings.groups, groups, own],
  );
  const behind = grouped && settings.groupRuns ? own : none;
  return useMemo(
    () => ({ data, curves: grouped ?? own, behind, runs: own, expression }),
    [data, grouped, own, behind, expression],
  );
}

/** The expression, or undefined where it is none; the chart bar says why. */
function parsed(text: string): Expression | undefined {
  try {
    return parseExpression(text);
  } catch {
    return undefined;
  }
}

function useLoaded(view: ChartsView, metric: string, isNear: boolean, room: number): ChartData {
  const { loader } = view.session;
  const subscribe = useMemo(
    () => (listener: () => void) => (isNear ? loader.watch(metric, listener, room) : () => undefined),
    [loader, metric, isNear, room],
  );
  return useSyncExternalStore(subscribe, () => loader.get(metric));
}

function useAllLoaded(view: ChartsView, keys: readonly string[], isNear: boolean): readonly ChartData[] {
  const { loader } = view.session;
  const source = useMemo(() => {
    let last: readonly ChartData[] = [];
    return {
      subscribe: (listener: () => void) => {
        const ends = isNear ? keys.map((key) => loader.watch(key, () => listener())) : [];
        return () => ends.forEach((end) => end());
      },
      read: () => {
        const next = keys.map((key) => loader.get(key));
        last = next.length === last.length && next.every((each, i) => each === last[i]) ? last : next;
        return last;
      },
    };
  }, [loader, keys, isNear]);
  return useSyncExternalStore(source.subscribe, source.read);
}
