import { useCallback, useRef, useState, type ReactNode } from 'react';
import { Icon, type IconName } from '../shared/Icon';
import { LiveButton, liveActions } from '../shared/LiveButton';
import { anchorOf, type Anchor } from '../shared/Popup';
import { Menu, type MenuAction } from '../shared/Menu';
import { useStore } from '../shared/store';
import { t } from '../shared/strings';
import { useOneStop } from '../shared/useOneStop';
import { ColumnsMenu } from './ColumnsMenu';
import { exportActions, runsToExport } from './exportActions';
import type { ExperimentSession } from './experimentSession';
import { GroupMenu } from './GroupMenu';
import { QueryLine } from './QueryLine';
import type { LayoutMode } from './table/arrangement';
import { fieldOf } from './table/fields';
import { groupKey, isRunKey } from './table/lines';
import type { Group } from './table/grouping';
import type { TableView } from './tableModel';
import { useTableLive } from './useTableLive';
import { ViewsMenu } from './views/ViewsMenu';

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
  /** Buttons without words. */
  readonly isNarrow: boolean;
  /** No room for all buttons either: some are in the menu. */
  readonly isTiny: boolean;
}

type Open = { readonly kind: 'group' | 'columns' | 'more'; readonly anchor: Anchor };

/** Above the table: the query, groups, columns, what of the panel is shown. */
export function Toolbar({ experiment, view, isNarrow, isTiny }: Props) {
  const [open, setOpen] = useState<Open | undefined>(undefined);
  const groupBy = useStore(experiment.arrangement, (each) => each.groupBy);
  const mode = useStore(experiment.arrangement, (each) => each.mode);
  const live = useTableLive(experiment, view);
  const close = useCallback(() => setOpen(undefined), []);
  const end = useRef<HTMLSpanElement>(null);
  useOneStop(end);
  const toggle = (kind: Open['kind']) => (anchor: Anchor) =>
    setOpen(open?.kind === kind ? undefined : { kind, anchor });
  const groups = groupBy.map((id) => fieldOf(id)?.key ?? '').join(', ');
  return (
    <div className="lb-toolbar lb-experiment-bar" role="toolbar" aria-label={t('toolbar')}>
      <QueryLine experiment={experiment} view={view} />
      <ViewsMenu experiment={experiment} />
      <Drop
        icon="groupBy"
        label={groups === '' ? t('group') : groups}
        isNarrow={isNarrow}
        isOn={groups !== ''}
        isOpen={open?.kind === 'group'}
        onOpen={toggle('group')}
      />
      <Drop
        icon="table"
        label={t('columns')}
        isNarrow={isNarrow}
        isOpen={open?.kind === 'columns'}
        onOpen={toggle('columns')}
      />
      {!isTiny && <span className="lb-bar-line" />}
      <span ref={end} className="lb-bar-end">
        {!isTiny && <LiveButton live={live} isNarrow={isNarrow} />}
        {!isTiny && <Layout experiment={experiment} mode={mode} />}
        <Drop
          icon="ellipsis"
          label={t('moreActions')}
          isNarrow={true}
          isOpen={open?.kind === 'more'}
          onOpen={toggle('more')}
        />
      </span>
      {open?.kind === 'group' && <GroupMenu experiment={experiment} view={view} anchor={open.anchor} onClose={close} />}
      {open?.kind === 'columns' && (
        <ColumnsMenu experiment={experiment} view={view} anchor={open.anchor} onClose={close} />
      )}
      {open?.kind === 'more' && (
        <Menu
          label={t('moreActions')}
          anchor={open.anchor}
          sections={[
            isTiny ? liveActions(live) : [],
            isTiny ? layoutActions(experiment, mode) : [],
            groupActions(experiment, view),
            exportActions(experiment, view, runsToExport(experiment, view)),
            [{ label: t('queryHelp'), onAct: () => experiment.queryHelp.set(true) }],
          ]}
          onClose={close}
        />
      )}
    </div>
  );
}

interface DropProps {
  readonly icon: IconName;
  readonly label: string;
  readonly isNarrow: boolean;
  /** What it opens has something chosen. */
  readonly isOn?: boolean;
  readonly isOpen: boolean;
  readonly onOpen: (anchor: Anchor) => void;
}

/** A button that opens something under it. */
function Drop({ icon, label, isNarrow, isOn = false, isOpen, onOpen }: DropProps): ReactNode {
  return (
    <button
      type="button"
      className={isNarrow ? 'lb-icon-button' : 'lb-drop'}
      aria-haspopup="dialog"
      aria-expanded={isOpen}
      data-on={isNarrow && isOn ? true : undefined}
      aria-label={isNarrow ? label : undefined}
      title={label}
      // A press outside of a popup closes it; this one is to do so by its click.
      onPointerDown={(event) => isOpen && event.stopPropagation()}
      onClick={(event) => onOpen(anchorOf(event.currentTarget))}
    >
      <Icon name={icon} />
      {!isNarrow && (
        <>
          <span className="lb-cut-text">{label}</span>
          <Icon name="chevronDown" small />
        </>
      )}
    </button>
  );
}

const modes: readonly (readonly [LayoutMode, IconName])[] = [
  ['table', 'table'],
  ['both', 'splitVertical'],
  ['charts', 'graphLine'],
];

function layoutLabels(): Readonly<Record<LayoutMode, string>> {
  return { table: t('layoutTable'), both: t('layoutBoth'), charts: t('layoutCharts') };
}

function layoutActions(experiment: ExperimentSession, mode: LayoutMode): MenuAction[] {
  return modes.map(([each]) => ({
    label: layoutLabels()[each],
    checked: mode === each,
    isRadio: true,
    onAct: () => experiment.arrange({ mode: each }),
  }));
}

function Layout({ experiment, mode }: { readonly experiment: ExperimentSession; readonly mode: LayoutMode }) {
  const labels = layoutLabels();
  return (
    <span className="lb-modes">
      {modes.map(([each, icon]) => (
        <button
          key={each}
          type="button"
          className="lb-icon-button"
          title={labels[each]}
          aria-label={labels[each]}
          aria-pressed={mode === each}
          onClick={() => experiment.arrange({ mode: each })}
        >
          <Icon name={icon} />
        </button>
      ))}
    </span>
  );
}

function groupActions(experiment: ExperimentSession, { groups }: TableView): MenuAction[] {
  const keys = (list: readonly Group[]): string[] =>
    list.flatMap((group) => [groupKey(group.key), ...keys(group.groups)]);
  return groups.length === 0
    ? []
    : [
        {
          label: t('openAll'),
          onAct: () =>
            experiment.arrange({ open: [...experiment.arrangement.get().open.filter(isRunKey), ...keys(groups)] }),
        },
        {
          label: t('closeAll'),
          onAct: () => experiment.arrange({ open: experiment.arrangement.get().open.filter(isRunKey) }),
        },
      ];
}
