import { useEffect, useRef } from 'react';
import { formatCount } from '../../src/core/format';
import { useWidth } from '../shared/charts/useWidth';
import { ConnectionBanner, RestrictedState, showLogAction } from '../shared/PanelFrame';
import { EmptyState, ErrorState } from '../shared/states';
import { useStore } from '../shared/store';
import { t, tCount } from '../shared/strings';
import { ChartPart, NoChartsYet, useDrawnRuns } from './ChartPart';
import type { ExperimentSession } from './experimentSession';
import { Footer } from './Footer';
import { LoadingTable } from './LoadingTable';
import { NoMatch } from './NoMatch';
import { Sash } from './Sash';
import { Table } from './Table';
import type { TableView } from './tableModel';
import { Toolbar } from './Toolbar';
import { useIsPainted } from './useIsPainted';
import { useSpokenEnds } from './useSpokenEnds';
import { useSpokenFilter } from './useSpokenFilter';
import { ViewNotice } from './views/ViewNotice';

/** The runs of an experiment: their table, and the curves of those that are shown. */
export function ExperimentPanel({ experiment }: { readonly experiment: ExperimentSession }) {
  const { session, reader, model } = experiment;
  const state = useStore(reader.state, (each) => each);
  const view = useStore(model.view, (each) => each);
  const isRestricted = useStore(session.connection, (each) => each.state === 'restricted');
  const problem = state.kind === 'ready' ? state.problem : undefined;
  const at = state.kind === 'ready' ? state.at : undefined;
  const isPartial = state.kind === 'ready' && state.isPartial === true;
  return (
    <div className="lb-panel">
      <ConnectionBanner session={session} problem={problem} at={at} isPartial={isPartial} />
      <ViewNotice experiment={experiment} />
      {isRestricted && state.kind !== 'ready' && <RestrictedState session={session} />}
      {!isRestricted && state.kind === 'loading' && <LoadingTable experiment={experiment} />}
      {state.kind === 'cancelled' && (
        <EmptyState
          title={t('loadingCancelled')}
          actions={[{ label: t('loadRuns'), onAct: () => experiment.load() }]}
        />
      )}
      {!isRestricted && state.kind === 'failed' && (
        <ErrorState
          title={t('runsFailed')}
          detail={state.message}
          actions={[{ label: t('tryAgain'), onAct: () => experiment.load() }, showLogAction(session)]}
        />
      )}
      {state.kind === 'ready' && view && <Content experiment={experiment} view={view} />}
    </div>
  );
}

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
}

function Content({ experiment, view }: Props) {
  const mode = useStore(experiment.arrangement, (each) => each.mode);
  const sash = useStore(experiment.arrangement, (each) => each.sash);
  const box = useRef<HTMLDivElement>(null);
  // Before the first layout the window's is near enough.
  const width = useWidth(box) || window.innerWidth;
  const drawn = useDrawnRuns(experiment, view);
  const ended = useSpokenEnds(view);
  const filtered = useSpokenFilter(view);
  const isTablePainted = useIsPainted();
  useEffect(() => experiment.model.setNarrow(width < 600), [experiment, width]);
  if (view.table.size === 0) {
    return <NoRuns experiment={experiment} view={view} />;
  }
  const isNarrow = width < 900;
  const hasMatch = view.runs.length > 0;
  const chartsOnly = mode === 'charts';
  const share = mode === 'both' && hasMatch ? { flex: `0 0 ${sash * 100}%` } : { flex: '1 1 0' };
  return (
    <div ref={box} className={width < 600 ? 'lb-experiment lb-narrow' : 'lb-experiment'}>
      <Toolbar experiment={experiment} view={view} isNarrow={isNarrow} isTiny={width < 600} />
      <div className="lb-split">
        {!chartsOnly && (
          <div className="lb-table-part" style={share}>
            {hasMatch ? <Table experiment={experiment} view={view} /> : <NoMatch experiment={experiment} view={view} />}
            <Footer
              experiment={experiment}
              view={view}
              drawn={drawn.runs.length}
              isNarrow={width < 760}
              isTiny={width < 400}
            />
          </div>
        )}
        {mode === 'both' && hasMatch && <Sash share={sash} onChange={(next) => experiment.arrange({ sash: next })} />}
        {mode !== 'table' &&
          hasMatch &&
          (isTablePainted || chartsOnly ? (
            <ChartPart experiment={experiment} view={view} drawn={drawn} />
          ) : (
            <NoChartsYet />
          ))}
        {chartsOnly && !hasMatch && <NoMatch experiment={experiment} view={view} />}
      </div>
      <div className="lb-spoken" aria-live="polite">
        <p>{filtered}</p>
        <p>{ended}</p>
      </div>
    </div>
  );
}

/** There are none, which may be what the user just did, and can take back here as the footer is away, too. */
function NoRuns({ experiment, view }: Props) {
  const undo = useStore(experiment.undo, (each) => each);
  const isConnected = useStore(experiment.session.connection, ({ state }) => state === 'connected');
  if (view.facts.experiments.every(({ isDeleted }) => isDeleted === true)) {
    return <EmptyState title={t('experimentInTrash')} detail={t('experimentInTrashHint')} />;
  }
  if (undo) {
    const { length } = undo.runIds;
    const actions = isConnected ? [{ label: t('undo'), onAct: () => experiment.untrash() }] : [];
    return <EmptyState title={tCount('trashedOne', 'trashedMany', length, formatCount(length))} actions={actions} />;
  }
  return <EmptyState title={t('noRuns')} detail={t('noRunsHint')} />;
}
