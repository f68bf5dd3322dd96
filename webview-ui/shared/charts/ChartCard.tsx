import { memo, useRef, useState, type DragEvent, type KeyboardEvent, type RefObject } from 'react';
import { formatCount, formatMetric } from '../../../src/core/format';
import { IconButton, LinkButton } from '../controls';
import { ErrorBoundary } from '../ErrorBoundary';
import { Icon, type IconName } from '../Icon';
import { Menu } from '../Menu';
import { anchorAt, anchorOf, type Anchor } from '../Popup';
import { Loading } from '../states';
import { useStore } from '../store';
import { t, tCount } from '../strings';
import { idOfX, isSmoothing, scaleOf, type ChartSize } from './arrangement';
import { Bars } from './Bars';
import { handleChartKey, type ChartKeyContext } from './chartKeys';
import { chartLabel } from './chartLabel';
import { chartMenu, type ChartMenuContext } from './chartMenu';
import { arrangeCharts, showLarge, toggleIn, type ChartsView } from './controller';
import type { Curve } from './curve';
import { DataTable } from './DataTable';
import { Legend } from './Legend';
import { PlotView } from './PlotView';
import { ResizeHandle } from './ResizeHandle';
import type { ChartData } from './seriesLoader';
import type { ScaleKind } from './transform';
import { useChartCurves, useNear, type ChartCurves } from './useChartData';

export interface CardProps {
  readonly view: ChartsView;
  readonly metric: string;
  /** The one of the charts that the Tab key stops at. */
  readonly isStop: boolean;
  readonly onFocus: (metric: string) => void;
  /** Of the section, to move within it. */
  readonly siblings: readonly string[];
  readonly size: ChartSize | undefined;
  readonly isPinned: boolean;
  readonly isLarge: boolean;
  /** Beside a large chart of several curves. */
  readonly hasLegend: boolean;
  /** It is all that the panel shows. */
  readonly isAlone: boolean;
  readonly onDrag: ((event: DragEvent, metric: string) => void) | undefined;
}

/** Points of a curve that a large chart has room for. */
const roomOfLarge = 1500;

