import type { DragEvent } from 'react';
import { formatCount, formatMetric } from '../../../src/core/format';
import { InnerButton } from '../controls';
import { anchorOf, type Anchor } from '../Popup';
import { t, tCount } from '../strings';
import { isSmoothing } from './arrangement';
import { arrangeCharts, showLarge, toggleIn, type ChartsView } from './controller';
import type { Curve } from './curve';
import { unitOf } from './metricUnit';
import type { ScaleKind } from './transform';
import type { ChartCurves } from './useChartData';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  readonly isPinned: boolean;
  readonly isLarge: boolean;
  /** It is all that the panel shows. */
  readonly isAlone: boolean;
  readonly onDrag: ((event: DragEvent, metric: string) => void) | undefined;
  readonly found: ChartCurves;
  readonly yScale: ScaleKind;
  readonly isBars: boolean;
  readonly menu: Anchor | undefined;
  readonly onMenu: (anchor: Anchor) => void;
}

/** The chart's name, what is special about it, and on the right what can be done with it. */
export function ChartTitle(props: Props) {
  const { view, metric, isLarge, isPinned, isAlone, onDrag, found, yScale, isBars, menu, onMenu } = props;
  const { session } = view;
  const unit = unitOf(metric);
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
    >
      <span className="lb-cut-text" title={metric}>
        {metric}
      </span>
      {unit !== undefined && <span className="lb-chart-value">{unit}</span>}
      {!isBars && yScale !== 'linear' && <span className="lb-tag">{t(yScale === 'log' ? 'logTag' : 'symlogTag')}</span>}
      <Subtitle view={view} found={found} isLarge={isLarge} isBars={isBars} />
      {found.data.error !== undefined && found.curves.length > 0 && (
        <InnerButton
          icon="warning"
          label={t('chartStale', found.data.error)}
          onAct={() => session.loader.retry(metric)}
        />
      )}
      <span className="lb-grow" />
      {view.isSingle && !isBars && <LastValue curve={found.runs[0]} digits={view.digits} />}
      <span className="lb-chart-buttons">
        {!isAlone && (
          <>
            <InnerButton
              icon={isPinned ? 'pinned' : 'pin'}
              label={t(isPinned ? 'unpinNamed' : 'pinNamed', metric)}
              onAct={togglePin}
            />
            <InnerButton
              icon={isLarge ? 'screenNormal' : 'screenFull'}
              label={t(isLarge ? 'smallNamed' : 'largeNamed', metric)}
              onAct={toggleLarge}
            />
          </>
        )}
        <InnerButton
          icon="ellipsis"
          label={t('chartMenu', metric)}
          isOpen={menu !== undefined}
          onAct={(element) => onMenu(anchorOf(element))}
        />
      </span>
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

function LastValue({ curve, digits }: { readonly curve: Curve | undefined; readonly digits: number }) {
  const last = curve?.values.findLast((value) => Number.isFinite(value));
  const odd = curve?.odd.at(-1);
  const isOdd = odd !== undefined && odd.x >= (curve?.x.at(-1) ?? NaN);
  const value = isOdd ? odd.y : last;
  return value === undefined ? null : <span className="lb-chart-value">{formatMetric(value, digits)}</span>;
}
