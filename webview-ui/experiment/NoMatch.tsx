import { formatCount } from '../../src/core/format';
import { EmptyState } from '../shared/states';
import { t } from '../shared/strings';
import type { ExperimentSession } from './experimentSession';
import { meantBy, nameOf, unknownNames } from './query/unknownNames';
import { columnView } from './table/columnView';
import { columnsOfFilter } from './table/filtering';
import type { TableView } from './tableModel';

const mostNames = 5;

/** No run passes the filter: which one, how many there are, and how good the best is. */
export function NoMatch({ experiment, view }: { readonly experiment: ExperimentSession; readonly view: TableView }) {
  const { query } = experiment.arrangement.get();
  const unknown = unknownNames(view.filter, view.table.catalogue);
  const meant = query === view.filterText ? meantBy(query, unknown, view.table.catalogue) : undefined;
  const { size } = view.table;
  const [name = ''] = view.facts.experiments.map((each) => each.name);
  const detail = t(size === 1 ? 'noMatchDetailOne' : 'noMatchDetailMany', formatCount(size), name);
  const best = bestText(view);
  return (
    <EmptyState
      title={t('noMatch')}
      actions={[
        { label: t('clearFilter'), onAct: () => experiment.arrange({ query: '' }) },
        ...(meant
          ? [{ label: t('didYouMean', meant.name), onAct: () => experiment.arrange({ query: meant.query }) }]
          : []),
      ]}
    >
      <code className="lb-mono lb-no-match">{query}</code>
      {unknown.length > 0 && (
        <p className="lb-cut-text">{t('noMatchUnknown', listOf(unknown.map(({ field }) => nameOf(field))))}</p>
      )}
      {isOfStep(view) && <p className="lb-dim">{t('noMatchStep')}</p>}
      <p className="lb-dim">{best === undefined ? detail : `${detail} ${best}`}</p>
    </EmptyState>
  );
}

/** The first of them. */
function listOf(names: readonly string[]): string {
  return names.slice(0, mostNames).join(', ') + (names.length > mostNames ? ', …' : '');
}

/** Whether the filter asks for values at a step. */
function isOfStep({ filter }: TableView): boolean {
  return columnsOfFilter(filter).some(({ kind }) => kind === 'metricAt');
}

/** `The highest val/acc is 0.8243 (wrn28-10-cutmix).` of all runs; undefined where no primary metric or no better is known. */
function bestText({ table, primary, better, facts }: TableView): string | undefined {
  if (!primary) {
    return undefined;
  }
  const runs = table.order;
  const field = { kind: 'metric' as const, ...primary };
  const column = columnView(field, { table, runs, baseline: undefined, better, digits: facts.digits });
  const { best, data, format } = column;
  const slot = best === undefined ? undefined : runs.find((each) => data?.get(each) === best);
  if (best === undefined || slot === undefined) {
    return undefined;
  }
  const key = column.better === 'lower' ? 'noMatchLowest' : 'noMatchHighest';
  return t(key, primary.key, format.value(best), table.name[slot] ?? '');
}
