import { useEffect, useMemo, useRef, useState, useSyncExternalStore, type KeyboardEvent, type RefObject } from 'react';
import { formatCount, formatMetric } from '../../../src/core/format';
import { ErrorBoundary } from '../ErrorBoundary';
import { fromWireDouble } from '../numbers';
import type { RunsState } from '../session';
import { Loading } from '../states';
import { useStore } from '../store';
import { LinkButton } from '../controls';
import { t } from '../strings';
import { Bars } from './Bars';
import { chartLabel } from './chartLabel';
import { isLog, toggleLog, type ChartsView } from './controller';
import { curveOf, type Curve } from './curve';
import { DataTable } from './DataTable';
import { PlotView } from './PlotView';
import type { ChartData } from './seriesLoader';
import { plotKeyEvent } from './usePlotKeys';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  /** The one of the charts that the Tab key stops at. */
  readonly isStop: boolean;
  readonly onFocus: () => void;
}

/** One metric of the shown runs. Reads and draws only while it is in sight or near. */
export function ChartCard({ view, metric, isStop, onFocus }: Props) {
  const card = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const isNear = useNear(card);
  const [isTable, setIsTable] = useState(false);
  const [isEntered, setIsEntered] = useState(false);
  const data = useChartData(view, metric, isNear);
  const log = useStore(view.session.state, (state) => isLog(state, metric));
  const curves = useMemo(() => curvesOf(data, view), [data, view]);
  const nameOf = (runId: string): string => view.runs.find(({ id }) => id === runId)?.name ?? runId;
  const isPassed = useStore(view.session.runs, (state) => isLeftBehind(state, metric));
  const isOneEach =
    curves.length > 0 && curves.every(({ total }) => total === 1) && (isPassed || !allRun(curves, view));

  const onKeyDown = (event: KeyboardEvent): void => {
    const done = handleKey(event, { isEntered, setIsEntered, frame, view, metric, setIsTable });
    if (done) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <div ref={card} className="lb-chart" data-chart={metric} onKeyDown={onKeyDown}>
      <div className="lb-chart-title">
        <span className="lb-cut-text" title={metric}>
          {metric}
        </span>
        {log && !isOneEach && <span className="lb-tag">{t('logTag')}</span>}
        <span className="lb-grow" />
        {view.isSingle && !isOneEach && <LastValue view={view} metric={metric} />}
      </div>
      <div
        ref={frame}
        className={isEntered ? 'lb-chart-frame lb-entered' : 'lb-chart-frame'}
        role={isTable ? 'group' : 'img'}
        aria-label={chartLabel(metric, curves, data.axis, nameOf)}
        aria-roledescription={t('chart')}
        tabIndex={isStop ? 0 : -1}
        onFocus={onFocus}
        onBlur={() => {
          setIsEntered(false);
          if (view.hover.get()?.key === metric) {
            view.hover.set(undefined);
          }
        }}
      >
        <ErrorBoundary onError={(error) => view.session.host.logError(`drawing ${metric}`, error)}>
          <Body {...{ view, metric, curves, data, isNear, isTable, isOneEach, log, frame }} />
        </ErrorBoundary>
      </div>
    </div>
  );
}

interface BodyProps {
  readonly view: ChartsView;
  readonly metric: string;
  readonly curves: readonly Curve[];
  readonly data: ChartData;
  readonly isNear: boolean;
  readonly isTable: boolean;
  readonly isOneEach: boolean;
  readonly log: boolean;
  readonly frame: RefObject<HTMLDivElement | null>;
}

