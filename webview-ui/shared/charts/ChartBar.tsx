import { useRef, useState, type ReactNode } from 'react';
import type { XSource } from '../../../src/protocol/extras';
import { Find, IconButton, Select, Toggle } from '../controls';
import { Icon } from '../Icon';
import { Menu, type MenuSections } from '../Menu';
import { anchorOf, Popup, type Anchor } from '../Popup';
import { useStore } from '../store';
import { t } from '../strings';
import { useOneStop } from '../useOneStop';
import type { ChartsArrangement } from './arrangement';
import { arrangeCharts, resetLayout, resetZoom, type ChartsView } from './controller';
import { ExpressionInput } from './ExpressionInput';
import { GroupSelect } from './GroupSelect';
import { arrangedSections } from './sections';
import { SmoothingControl } from './SmoothingControl';
import { scaleKinds } from './transform';

interface Props {
  readonly view: ChartsView;
  readonly keys: readonly string[];
  /** The primary metric, where the panel knows it. */
  readonly primary: string | undefined;
  readonly find: string;
  /** undefined: there is nothing to find. */
  readonly onFind: ((text: string) => void) | undefined;
  /** Of the charts, CSS pixels. */
  readonly width: number;
  readonly groupCount: number;
  readonly hasLegend: boolean;
  readonly extra: ((isNarrow: boolean) => ReactNode) | undefined;
}

const narrow = 600;
/** Below, labels become icons (ui.md 10). */
const compact = 900;
/** How much more room is needed for the field of a metric or expression as x, with icons and with labels. */
const fieldRoom = { icons: 40, labels: 160 };
/** How much more for what groups are drawn as. */
const groupRoom = { icons: 30, labels: 190 };

/** What all charts of the panel follow. Where there is less room labels become icons; in a narrow panel, most is behind a button. */
export function ChartBar(props: Props) {
  const { view, find, onFind, width, extra } = props;
  const charts = useStore(view.session.state, (state) => state.charts);
  const [popup, setPopup] = useState<Anchor>();
  const [menu, setMenu] = useState<Anchor>();
  const box = useRef<HTMLDivElement>(null);
  useOneStop(box);
  const [isEditing, setIsEditing] = useState(false);
  const hasField = isEditing || typeof charts.x !== 'string';
  const more = (room: 'icons' | 'labels'): number =>
    (hasField ? fieldRoom[room] : 0) + (props.groupCount > 0 ? groupRoom[room] : 0);
  const isNarrow = width > 0 && width < narrow + more('icons');
  const isSmall = width > 0 && width < compact + more('labels');
  const isCompact = isSmall && !isNarrow;
  const isZoomed = charts.zoom !== undefined || Object.keys(charts.yZoom).length > 0;
  return (
    <div
      ref={box}
      className={`lb-toolbar${isSmall ? ' lb-compact' : ''}${isNarrow ? ' lb-tight' : ''}`}
      role="toolbar"
      aria-label={t('chartBar')}
    >
      {onFind && <Find label={t('findCharts')} text={find} onChange={onFind} />}
      <XSelect {...props} charts={charts} isEditing={isEditing} onEdit={setIsEditing} />
      {!isNarrow && <Options {...props} charts={charts} isCompact={isCompact} />}
      {isZoomed && <IconButton icon="unzoom" label={t('resetZoom')} onAct={() => resetZoom(view)} />}
      <span className="lb-grow" />
      {isNarrow ? (
        <OpenButton icon="settings" label={t('chartOptions')} isOpen={popup !== undefined} onOpen={setPopup} />
      ) : (
        onFind && <ColumnSelect view={view} charts={charts} isCompact={isCompact} />
      )}
      {extra?.(isSmall)}
      <OpenButton icon="ellipsis" label={t('moreChartOptions')} isOpen={menu !== undefined} onOpen={setMenu} />
      {popup && (
        <Popup
          anchor={popup}
          isRight
          role="dialog"
          label={t('chartOptions')}
          className="lb-chart-options"
          onClose={() => setPopup(undefined)}
        >
          <Options {...props} charts={charts} isCompact={false} />
          {onFind && <ColumnSelect view={view} charts={charts} isCompact={false} />}
        </Popup>
      )}
      {menu && (
        <Menu
          label={t('moreChartOptions')}
          anchor={menu}
          sections={menuOf(props, charts)}
          onClose={() => setMenu(undefined)}
        />
      )}
    </div>
  );
}

interface OpenProps {
  readonly icon: 'settings' | 'ellipsis';
  readonly label: string;
  readonly isOpen: boolean;
  readonly onOpen: (anchor: Anchor) => void;
}

function OpenButton({ icon, label, isOpen, onOpen }: OpenProps) {
  return (
    <button
      type="button"
      className="lb-icon-button"
      title={label}
      aria-label={label}
      aria-haspopup={icon === 'ellipsis' ? 'menu' : 'dialog'}
      aria-expanded={isOpen}
      onClick={(event) => onOpen(anchorOf(event.currentTarget))}
    >
      <Icon name={icon} />
    </button>
  );
}

