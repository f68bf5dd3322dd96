import type { MenuAction, MenuSections } from '../Menu';
import { t } from '../strings';
import { withEntry, withScale } from './arrangement';
import type { CardProps } from './ChartCard';
import { copyImage, exportChart, type ExportKind } from './chartExport';
import { arrangeCharts, resetZoom, showLarge, showLog, toggleIn, toggleTable, type ChartsView } from './controller';
import { frameOf } from './gridKeys';
import { resize, spanOf } from './ResizeHandle';
import { movedTo } from './sections';
import { scaleKinds, type ScaleKind } from './transform';
import type { ChartCurves } from './useChartData';

export interface ChartMenuContext extends CardProps {
  readonly found: ChartCurves;
  readonly isTable: boolean;
  readonly yScale: ScaleKind;
  readonly isBars: boolean;
}

const scaleNames = { linear: 'linearY', log: 'logY', symlog: 'symlogY' } as const;

/** What can be done with one chart. */
export function chartMenu(context: ChartMenuContext): MenuSections {
  const { view, metric, isTable, yScale } = context;
  const { session } = view;
  const scales: MenuAction[] = scaleKinds.map((kind) => ({
    label: t(scaleNames[kind]),
    checked: yScale === kind,
    isRadio: true,
    ...(kind === 'log' ? { keys: 'L' } : {}),
    onAct: () => arrangeCharts(session, { yScales: withScale(session.state.get().charts, metric, kind), yZoom: {} }),
  }));
  const save = (kind: ExportKind) => (): void => void exportChart(kind, view, metric, context);
  return [
    failureActions(context),
    placeActions(context),
    scales,
    [
      { label: t('dataTable'), keys: 'T', checked: isTable, onAct: () => toggleTable(view, metric) },
      { label: t('resetZoomOf'), keys: '0', onAct: () => resetZoom(view, metric) },
    ],
    context.isAlone || context.isLarge ? [] : layoutActions(context),
    [
      { label: t('copyImage'), onAct: () => void copyImage(view, metric, context) },
      { label: t('savePng'), onAct: save('png') },
      { label: t('saveSvg'), onAct: save('svg') },
      { label: t('saveCsv'), onAct: save('csv') },
    ],
  ];
}

/** What is offered where something went wrong, for the keyboard. */
function failureActions({ view, metric, found }: ChartMenuContext): MenuAction[] {
  const isFailed = view.failure.get()?.metric === metric;
  const isUnread = found.data.error !== undefined;
  return [
    ...(isUnread ? [{ label: t('tryAgain'), onAct: () => view.session.loader.retry(metric) }] : []),
    ...(isFailed || isUnread ? [{ label: t('showLog'), onAct: () => showLog(view) }] : []),
    ...(isFailed ? [{ label: t('dismiss'), onAct: () => view.failure.set(undefined) }] : []),
  ];
}

function placeActions({ view, metric, isAlone, isLarge, isPinned }: ChartMenuContext): MenuAction[] {
  const { session } = view;
  if (isAlone) {
    return [];
  }
  return [
    {
      label: t(isLarge ? 'smallChart' : 'largeChart'),
      keys: 'F',
      onAct: () => showLarge(view, isLarge ? '' : metric),
    },
    { label: t('newTab'), onAct: () => openInTab(view, metric) },
    {
      label: t(isPinned ? 'unpinChart' : 'pinChart'),
      keys: 'P',
      onAct: () => arrangeCharts(session, { pinned: toggleIn(session.state.get().charts.pinned, metric) }),
    },
    {
      label: t('hideChart'),
      onAct: () => {
        const { hidden, large } = session.state.get().charts;
        arrangeCharts(session, { hidden: toggleIn(hidden, metric), large: large === metric ? '' : large });
      },
    },
  ];
}

function openInTab({ session, runs }: ChartsView, metric: string): void {
  const runIds = runs.map(({ id }) => id);
  session.host.channel.request('openChart', { metric, runIds }).catch((error: unknown) => {
    session.host.logError('opening a chart', error);
  });
}

/** Where dragging is not possible. */
function layoutActions({ view, metric, siblings, isPinned, size }: ChartMenuContext): MenuAction[] {
  const { session } = view;
  const height = (): number => frameOf(metric)?.getBoundingClientRect().height ?? 150;
  const at = siblings.indexOf(metric);
  const move = (by: -1 | 1): MenuAction[] => {
    const target = siblings[at + by];
    const label = t(by < 0 ? 'moveBefore' : 'moveAfter');
    return target === undefined
      ? []
      : [{ label, onAct: () => moveChart(view, siblings, isPinned, metric, target, by > 0) }];
  };
  return [
    ...move(-1),
    ...move(1),
    { label: t('wider'), onAct: () => resize(view, metric, { columns: spanOf(view, metric) + 1, height: height() }) },
    {
      label: t('higher'),
      onAct: () => resize(view, metric, { columns: spanOf(view, metric), height: height() * 1.4 }),
    },
    ...(size
      ? [
          {
            label: t('resetSize'),
            onAct: () => {
              const { sizes } = session.state.get().charts;
              arrangeCharts(session, { sizes: withEntry(sizes, metric, undefined) });
            },
          },
        ]
      : []),
  ];
}

/** Puts a chart before or after another one of its section. */
export function moveChart(
  { session }: ChartsView,
  siblings: readonly string[],
  isPinned: boolean,
  metric: string,
  target: string,
  isAfter: boolean,
): void {
  const moved = movedTo(siblings, metric, target, isAfter);
  const { order } = session.state.get().charts;
  const inSection = new Set(siblings);
  arrangeCharts(
    session,
    isPinned ? { pinned: moved } : { order: [...order.filter((key) => !inSection.has(key)), ...moved] },
  );
}