function Body({ view, metric, curves, data, isNear, isTable, isOneEach, log, frame }: BodyProps) {
  if (data.error !== undefined && curves.length === 0) {
    return (
      <div className="lb-chart-message" role="alert">
        <p className="lb-error">{t('chartFailed', metric)}</p>
        <p>{data.error}</p>
        <p className="lb-chart-actions">
          <LinkButton label={t('tryAgain')} onAct={() => view.session.loader.retry()} />
          <LinkButton
            label={t('showLog')}
            onAct={() => view.session.act('command', { command: 'showLog', runIds: [] })}
          />
        </p>
      </div>
    );
  }
  if (!data.ready) {
    return isNear ? <Loading label={t('loadingChart', metric)} /> : null;
  }
  if (curves.length === 0) {
    const count = view.runs.length;
    return (
      <div className="lb-chart-message">
        <p className="lb-dim">{count === 1 ? t('runLacks', metric) : t('runsLack', formatCount(count), metric)}</p>
      </div>
    );
  }
  if (isTable) {
    return <DataTable view={view} metric={metric} curves={curves} />;
  }
  if (isOneEach) {
    return <Bars view={view} metric={metric} curves={curves} />;
  }
  return isNear ? <PlotView view={view} metric={metric} curves={curves} log={log} frame={frame} /> : null;
}

function LastValue({ view, metric }: { readonly view: ChartsView; readonly metric: string }) {
  const last = useStore(view.session.runs, (state) =>
    state.kind === 'ready' ? state.runs[0]?.metrics.find(({ key }) => key === metric) : undefined,
  );
  return last ? <span className="lb-chart-value">{formatMetric(fromWireDouble(last.value))}</span> : null;
}

interface KeyContext {
  readonly isEntered: boolean;
  readonly setIsEntered: (entered: boolean) => void;
  readonly setIsTable: (change: (is: boolean) => boolean) => void;
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly view: ChartsView;
  readonly metric: string;
}

/** @returns whether the key was one of a chart's */
function handleKey(event: KeyboardEvent, context: KeyContext): boolean {
  const { frame, view, metric } = context;
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return false;
  }
  switch (event.key.length === 1 ? event.key.toLowerCase() : event.key) {
    case 't':
      context.setIsTable((is) => !is);
      // The table's own focus goes with it.
      frame.current?.focus();
      return true;
    case 'l':
      toggleLog(view.session, metric);
      return true;
    case 'Enter':
      if (event.target !== frame.current) {
        return false;
      }
      context.setIsEntered(true);
      view.say(t('enteredChart', metric));
      return true;
    case 'Escape':
      context.setIsEntered(false);
      view.hover.set(undefined);
      return context.isEntered;
    case 'ArrowLeft':
    case 'ArrowRight':
    case 'ArrowUp':
    case 'ArrowDown':
      if (!context.isEntered) {
        return false;
      }
      break;
    case '+':
    case '=':
    case '-':
    case '0':
      break;
    default:
      return false;
  }
  frame.current?.dispatchEvent(new CustomEvent(plotKeyEvent, { detail: event.nativeEvent }));
  return true;
}

function curvesOf(data: ChartData, view: ChartsView): Curve[] {
  return view.runs.flatMap(({ id }) => {
    const entry = data.entries.get(id);
    return entry ? [curveOf(entry, view.zoom ? data.details.get(id) : undefined)] : [];
  });
}

/** Whether runs have gone on after they last logged a metric, so that it stays at what it is. */
function isLeftBehind(state: RunsState, metric: string): boolean {
  const runs = state.kind === 'ready' ? state.runs : [];
  return runs.every(({ metrics }) => {
    const own = metrics.find(({ key }) => key === metric);
    return own === undefined || metrics.some(({ step }) => Number(step) > Number(own.step));
  });
}

function allRun(curves: readonly Curve[], view: ChartsView): boolean {
  return curves.every(({ runId }) => view.runs.find(({ id }) => id === runId)?.status === 'RUNNING');
}

/** Whether the element is in sight, or less than a screen's scroll away. */
function useNear(element: RefObject<HTMLElement | null>): boolean {
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

function useChartData(view: ChartsView, metric: string, isNear: boolean): ChartData {
  const { loader } = view.session;
  const subscribe = useMemo(
    () => (listener: () => void) => (isNear ? loader.watch(metric, listener) : () => undefined),
    [loader, metric, isNear],
  );
  return useSyncExternalStore(subscribe, () => loader.get(metric));
}