type PartProps = Props & { readonly charts: ChartsArrangement };
type SizedProps = PartProps & { readonly isCompact: boolean };

interface XProps extends PartProps {
  /** A metric or an expression is about to be chosen. */
  readonly isEditing: boolean;
  readonly onEdit: (isEditing: boolean) => void;
}

function XSelect({ view, keys, charts, isEditing, onEdit }: XProps) {
  const { x } = charts;
  const choose = (next: XSource): void => {
    onEdit(false);
    arrangeCharts(view.session, { x: next, zoom: undefined });
    view.zoom.follow(undefined);
  };
  const isExpression = isEditing || typeof x !== 'string';
  return (
    <>
      <Select
        label={t('xAxis')}
        value={isExpression ? 'expression' : x}
        options={[
          { value: 'step', label: t('step') },
          { value: 'relative', label: t('timeSinceStart') },
          { value: 'time', label: t('wallTime') },
          { value: 'expression', label: t('anotherMetric') },
        ]}
        onChange={(value) => (value === 'expression' ? onEdit(true) : choose(value))}
      />
      {isExpression && (
        <ExpressionInput
          text={typeof x === 'string' ? '' : x.expression}
          keys={keys}
          hasFocus={isEditing}
          onApply={(expression) => choose({ expression })}
        />
      )}
    </>
  );
}

function Options({ view, charts, groupCount, isCompact }: SizedProps) {
  const { session } = view;
  return (
    <>
      <SmoothingControl
        smoothing={charts.smoothing}
        onChange={(smoothing) => arrangeCharts(session, { smoothing })}
        isCompact={isCompact}
      />
      <span className="lb-bar-line" />
      <Toggle
        label={t('logY')}
        icon={isCompact ? 'logScale' : undefined}
        title={t('logYHint')}
        on={charts.yScale === 'log'}
        onChange={(on) => arrangeCharts(session, { yScale: on ? 'log' : 'linear', yScales: {}, yZoom: {} })}
      />
      <Toggle
        label={t('clipOutliers')}
        icon={isCompact ? 'fold' : undefined}
        title={t('clipOutliersHint')}
        on={charts.clip}
        onChange={(clip) => arrangeCharts(session, { clip })}
      />
      <Toggle
        label={t('minMax')}
        icon={isCompact ? 'layers' : undefined}
        title={t('minMaxHint')}
        on={charts.bands}
        onChange={(bands) => arrangeCharts(session, { bands })}
      />
      {groupCount > 0 && (
        <>
          <span className="lb-bar-line" />
          <GroupSelect
            groups={charts.groups}
            onChange={(groups) => arrangeCharts(session, { groups })}
            isCompact={isCompact}
          />
        </>
      )}
    </>
  );
}

function ColumnSelect({ view, charts, isCompact }: Pick<SizedProps, 'view' | 'charts' | 'isCompact'>) {
  const counts = ['0', '1', '2', '3', '4', '5', '6'] as const;
  return (
    <Select
      label={t('columns')}
      icon={isCompact ? 'editorLayout' : undefined}
      value={counts[charts.columns] ?? '0'}
      options={counts.map((count) => ({ value: count, label: count === '0' ? t('automatic') : count }))}
      onChange={(count) => arrangeCharts(view.session, { columns: Number(count) })}
    />
  );
}

const xScales = { linear: 'linearX', log: 'logX', symlog: 'symlogX' } as const;
const yScales = { linear: 'linearY', log: 'logY', symlog: 'symlogY' } as const;

function menuOf(props: Props, charts: ChartsArrangement): MenuSections {
  const { view, hasLegend, groupCount, keys, primary, onFind } = props;
  const { session } = view;
  const openAll = (isOpen: boolean): void => {
    const all = arrangedSections(keys, charts, primary);
    arrangeCharts(session, { sections: Object.fromEntries(all.map(({ id }) => [id, isOpen])) });
  };
  return [
    scaleKinds.map((kind) => ({
      label: t(xScales[kind]),
      checked: charts.xScale === kind,
      isRadio: true,
      onAct: () => arrangeCharts(session, { xScale: kind }),
    })),
    scaleKinds.map((kind) => ({
      label: t(yScales[kind]),
      checked: charts.yScale === kind,
      isRadio: true,
      onAct: () => arrangeCharts(session, { yScale: kind, yScales: {}, yZoom: {} }),
    })),
    [
      ...(groupCount > 0 && charts.groups
        ? [
            {
              label: t('alsoDrawRuns'),
              checked: charts.groupRuns,
              onAct: () => arrangeCharts(session, { groupRuns: !charts.groupRuns }),
            },
          ]
        : []),
      { label: t('legend'), checked: hasLegend, onAct: () => arrangeCharts(session, { legend: !hasLegend }) },
    ],
    onFind
      ? [
          { label: t('openAllSections'), onAct: () => openAll(true) },
          { label: t('closeAllSections'), onAct: () => openAll(false) },
        ]
      : [],
    [
      { label: t('resetZoomOf'), onAct: () => resetZoom(view) },
      { label: t('resetLayout'), onAct: () => resetLayout(session) },
    ],
  ];
}