/** One metric of the shown runs. Reads and draws only while it is in sight or near. */
export const ChartCard = memo(function ChartCard(props: CardProps) {
  const { view, metric, isStop, onFocus, size, isLarge, isAlone } = props;
  const card = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const isNear = useNear(card);
  const [isTable, setIsTable] = useState(false);
  const [isEntered, setIsEntered] = useState(false);
  const [menu, setMenu] = useState<Anchor>();
  const found = useChartCurves(view, metric, isNear, isLarge ? roomOfLarge : 0);
  const { data, curves } = found;
  const yScale = useStore(view.session.state, ({ charts }) => scaleOf(charts, metric));
  const isBars = isOneEach(view, data, found.runs);
  const menuContext: ChartMenuContext = { ...props, found, isTable, setIsTable, yScale };
  const context: ChartKeyContext = { view, metric, isEntered, isLarge, isAlone, setIsEntered, setIsTable, frame };
  const onKeyDown = (event: KeyboardEvent): void => {
    if ((event.key === 'F10' && event.shiftKey) || event.key === 'ContextMenu') {
      event.preventDefault();
      setMenu(anchorOf(event.currentTarget));
    } else if (handleChartKey(event, context)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const hasLegend = props.hasLegend && isLarge && curves.length > 1;
  return (
    <div
      ref={card}
      className={`lb-chart${isLarge ? ' lb-large' : ''}`}
      data-chart={metric}
      style={size && !isLarge ? { gridColumn: `span ${size.columns}` } : undefined}
      onKeyDown={onKeyDown}
    >
      <Title {...props} found={found} yScale={yScale} isBars={isBars} menu={menu} onMenu={setMenu} />
      <Failure view={view} metric={metric} />
      <div className="lb-chart-body">
        <div
          ref={frame}
          className={isEntered ? 'lb-chart-frame lb-entered' : 'lb-chart-frame'}
          style={size && !isLarge ? { height: size.height, maxHeight: 'none', aspectRatio: 'auto' } : undefined}
          role={isTable ? 'group' : 'img'}
          aria-label={chartLabel(metric, curves, view.settings.x, view.better(metric), view.nameOf)}
          aria-roledescription={t('chart')}
          tabIndex={isStop ? 0 : -1}
          onFocus={() => onFocus(metric)}
          onBlur={() => {
            setIsEntered(false);
            if (view.hover.get()?.key === metric && !view.hover.get()?.isKept) {
              view.hover.set(undefined);
            }
          }}
        >
          <ErrorBoundary onError={(error) => view.session.host.logError(`drawing ${metric}`, error)}>
            <Body {...{ view, metric, found, isNear, isTable, isBars, yScale, frame }} />
          </ErrorBoundary>
        </div>
        {hasLegend && <Legend view={view} curves={curves} metric={metric} isNamed={false} />}
      </div>
      {!isLarge && !isAlone && <ResizeHandle view={view} metric={metric} card={card} frame={frame} />}
      {menu && (
        <Menu label={metric} anchor={menu} sections={chartMenu(menuContext)} onClose={() => setMenu(undefined)} />
      )}
    </div>
  );
});

interface TitleProps extends CardProps {
  readonly found: ChartCurves;
  readonly yScale: ScaleKind;
  readonly isBars: boolean;
  readonly menu: Anchor | undefined;
  readonly onMenu: (anchor: Anchor) => void;
}

/** The chart's name, what is special about it, and on the right what can be done with it. */
function Title({ view, metric, isLarge, isPinned, isAlone, onDrag, found, yScale, isBars, menu, onMenu }: TitleProps) {
  const { session } = view;
  const toggleLarge = (): void => showLarge(view, isLarge ? '' : metric);
  const togglePin = (): void => {
    arrangeCharts(session, { pinned: toggleIn(session.state.get().charts.pinned, metric) });
  };
  return (
    <div
      className="lb-chart-title"
      draggable={onDrag !== undefined}
      onDragStart={(event) => onDrag?.(event, metric)}
      onDoubleClick={isAlone ? undefined : toggleLarge}
      onContextMenu={(event) => {
        event.preventDefault();
        onMenu(anchorAt(event.clientX, event.clientY));
      }}
    >
      <span className="lb-cut-text" title={metric}>
        {metric}
      </span>
      {!isBars && yScale !== 'linear' && <span className="lb-tag">{t(yScale === 'log' ? 'logTag' : 'symlogTag')}</span>}
      <Subtitle view={view} found={found} isLarge={isLarge} isBars={isBars} />
      {found.data.error !== undefined && found.curves.length > 0 && (
        <IconButton
          icon="warning"
          label={t('chartStale', found.data.error)}
          onAct={() => session.loader.retry(metric)}
        />
      )}
      <span className="lb-grow" />
      {view.isSingle && !isBars && <LastValue curve={found.runs[0]} />}
      <span className="lb-chart-buttons">
        {!isAlone && (
          <>
            <TitleButton
              icon={isPinned ? 'pinned' : 'pin'}
              label={t(isPinned ? 'unpinChart' : 'pinChart')}
              onAct={togglePin}
            />
            <TitleButton
              icon={isLarge ? 'screenNormal' : 'screenFull'}
              label={t(isLarge ? 'smallChart' : 'largeChart')}
              onAct={toggleLarge}
            />
          </>
        )}
        <TitleButton
          icon="ellipsis"
          label={t('chartMenu', metric)}
          isOpen={menu !== undefined}
          onAct={(element) => onMenu(anchorOf(element))}
        />
      </span>
    </div>
  );
}

interface TitleButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onAct: (element: HTMLElement) => void;
  /** Of what opens a menu. */
  readonly isOpen?: boolean;
}

/** No stop of the Tab key: the grid has one, and there are keys and a menu for the same. */
function TitleButton({ icon, label, onAct, isOpen }: TitleButtonProps) {
  return (
    <button
      type="button"
      className="lb-icon-button"
      tabIndex={-1}
      title={label}
      aria-label={label}
      aria-haspopup={isOpen === undefined ? undefined : 'menu'}
      aria-expanded={isOpen}
      onClick={(event) => onAct(event.currentTarget)}
    >
      <Icon name={icon} />
    </button>
  );
}

/** Why something could not be saved or copied, where it was asked for. */
function Failure({ view, metric }: { readonly view: ChartsView; readonly metric: string }) {
  const failure = useStore(view.failure, (each) => (each?.metric === metric ? each : undefined));
  return (
    failure && (
      <div className="lb-chart-failure" role="alert">
        <Icon name="error" small />
        <span className="lb-grow">{failure.text}</span>
        <LinkButton label={t('showLog')} onAct={() => showLog(view)} />
        <IconButton icon="close" label={t('dismiss')} onAct={() => view.failure.set(undefined)} />
      </div>
    )
  );
}

function showLog(view: ChartsView): void {
  view.session.act('command', { command: 'showLog', runIds: [] });
}

interface BodyProps {
  readonly view: ChartsView;
  readonly metric: string;
  readonly found: ChartCurves;
  readonly isNear: boolean;
  readonly isTable: boolean;
  readonly isBars: boolean;
  readonly yScale: ScaleKind;
  readonly frame: RefObject<HTMLDivElement | null>;
}

function Body({ view, metric, found, isNear, isTable, isBars, yScale, frame }: BodyProps) {
  const { data, curves, behind } = found;
  const { x: axis } = view.settings;
  // Curves over another x are not what the axis says.
  const isOld = data.ready && idOfX(data.axis) !== idOfX(axis);
  if (data.error !== undefined && (curves.length === 0 || isOld)) {
    return <Failed view={view} metric={metric} error={data.error} />;
  }
  if (!data.ready) {
    return isNear ? <Waiting view={view} metric={metric} isCancelled={data.isCancelled} /> : null;
  }
  if (curves.length === 0) {
    const { x } = view.settings;
    const count = view.runs.length;
    const lacking =
      typeof x === 'string'
        ? count === 1
          ? t('runLacks', metric)
          : t('runsLack', formatCount(count), metric)
        : t('nothingOver', metric, x.expression.replaceAll('`', ''));
    return (
      <div className="lb-chart-message">
        <p className="lb-dim">{lacking}</p>
      </div>
    );
  }
  if (isTable) {
    return <DataTable view={view} metric={metric} curves={curves} />;
  }
  if (isBars) {
    return <Bars view={view} metric={metric} curves={curves} />;
  }
  return isNear ? <PlotView {...{ view, metric, curves, behind, yScale, frame }} /> : null;
}

/** Charts are read, and given up, each alone. */
function Waiting({ view, metric, isCancelled }: { view: ChartsView; metric: string; isCancelled: boolean }) {
  const { loader } = view.session;
  if (isCancelled) {
    return (
      <div className="lb-chart-message">
        <p className="lb-dim">{t('notLoaded')}</p>
        <p className="lb-chart-actions">
          <LinkButton label={t('load')} onAct={() => loader.retry(metric)} />
        </p>
      </div>
    );
  }
  const count = view.runs.length;
  return (
    <>
      <Loading label={t('loadingChart', metric)} />
      <div className="lb-chart-message lb-late">
        <p className="lb-dim">{tCount('loadingOneCurve', 'loadingCurves', count, formatCount(count))}</p>
        <p className="lb-chart-actions">
          <LinkButton label={t('cancel')} onAct={() => loader.cancel(metric)} />
        </p>
      </div>
    </>
  );
}

function Failed({ view, metric, error }: { view: ChartsView; metric: string; error: string }) {
  return (
    <div className="lb-chart-message" role="alert">
      <p className="lb-error">{t('chartFailed', metric)}</p>
      <p>{error}</p>
      <p className="lb-chart-actions">
        <LinkButton label={t('tryAgain')} onAct={() => view.session.loader.retry()} />
        <LinkButton label={t('showLog')} onAct={() => showLog(view)} />
      </p>
    </div>
  );
}

interface SubtitleProps {
  readonly view: ChartsView;
  readonly found: ChartCurves;
  readonly isLarge: boolean;
  readonly isBars: boolean;
}

/** What is said of a chart beside its name where there is room. */
function Subtitle({ view, found, isLarge, isBars }: SubtitleProps) {
  if (isBars) {
    return view.isSingle ? null : <span className="lb-chart-value">{t('oneValueEach')}</span>;
  }
  if (!isLarge || found.runs.length === 0) {
    return null;
  }
  const points = found.runs.reduce((sum, { total }) => sum + total, 0);
  const isSmooth = isSmoothing(view.settings.smoothing);
  const text = isSmooth
    ? t('smoothedOver', formatCount(points))
    : tCount('onePoint', 'manyPoints', points, formatCount(points));
  return <span className="lb-chart-value">{text}</span>;
}

function LastValue({ curve }: { readonly curve: Curve | undefined }) {
  const last = curve?.values.findLast((value) => Number.isFinite(value));
  const odd = curve?.odd.at(-1);
  const isOdd = odd !== undefined && odd.x >= (curve?.x.at(-1) ?? NaN);
  const value = isOdd ? odd.y : last;
  return value === undefined ? null : <span className="lb-chart-value">{formatMetric(value)}</span>;
}

/** Each run has one value, and no run is about to log the next one. */
function isOneEach(view: ChartsView, data: ChartData, curves: readonly Curve[]): boolean {
  if (curves.length === 0 || curves.some(({ total }) => total !== 1) || typeof view.settings.x !== 'string') {
    return false;
  }
  const live = new Set(view.runs.filter(({ status }) => status === 'RUNNING').map(({ id }) => id));
  const { loader } = view.session;
  // Where a run went on with other metrics this one stays what it is.
  return (
    curves.some(({ runId }) => !live.has(runId)) ||
    curves.every(({ runId, x }) => data.entries.has(runId) && loader.latestX(runId) > (x[0] ?? NaN))
  );
}
