import { useRef, useState } from 'react';
import { formatCount } from '../../src/core/format';
import { LinkButton } from '../shared/controls';
import { formatDate } from '../shared/dates';
import { Menu, type MenuAction } from '../shared/Menu';
import { anchorOf, type Anchor } from '../shared/Popup';
import { useStore } from '../shared/store';
import { t, tCount } from '../shared/strings';
import { useOneStop } from '../shared/useOneStop';
import type { ExperimentSession } from './experimentSession';
import type { HandOverState } from './handingOver';
import { HiddenSort, hiddenSort } from './HiddenSort';
import { queryReasonSentence } from './query/queryReason';
import { deleteRuns } from './runCommands';
import { seenOf } from './table/selection';
import type { TableView } from './tableModel';
import { useTight } from './useTight';

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
  /** How many runs the charts draw. */
  readonly drawn: number;
  /** No room for more than the first action. */
  readonly isNarrow: boolean;
  /** Nor for that. */
  readonly isTiny: boolean;
}

/** Counts at the left, at the right what can be done with what is selected. Always of the same height. */
export function Footer({ experiment, view, drawn, isNarrow, isTiny }: Props) {
  const failure = useStore(experiment.failure, (each) => each);
  const undo = useStore(experiment.undo, (each) => each);
  const selected = useStore(experiment.selection, (each) => each.runs);
  const isConnected = useStore(experiment.session.connection, ({ state }) => state === 'connected');
  const box = useRef<HTMLDivElement>(null);
  useOneStop(box);
  const handed = useStore(experiment.handingOver.state, (each) => each);
  const { newRuns, isOrderChanged } = view.pending;
  const isSaid = failure !== undefined || undo !== undefined || handed !== undefined;
  const isTight = useTight(box, selected.size > 0 && !isNarrow && !isSaid);
  const hasMore = isSaid || selected.size > 0 || newRuns > 0 || isOrderChanged || hiddenSort(view).length > 0;
  // What counts comes before links where there is no room for both.
  const isFull = useTight(box, hasMore && (isNarrow || isTight));
  const isCrowded = isFull || (isTiny && hasMore);
  return (
    <div ref={box} className="lb-footer" role="region" aria-label={t('runsList')}>
      <Counts experiment={experiment} view={view} drawn={drawn} isTiny={isTiny} isCrowded={isCrowded} />
      <HiddenSort experiment={experiment} view={view} isShort={isCrowded} />
      <span className="lb-grow" />
      <Pending experiment={experiment} view={view} />
      {failure ? (
        <span className="lb-footer-part lb-error" role="alert">
          <span className="lb-cut-text" title={failure.message}>
            {t('editFailed', failure.message)}
          </span>
          <LinkButton label={t('dismiss')} onAct={() => experiment.failure.set(undefined)} />
        </span>
      ) : undo ? (
        <span className="lb-footer-part" role="status">
          <span className="lb-cut-text">
            {tCount('trashedOne', 'trashedMany', undo.runIds.length, formatCount(undo.runIds.length))}
          </span>
          {isConnected && <LinkButton label={t('undo')} onAct={() => experiment.untrash()} />}
        </span>
      ) : handed ? (
        <HandedOver experiment={experiment} state={handed} />
      ) : (
        selected.size > 0 && (
          <Selected
            experiment={experiment}
            count={selected.size}
            runIds={seenOf(selected, view)}
            isNarrow={isNarrow || isTight}
            isCrowded={isCrowded}
            more={isCrowded ? allActions(experiment, view, drawn) : []}
          />
        )
      )}
    </div>
  );
}

/** How to get all runs back where a part of them is shown. */
function allActions(experiment: ExperimentSession, view: TableView, drawn: number): MenuAction[] {
  if (view.runs.length < view.table.size) {
    const label = t('showAllRuns', formatCount(view.table.size));
    return [{ label, onAct: () => experiment.arrange({ query: '' }) }];
  }
  return drawn < view.runs.length ? [{ label: t('showAllInCharts'), onAct: () => experiment.showAll() }] : [];
}

type CountsProps = Omit<Props, 'isNarrow'> & {
  /** Something else needs the room. */
  readonly isCrowded: boolean;
};

function Counts({ experiment, view, drawn, isTiny, isCrowded }: CountsProps) {
  const connection = useStore(experiment.session.connection, (each) => each.state);
  const at = useStore(experiment.reader.state, (each) => (each.kind === 'ready' ? each.at : undefined));
  const wrong = useStore(experiment.wrongQuery, (each) => each);
  const [passing, all] = [view.runs.length, view.table.size];
  const isFiltered = view.filter !== undefined;
  const error = wrong ?? view.queryError;
  if (error) {
    const counts = [formatCount(passing), formatCount(all)];
    return (
      <span className="lb-cut-text" role="status">
        {t('notApplied', queryReasonSentence(error), ...counts)}
      </span>
    );
  }
  const counts = isFiltered
    ? t('runsFiltered', formatCount(passing), formatCount(all))
    : tCount('runsOne', 'runsMany', all, formatCount(all));
  const groups = view.groups.length;
  const grouped = groups > 0 ? [tCount('groupsOne', 'groupsMany', groups, formatCount(groups))] : [];
  const parts = [
    // What is cut first stands last.
    ...(isTiny ? [counts, ...grouped] : [...grouped, counts]),
    connection === 'connected' || at === undefined ? t('inCharts', formatCount(drawn)) : t('asOf', formatDate(at)),
  ];
  const text = parts.join(' · ');
  return (
    <span className="lb-footer-part lb-counts">
      <span className="lb-cut-text" title={text}>
        {isCrowded ? counts : text}
      </span>
      {!isCrowded &&
        allActions(experiment, view, drawn).map(({ label, onAct }) => (
          <LinkButton key={label} label={label} onAct={onAct} />
        ))}
    </span>
  );
}

