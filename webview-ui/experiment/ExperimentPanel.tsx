import { useEffect, useMemo, useRef, useState } from 'react';
import { formatCount } from '../../src/core/format';
import { Charts } from '../shared/charts/Charts';
import type { ChartGroup, ChartRun } from '../shared/charts/controller';
import { useSame } from '../shared/charts/useChartRuns';
import { ConnectionBanner, showLogAction } from '../shared/PanelFrame';
import { looksOf } from '../shared/palette';
import { EmptyState, ErrorState } from '../shared/states';
import { useStore } from '../shared/store';
import { t } from '../shared/strings';
import { useScroll } from '../shared/useScroll';
import type { ExperimentSession } from './experimentSession';
import { Footer } from './Footer';
import { LoadingTable } from './LoadingTable';
import { NoMatch } from './NoMatch';
import { Sash } from './Sash';
import { Table } from './Table';
import { chartGroups } from './table/chartGroups';
import type { TableView } from './tableModel';
import { Toolbar } from './Toolbar';
import { ownColour } from './useLooks';

/** The runs of an experiment: their table, and the curves of those that are shown. */
export function ExperimentPanel({ experiment }: { readonly experiment: ExperimentSession }) {
  const { session, reader, model } = experiment;
  const state = useStore(reader.state, (each) => each);
  const view = useStore(model.view, (each) => each);
  const problem = state.kind === 'ready' ? state.problem : undefined;
  const at = state.kind === 'ready' ? state.at : undefined;
  return (
    <div className="lb-panel">
      <ConnectionBanner session={session} problem={problem} at={at} />
      {state.kind === 'loading' && <LoadingTable />}
      {state.kind === 'failed' && (
        <ErrorState
          title={t('runsFailed')}
          detail={state.message}
          actions={[{ label: t('tryAgain'), onAct: () => reader.invalidate(undefined) }, showLogAction(session)]}
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
  const width = useWidth(box);
  const drawn = useDrawnRuns(experiment, view);
  useEffect(() => experiment.model.setNarrow(width < 600), [experiment, width]);
  if (view.table.size === 0) {
    return <EmptyState title={t('noRuns')} detail={t('noRunsHint')} />;
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
            <Footer experiment={experiment} view={view} drawn={drawn.runs.length} isNarrow={width < 760} />
          </div>
        )}
        {mode === 'both' && hasMatch && <Sash share={sash} onChange={(next) => experiment.arrange({ sash: next })} />}
        {mode !== 'table' && hasMatch && <ChartPart experiment={experiment} view={view} drawn={drawn} />}
        {chartsOnly && !hasMatch && <NoMatch experiment={experiment} view={view} />}
      </div>
      <div className="lb-spoken" aria-live="polite">
        {view.filter && t('spokenFilter', formatCount(view.runs.length), formatCount(view.table.size))}
      </div>
    </div>
  );
}

function ChartPart({ experiment, view, drawn }: Props & { readonly drawn: ReturnType<typeof useDrawnRuns> }) {
  const { session } = experiment;
  const box = useScroll(session, 'charts');
  const keys = useSame(view.table.catalogue.metrics.map(({ key }) => key));
  const hasTable = useStore(experiment.arrangement, ({ mode }) => mode === 'both');
  const groups = useDrawnGroups(view, drawn.runs);
  return (
    <div ref={box} className="lb-scroll lb-charts-part">
      {drawn.runs.length === 0 ? (
        <EmptyState
          title={t('noneShown')}
          detail={t('noneShownHint')}
          actions={[{ label: t('showAll'), onAct: () => experiment.showAll() }]}
        />
      ) : (
        <Charts
          session={session}
          runs={drawn.runs}
          keys={keys}
          looks={drawn.looks}
          isSingle={false}
          groups={groups}
          better={view.better}
          showOnly={(runIds) => experiment.showOnly(runIds)}
          hasRunList={hasTable}
        />
      )}
    </div>
  );
}

/** The runs that are shown and pass the filter, in the order of the table; the same object while it says the same. */
function useDrawnRuns(experiment: ExperimentSession, view: TableView) {
  const palette = useStore(experiment.session.palette, (each) => each);
  const shown = useStore(experiment.arrangement, (each) => each.shown);
  const facts = useMemo(() => {
    const { table } = view;
    // The order of creation: sorting the table does not draw curves anew.
    const slots = view.runs.filter((slot) => shown !== undefined && experiment.isShown(slot)).sort((a, b) => a - b);
    return Array.from(slots, (slot) => {
      const colour = ownColour(view, slot);
      return {
        id: table.id[slot] ?? '',
        name: table.name[slot] ?? '',
        status: table.status[slot] ?? 'FINISHED',
        slot: table.place[slot] ?? 0,
        ...(colour === undefined ? {} : { colour }),
      };
    });
  }, [experiment, view, shown]);
  const runs = useSame(facts);
  const isApart = view.facts.experiments.length > 1;
  const looks = useMemo(() => looksOf(runs, palette, isApart), [runs, palette, isApart]);
  return { runs, looks };
}

/** The innermost groups with the runs of them that are drawn, as one curve each; the same object while it says the same. */
function useDrawnGroups({ groups, table }: TableView, runs: readonly ChartRun[]): readonly ChartGroup[] {
  return useSame(
    useMemo(() => {
      const drawn = new Set(runs.map(({ id }) => id));
      return chartGroups(groups, (slot) => table.id[slot] ?? '').flatMap((group) => {
        const runIds = group.runIds.filter((id) => drawn.has(id));
        return runIds.length > 0 ? [{ ...group, runIds }] : [];
      });
    }, [groups, table, runs]),
  );
}

function useWidth(box: React.RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(() => window.innerWidth);
  useEffect(() => {
    const element = box.current;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.round(entry.contentRect.width)));
    if (element) {
      observer.observe(element);
    }
    return () => observer.disconnect();
  }, [box]);
  return width;
}
