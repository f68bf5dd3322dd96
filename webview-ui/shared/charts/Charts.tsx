import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Better } from '../../../src/core/metricDirection';
import { isSmoothing } from './arrangement';
import { NoMetrics } from '../NoMetrics';
import type { RunLook } from '../palette';
import type { PanelSession } from '../session';
import { Store, useStore } from '../store';
import { ChartBar } from './ChartBar';
import { ChartGrid } from './ChartGrid';
import {
  ZoomControl,
  type ChartFailure,
  type ChartGroup,
  type ChartRun,
  type ChartSettings,
  type ChartsView,
  type Hover,
} from './controller';
import { DrawQueue } from './drawQueue';
import { GridLegend } from './GridLegend';
import type { Range } from './range';
import { Tooltip } from './Tooltip';
import { useWidth } from './useWidth';

export interface ChartsProps {
  readonly session: PanelSession;
  /** The runs that are drawn; of the same identity as long as nothing in them changes. */
  readonly runs: readonly ChartRun[];
  /** The metrics to show; may have some that none of the drawn runs has. */
  readonly keys: readonly string[];
  /** The primary metric, where the panel knows it. */
  readonly primary?: string | undefined;
  readonly looks: ReadonlyMap<string, RunLook>;
  readonly isSingle: boolean;
  /** Runs that may be drawn as one curve; of the same identity as long as they say the same. */
  readonly groups?: readonly ChartGroup[];
  /** Of the same identity as long as it says the same. */
  readonly better: (key: string) => Better | undefined;
  /** Significant digits of values: `labbook.table.digits`. */
  readonly digits: number;
  /** Hides all runs but these. */
  readonly showOnly?: (runIds: readonly string[]) => void;
  /** The panel has a list of the runs of its own. */
  readonly hasRunList?: boolean;
  /** Shows one chart, as large as there is room. */
  readonly isOneChart?: boolean;
  /** At the end of the bar; in a narrow panel without words. */
  readonly extra?: (isNarrow: boolean) => ReactNode;
}

/** Points of all curves of one chart stay near this number, so that many runs do not slow the panel down. */
const pointsOfChart = 40_000;
/** Each curve gets about one bucket a pixel or two. */
const points = { most: 400, least: 120 };
/** On a logarithmic x the first buckets are the widest: the first of 400 would hide a third of the axis. */
const mostOnLog = 4000;
/** More curves than this need a list of their own (ui.md 5.9). */
const mostWithoutLegend = 12;
const widthWithLegend = 1200;
const noGroups: readonly ChartGroup[] = [];

/** Charts of all metrics, in sections, with what they have in common: axis, zoom, cross-hair. */
export function Charts(props: ChartsProps) {
  const { session, keys, primary, runs, isOneChart = false, hasRunList = false, extra } = props;
  const [find, setFind] = useState('');
  const [spoken, setSpoken] = useState('');
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const view = useView(props, setSpoken);
  const legend = useStore(session.state, ({ charts }) => charts.legend);
  const curves = view.groups.length > 0 ? view.groups.length : runs.length;
  const hasLegend = legend ?? (!hasRunList && !isOneChart && curves > mostWithoutLegend && width >= widthWithLegend);
  if (keys.length === 0) {
    return <NoMetrics of={props.isSingle ? runs[0] : undefined} />;
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && view.hover.get()?.isKept) {
      event.stopPropagation();
      view.hover.set(undefined);
    }
  };
  return (
    <div ref={box} className={isOneChart ? 'lb-charts lb-one-chart' : 'lb-charts'} onKeyDown={onKeyDown}>
      <ChartBar
        view={view}
        keys={keys}
        primary={primary}
        find={find}
        onFind={isOneChart ? undefined : setFind}
        width={width}
        groupCount={props.groups?.length ?? 0}
        hasLegend={hasLegend}
        extra={extra}
      />
      <div className="lb-charts-body">
        <ChartGrid
          view={view}
          keys={keys}
          primary={primary}
          find={find}
          isOneChart={isOneChart}
          hasLegend={hasLegend && !isOneChart}
        />
        {hasLegend && !isOneChart && <GridLegend view={view} keys={keys} primary={primary} />}
      </div>
      <Tooltip view={view} />
      <div className="lb-spoken" aria-live="polite">
        {spoken}
      </div>
    </div>
  );
}

function useView(props: ChartsProps, say: (text: string) => void): ChartsView {
  const { session, runs, looks, isSingle, groups = noGroups, better, digits, showOnly } = props;
  const [parts] = useState(() => ({
    hover: new Store<Hover | undefined>(undefined),
    refocused: new Store<string | undefined>(undefined),
    failure: new Store<ChartFailure | undefined>(undefined),
    tables: new Store<ReadonlySet<string>>(new Set()),
    queue: new DrawQueue(),
    zoom: new ZoomControl(session),
  }));
  useEffect(() => parts.queue.followInput(window), [parts]);
  const settings = useSettings(session);
  const zoom = useStore(session.state, ({ charts }) => charts.zoom);
  useEffect(() => parts.zoom.follow(zoom), [parts, zoom]);
  useLoaderQuery(session, runs, settings, zoom);
  // A new function each time would draw all charts anew.
  const latest = useRef(showOnly);
  useEffect(() => {
    latest.current = showOnly;
  });
  const canShowOnly = showOnly !== undefined;
  return useMemo((): ChartsView => {
    const drawnGroups = settings.groups ? groups : noGroups;
    const names = new Map([...runs, ...drawnGroups].map(({ id, name }) => [id, name]));
    const groupLooks = drawnGroups.flatMap(({ id, runIds }): [string, RunLook][] => {
      const look = looks.get(id) ?? looks.get(runIds[0] ?? '');
      // With the dashes that its mark in the table has: the first runs of two groups may well be of one colour.
      return look ? [[id, look]] : [];
    });
    return {
      session,
      ...parts,
      runs,
      looks: new Map([...looks, ...groupLooks]),
      groups: drawnGroups,
      isSingle,
      settings,
      better,
      digits,
      nameOf: (id) => names.get(id) ?? id,
      say,
      showOnly: canShowOnly ? (ids) => latest.current?.(ids) : undefined,
    };
  }, [session, parts, runs, looks, groups, isSingle, settings, better, digits, say, canShowOnly]);
}

function useSettings(session: PanelSession): ChartSettings {
  const charts = useStore(session.state, (state) => state.charts);
  const { x, xScale, clip, bands, smoothing, groups, groupRuns } = charts;
  return useMemo(
    () => ({ x, xScale, clip, bands, smoothing, groups, groupRuns }),
    [x, xScale, clip, bands, smoothing, groups, groupRuns],
  );
}

function useLoaderQuery(
  session: PanelSession,
  runs: readonly ChartRun[],
  { x, xScale, smoothing }: ChartSettings,
  zoom: Range | undefined,
): void {
  const ids = runs.map(({ id }) => id).join(' ');
  useEffect(() => {
    const runIds = ids === '' ? [] : ids.split(' ');
    const most = xScale === 'linear' ? points.most : mostOnLog;
    const share = Math.min(most, Math.max(points.least, pointsOfChart / Math.max(1, runIds.length)));
    session.loader.configure({
      runIds,
      axis: x,
      range: zoom,
      maxPoints: Math.round(share),
      smoothing: isSmoothing(smoothing) ? smoothing : undefined,
    });
  }, [session, ids, x, xScale, zoom, smoothing]);
}
