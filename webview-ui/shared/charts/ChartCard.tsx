import { memo, useEffect, useMemo, useRef, useState, type DragEvent, type KeyboardEvent } from 'react';
import { InnerButton, LinkButton } from '../controls';
import { ErrorBoundary } from '../ErrorBoundary';
import { Icon } from '../Icon';
import { goingOn, lostRuns } from '../lostRuns';
import { Menu } from '../Menu';
import { anchorAt, anchorOf, type Anchor } from '../Popup';
import { useStore } from '../store';
import { t } from '../strings';
import { scaleOf, type ChartSize } from './arrangement';
import { ChartBody, hasCurves } from './ChartBody';
import { DataTable } from './DataTable';
import { handleChartKey, type ChartKeyContext } from './chartKeys';
import { chartLabel } from './chartLabel';
import { chartMenu, type ChartMenuContext } from './chartMenu';
import { ChartTitle } from './ChartTitle';
import { showLog, type ChartsView } from './controller';
import type { Curve } from './curve';
import { Legend } from './Legend';
import { useNear } from './near';
import { ResizeHandle } from './ResizeHandle';
import type { ChartData } from './seriesState';
import { useChartCurves } from './useChartData';

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

/** So far out of sight charts are read: what is scrolled to is there. Drawn, when zoomed or live, are those in sight alone. CSS pixels. */
const readMargin = 240;
/** Points of a curve that a large chart has room for. */
const roomOfLarge = 1500;

/** One metric of the shown runs. Reads while it is in sight or near, draws while it is in sight. */
export const ChartCard = memo(function ChartCard(props: CardProps) {
  const { view, metric, isStop, onFocus, size, isLarge, isAlone } = props;
  const card = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const isNear = useNear(card, readMargin);
  const isDrawn = useNear(card, 0);
  const isTable = useStore(view.tables, (tables) => tables.has(metric));
  const [isEntered, setIsEntered] = useState(false);
  const [menu, setMenu] = useState<Anchor>();
  const found = useChartCurves(view, metric, { isNear, isInSight: isDrawn, room: isLarge ? roomOfLarge : 0 });
  const { data, curves } = found;
  const yScale = useStore(view.session.state, ({ charts }) => scaleOf(charts, metric));
  const lost = useStore(lostRuns, (ids) => ids);
  const isBars = isOneEach(view, data, found.runs, lost);
  const menuContext: ChartMenuContext = { ...props, found, isTable, yScale, isBars };
  const context: ChartKeyContext = { view, metric, isBars, isEntered, isLarge, isAlone, setIsEntered, frame };
  const isThere = hasCurves(found, view.settings.x);
  const label = useLabel(view, metric, curves, isBars);
  useMarkUntilLeft(view, isEntered && isBars);
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
      onContextMenu={(event) => {
        // Where there is text to copy or to paste, the menu is VS Code's.
        if (!(event.target instanceof Element && event.target.closest('input, table, .lb-popup'))) {
          event.preventDefault();
          setMenu(anchorAt(event.clientX, event.clientY));
        }
      }}
    >
      <ChartTitle {...props} found={found} yScale={yScale} isBars={isBars} menu={menu} onMenu={setMenu} />
      <Failure view={view} metric={metric} />
      <div className="lb-chart-body">
        <div
          ref={frame}
          className={isEntered ? 'lb-chart-frame lb-entered' : 'lb-chart-frame'}
          style={size && !isLarge ? { height: size.height, maxHeight: 'none', aspectRatio: 'auto' } : undefined}
          // What is in an image is not read out: neither a table, nor why there are no curves.
          role={isThere && !(isTable && !isLarge) ? 'img' : 'group'}
          aria-label={isThere ? label : metric}
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
            <ChartBody {...{ view, metric, found, isDrawn, isBars, yScale, frame }} isTable={isTable && !isLarge} />
          </ErrorBoundary>
        </div>
        {hasLegend && <Legend view={view} curves={curves} metric={metric} isNamed={false} />}
      </div>
      {isTable && isLarge && curves.length > 0 && (
        <div className="lb-table-below">
          <DataTable view={view} metric={metric} curves={curves} isBars={isBars} />
        </div>
      )}
      {!isLarge && !isAlone && <ResizeHandle view={view} metric={metric} card={card} frame={frame} />}
      {menu && (
        <Menu label={metric} anchor={menu} sections={chartMenu(menuContext)} onClose={() => setMenu(undefined)} />
      )}
    </div>
  );
});

/** The bar that keys went to is marked no longer than they go on. */
function useMarkUntilLeft({ session }: ChartsView, isInBars: boolean): void {
  useEffect(() => (isInBars ? () => session.mark({ hovered: undefined }) : undefined), [session, isInBars]);
}

/** The same as long as the curves are: all values are looked at. */
function useLabel(view: ChartsView, metric: string, curves: readonly Curve[], isBars: boolean): string {
  const { settings, better, nameOf, digits } = view;
  return useMemo(
    () => chartLabel(metric, curves, settings.x, better(metric), nameOf, digits, isBars),
    [metric, curves, settings.x, better, nameOf, digits, isBars],
  );
}

/** Why something could not be saved or copied, where it was asked for. By key the chart's menu has the same, and Escape closes it. */
function Failure({ view, metric }: { readonly view: ChartsView; readonly metric: string }) {
  const failure = useStore(view.failure, (each) => (each?.metric === metric ? each : undefined));
  return (
    failure && (
      <div className="lb-chart-failure" role="alert">
        <Icon name="error" small />
        <span className="lb-grow">{failure.text}</span>
        <LinkButton label={t('showLog')} isInner onAct={() => showLog(view)} />
        <InnerButton icon="close" label={t('dismiss')} onAct={() => view.failure.set(undefined)} />
      </div>
    )
  );
}

/** Each run has one value, and no run is about to log the next one. */
function isOneEach(view: ChartsView, data: ChartData, curves: readonly Curve[], lost: ReadonlySet<string>): boolean {
  if (curves.length === 0 || curves.some(({ total }) => total !== 1) || typeof view.settings.x !== 'string') {
    return false;
  }
  const live = goingOn(view.runs, lost);
  const { loader } = view.session;
  // Where a run went on with other metrics this one stays what it is.
  return (
    curves.some(({ runId }) => !live.has(runId)) ||
    curves.every(({ runId, x }) => data.entries.has(runId) && loader.latestX(runId) > (x[0] ?? NaN))
  );
}
