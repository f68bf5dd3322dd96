import { useMemo, type RefObject } from 'react';
import { formatCount } from '../../../src/core/format';
import type { XSource } from '../../../src/protocol/extras';
import { LinkButton } from '../controls';
import { Loading, type Action } from '../states';
import { t, tCount } from '../strings';
import { idOfX } from './arrangement';
import { Bars } from './Bars';
import { showLog, type ChartsView } from './controller';
import { DataTable } from './DataTable';
import { PlotView } from './PlotView';
import type { ScaleKind } from './transform';
import type { ChartCurves } from './useChartData';

interface Props {
  readonly view: ChartsView;
  readonly metric: string;
  readonly found: ChartCurves;
  /** Whether it is in sight, or nearly. */
  readonly isDrawn: boolean;
  readonly isTable: boolean;
  readonly isBars: boolean;
  readonly yScale: ScaleKind;
  readonly frame: RefObject<HTMLDivElement | null>;
}

/** Whether there are curves to show, or to tell of, rather than why there are none. */
export function hasCurves({ data, curves }: ChartCurves, axis: XSource): boolean {
  return data.ready && curves.length > 0 && !isFailed(data, curves, axis);
}

/** Curves over another x are not what the axis says. */
function isFailed(data: ChartCurves['data'], curves: ChartCurves['curves'], axis: XSource): boolean {
  const isOld = data.ready && idOfX(data.axis) !== idOfX(axis);
  return data.error !== undefined && (curves.length === 0 || isOld);
}

/** The curves, as lines, bars or a table; or what keeps them from being there. */
export function ChartBody({ view, metric, found, isDrawn, isTable, isBars, yScale, frame }: Props) {
  const { data, curves, behind } = found;
  const drawn = useDrawnView(view, data.axis);
  if (data.error !== undefined && isFailed(data, curves, view.settings.x)) {
    return <Failed {...{ view, metric, frame }} error={data.error} />;
  }
  if (!data.ready) {
    return isDrawn ? <Waiting {...{ view, metric, frame }} isCancelled={data.isCancelled} /> : null;
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
    return <DataTable view={drawn} metric={metric} curves={curves} isBars={isBars} isInChart />;
  }
  if (isBars) {
    return <Bars view={view} metric={metric} curves={curves} frame={frame} />;
  }
  return isDrawn ? <PlotView {...{ metric, curves, behind, yScale, frame }} view={drawn} /> : null;
}

/** Until curves over another x are read, those that are there are told and placed by theirs: 300 seconds are not step 300. */
function useDrawnView(view: ChartsView, axis: XSource): ChartsView {
  return useMemo(
    () => (idOfX(axis) === idOfX(view.settings.x) ? view : { ...view, settings: { ...view.settings, x: axis } }),
    [view, axis],
  );
}

interface StateProps extends Pick<Props, 'view' | 'metric' | 'frame'> {
  readonly isCancelled?: boolean;
}

/** Charts are read, and given up, each alone. */
function Waiting({ view, metric, frame, isCancelled = false }: StateProps) {
  const { loader } = view.session;
  if (isCancelled) {
    return (
      <div className="lb-chart-message">
        <p className="lb-dim">{t('notLoaded')}</p>
        <Actions frame={frame} actions={[{ label: t('load'), onAct: () => loader.retry(metric) }]} />
      </div>
    );
  }
  const count = view.runs.length;
  return (
    <>
      <Loading label={t('loadingChart', metric)} />
      <div className="lb-chart-message lb-late">
        <p className="lb-dim">{tCount('loadingOneCurve', 'loadingCurves', count, formatCount(count))}</p>
        <Actions frame={frame} actions={[{ label: t('cancel'), onAct: () => loader.cancel(metric) }]} />
      </div>
    </>
  );
}

function Failed({ view, metric, frame, error }: StateProps & { readonly error: string }) {
  const actions = [
    { label: t('tryAgain'), onAct: () => view.session.loader.retry() },
    { label: t('showLog'), onAct: () => showLog(view) },
  ];
  return (
    <div className="lb-chart-message" role="alert">
      <p className="lb-error">{t('chartFailed', metric)}</p>
      <p>{error}</p>
      <Actions frame={frame} actions={actions} />
    </div>
  );
}

interface ActionsProps extends Pick<Props, 'frame'> {
  readonly actions: readonly Action[];
}

/** What can be done in place of curves: no stops of the Tab key, Enter goes to them, and arrows between them (`chartKeys`). */
function Actions({ frame, actions }: ActionsProps) {
  return (
    <p className="lb-chart-actions">
      {actions.map(({ label, onAct }) => (
        <LinkButton
          key={label}
          label={label}
          isInner
          onAct={() => {
            // What was pressed may go.
            frame.current?.focus();
            onAct();
          }}
        />
      ))}
    </p>
  );
}
