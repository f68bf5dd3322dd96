import { useCallback, useMemo } from 'react';
import { Charts } from '../shared/charts/Charts';
import type { ChartGroup, ChartRun } from '../shared/charts/controller';
import { useSame } from '../shared/charts/useChartRuns';
import { looksOf, type RunLook } from '../shared/palette';
import { EmptyState } from '../shared/states';
import { useStore } from '../shared/store';
import { t } from '../shared/strings';
import { useScroll } from '../shared/useScroll';
import type { ExperimentSession } from './experimentSession';
import { oldest } from './Row';
import { chartGroups } from './table/chartGroups';
import type { TableView } from './tableModel';
import { ownColour } from './useLooks';

/** What the charts draw; each part is the same object for as long as it says the same. */
export interface Drawn {
  readonly runs: readonly (ChartRun & { readonly slot: number; readonly colour?: string })[];
  readonly groups: readonly ChartGroup[];
  /** Of runs and of groups, by their ids. */
  readonly looks: ReadonlyMap<string, RunLook>;
}

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
  readonly drawn: Drawn;
}

/** The curves of the runs that are shown and pass the filter. */
export function ChartPart({ experiment, view, drawn }: Props) {
  const { session } = experiment;
  const box = useScroll(session, 'charts');
  const keys = useSame(view.table.catalogue.metrics.map(({ key }) => key));
  const hasTable = useStore(experiment.arrangement, ({ mode }) => mode === 'both');
  const showOnly = useCallback((runIds: readonly string[]) => experiment.showOnly(runIds), [experiment]);
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
          groups={drawn.groups}
          keys={keys}
          primary={view.primary?.key}
          looks={drawn.looks}
          better={view.better}
          digits={view.facts.digits}
          showOnly={showOnly}
          hasRunList={hasTable}
          isSingle={false}
        />
      )}
    </div>
  );
}

/** Keeps the room of the charts. */
export function NoChartsYet() {
  return <div className="lb-scroll lb-charts-part" />;
}

export function useDrawnRuns(experiment: ExperimentSession, view: TableView): Drawn {
  const palette = useStore(experiment.session.palette, (each) => each);
  const shown = useStore(experiment.shown.state, (each) => each);
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
        started: table.started[slot] ?? NaN,
        slot: table.place[slot] ?? 0,
        ...(colour === undefined ? {} : { colour }),
      };
    });
  }, [experiment, view, shown]);
  const runs = useSame(facts);
  const groups = useSame(
    useMemo(() => {
      const { table } = view;
      // Of thousands of runs few are drawn. In the order of creation here too, however the table is sorted.
      const drawn = new Map(runs.map((run) => [table.slotOf(run.id), run]));
      return chartGroups(view.groups).flatMap(({ id, name, slots }) => {
        const own = [...slots.filter((slot) => drawn.has(slot))].flatMap((slot) => drawn.get(slot) ?? []);
        const runIds = own.sort((x, y) => x.slot - y.slot).map((run) => run.id);
        return runIds.length > 0 ? [{ id, name, runIds, first: firstOf(view, slots) }] : [];
      });
    }, [runs, view]),
  );
  const isApart = view.facts.experiments.length > 1;
  const looks = useMemo(() => {
    const firsts = groups.map(({ id, first }) => ({ ...first, id }));
    return new Map([...looksOf(runs, palette, isApart), ...looksOf(firsts, palette, false)]);
  }, [runs, groups, palette, isApart]);
  return { runs, groups, looks };
}

/** What gives a group its colour: the first run that was made, as in the table, whether it is drawn or not. */
function firstOf(view: TableView, slots: Int32Array): { readonly slot: number; readonly colour?: string } {
  const first = oldest(slots, view);
  const colour = ownColour(view, first);
  return { slot: view.table.place[first] ?? 0, ...(colour === undefined ? {} : { colour }) };
}