/** What is held back while the pointer or the focus is in the table. */
function Pending({ experiment, view }: Pick<Props, 'experiment' | 'view'>) {
  const { newRuns, leaving, isOrderChanged } = view.pending;
  if (newRuns === 0 && !isOrderChanged) {
    return null;
  }
  const [text, act] =
    newRuns > 0
      ? [tCount('newRunsOne', 'newRunsMany', newRuns, formatCount(newRuns)), t('show')]
      : leaving > 0
        ? [tCount('leavingOne', 'leavingMany', leaving, formatCount(leaving)), t('updateRows')]
        : [t('orderChanged'), t('sort')];
  return (
    <span className="lb-footer-part lb-pending">
      <span>{text} ·</span>
      <LinkButton label={act} onAct={() => experiment.model.release()} />
    </span>
  );
}

/** How far copying or exporting is, or what was copied or exported. */
function HandedOver({ experiment, state }: { readonly experiment: ExperimentSession; readonly state: HandOverState }) {
  if (state.kind === 'cells') {
    const text = t(state.count === 1 ? 'copiedCellOne' : 'copiedCellMany', formatCount(state.count), state.column);
    return (
      <span className="lb-footer-part">
        <span className="lb-cut-text" role="status" title={text}>
          {text}
        </span>
      </span>
    );
  }
  if (state.kind !== 'done') {
    const text = t(
      state.kind === 'reading' ? 'readingColumns' : 'writingRuns',
      formatCount(state.done),
      formatCount(state.total),
    );
    return (
      <span className="lb-footer-part">
        <span className="lb-cut-text" role="progressbar" aria-valuetext={text}>
          {text}
        </span>
        <LinkButton label={t('cancel')} onAct={() => experiment.handingOver.cancel()} />
      </span>
    );
  }
  const { wish, columns, all } = state;
  const runs = wish.runIds.length;
  const [one, many] =
    wish.to === 'clipboard' ? (['copiedOne', 'copiedMany'] as const) : (['exportedOne', 'exportedMany'] as const);
  const text = t(runs === 1 ? one : many, formatCount(runs), formatCount(columns), formatCount(all));
  return (
    <span className="lb-footer-part">
      <span className="lb-cut-text" role="status" title={text}>
        {text}
      </span>
      {columns < all && wish.columns === 'visible' && (
        <LinkButton
          label={t('withAllColumns')}
          onAct={() => experiment.handOver({ ...wish, view: experiment.model.view.get() ?? wish.view, columns: 'all' })}
        />
      )}
    </span>
  );
}

interface SelectedProps {
  readonly experiment: ExperimentSession;
  /** How many are selected. */
  readonly count: number;
  /** Those of them that are seen. */
  readonly runIds: readonly string[];
  readonly isNarrow: boolean;
  readonly isCrowded: boolean;
  /** What has no room beside the counts. */
  readonly more: readonly MenuAction[];
}

function Selected({ experiment, count, runIds, isNarrow, isCrowded, more }: SelectedProps) {
  const [menu, setMenu] = useState<Anchor | undefined>(undefined);
  // Both decide whether runs can be changed, and may do so while nothing else here changes.
  useStore(experiment.session.connection, (each) => each.state);
  useStore(experiment.reader.state, (each) => each.kind === 'ready' && each.facts.canWrite);
  const compare: MenuAction[] =
    runIds.length > 1
      ? [{ label: t('compareAction'), onAct: () => experiment.command('compareSelected', runIds) }]
      : [];
  const isAny = runIds.length > 0;
  const actions: MenuAction[] = [
    ...(isCrowded ? compare : []),
    ...(isAny
      ? [
          {
            label: t(runIds.length === 1 ? 'showOnlyThisLink' : 'showOnlyThese'),
            onAct: () => experiment.showOnly(runIds),
          },
        ]
      : []),
    ...(isAny && experiment.canWrite
      ? [
          { label: t('addTag'), onAct: () => experiment.command('addTag', runIds) },
          { label: t('trashAction'), onAct: () => deleteRuns(experiment, runIds) },
        ]
      : []),
  ];
  return (
    <span className="lb-footer-part">
      <SelectedCount count={count} hidden={count - runIds.length} />
      {!isCrowded && compare.map(({ label, onAct }) => <LinkButton key={label} label={label} onAct={onAct} />)}
      {isNarrow && actions.length + more.length > 0 ? (
        <button
          type="button"
          className="lb-link"
          aria-haspopup="menu"
          onClick={(event) => setMenu(anchorOf(event.currentTarget))}
        >
          {t('moreEllipsis')}
        </button>
      ) : (
        actions.map(({ label, onAct }) => <LinkButton key={label} label={label} onAct={onAct} />)
      )}
      {menu && (
        <Menu label={t('moreActions')} anchor={menu} sections={[actions, more]} onClose={() => setMenu(undefined)} />
      )}
    </span>
  );
}

function SelectedCount({ count, hidden }: { readonly count: number; readonly hidden: number }) {
  const counts = [formatCount(count), formatCount(hidden)] as const;
  return (
    <span className="lb-selected-count lb-cut-text" title={hidden > 0 ? t('selectedHiddenHint', ...counts) : undefined}>
      {hidden > 0 ? t('selectedHidden', ...counts) : tCount('selectedOne', 'selectedMany', count, counts[0])}
    </span>
  );
}
