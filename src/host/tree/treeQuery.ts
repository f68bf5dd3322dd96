/** Which runs the tree shows, in what order and under what headings; pure. */
import type { Filter } from '../../core/search/ast';
import { evaluate } from '../../core/search/evaluate';
import { parseFilter } from '../../core/search/parse';
import { runSubject } from '../../core/search/subject';
import { numberOfText } from '../../core/search/literals';
import type { Run } from '../../core/model';
import { filterReason } from '../platform/reasons';
import { english, type Translate } from '../platform/text';
import { compareRuns } from './runForest';

export const treeSorts = ['newest', 'oldest', 'name', 'metricHigh', 'metricLow'] as const;
export type TreeSort = (typeof treeSorts)[number];

export interface TreeFilter {
  readonly text: string;
  /** The same for MLflow's search, where it is in MLflow's own syntax; else runs are read and looked at here. */
  readonly forServer: string | undefined;
  matches(run: Run): boolean;
}

export type Grouping = { readonly kind: 'param' | 'tag'; readonly key: string } | { readonly kind: 'status' };

export interface TreeQuery {
  readonly filter?: TreeFilter | undefined;
  readonly sort: TreeSort;
  readonly grouping?: Grouping | undefined;
}

export type ParsedTreeFilter =
  | { readonly ok: true; readonly filter: TreeFilter | undefined }
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** Reads a filter in Labbook's syntax (MLflow's is part of it). An empty text is none. */
export function parseTreeFilter(
  text: string,
  options: { readonly resolve?: (name: string) => 'metric' | 'param' | 'tag' | undefined; readonly t?: Translate } = {},
): ParsedTreeFilter {
  const { t = english, ...names } = options;
  const own = parseFilter(text, { entity: 'runs', dialect: 'labbook', ...names });
  if (!own.ok) {
    return { ok: false, message: filterReason(own.error, t), offset: own.error.offset };
  }
  const filter = own.value;
  if (filter === undefined) {
    return { ok: true, filter: undefined };
  }
  const aggregated = fieldsOf(filter).find((field) => field.kind === 'metric' && field.aggregate !== 'last');
  if (aggregated) {
    const message = t('The tree knows the last values of metrics only; the experiment’s table knows the others.');
    return { ok: false, message, offset: aggregated.offset };
  }
  const mlflow = parseFilter(text, { entity: 'runs', dialect: 'mlflow' });
  return {
    ok: true,
    filter: {
      text: text.trim(),
      forServer: mlflow.ok ? text : undefined,
      matches: (run) => evaluate(filter, runSubject(run)),
    },
  };
}

type Condition = Exclude<Filter, { kind: 'and' | 'or' | 'not' }>;

function fieldsOf(filter: Filter): Condition['field'][] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.flatMap(fieldsOf);
    case 'not':
      return fieldsOf(filter.part);
    default:
      return [filter.field];
  }
}

/** The order as MLflow's search takes it; empty for its own (newest first). @param metric the primary metric, where it is known */
export function serverOrder(sort: TreeSort, metric: string | undefined): string[] {
  switch (sort) {
    case 'newest':
      return [];
    case 'oldest':
      return ['attributes.start_time ASC'];
    case 'name':
      return ['attributes.run_name ASC'];
    case 'metricHigh':
    case 'metricLow':
      // A back-tick in a key cannot be written in an order.
      return metric === undefined || metric.includes('`')
        ? []
        : [`metrics.\`${metric}\` ${sort === 'metricHigh' ? 'DESC' : 'ASC'}`];
  }
}

/** Compares runs that are loaded. Those without the metric, or with NaN, come last either way. */
export function compareBy(sort: TreeSort, metric: string | undefined): (a: Run, b: Run) => number {
  switch (sort) {
    case 'newest':
      return compareRuns;
    case 'oldest':
      return (a, b) => compareRuns(b, a);
    case 'name': {
      const collator = new Intl.Collator(undefined, { numeric: true });
      return (a, b) => collator.compare(a.info.name, b.info.name) || compareRuns(a, b);
    }
    case 'metricHigh':
    case 'metricLow': {
      const sign = sort === 'metricHigh' ? -1 : 1;
      const valueOf = (run: Run): number => run.metrics.find(({ key }) => key === metric)?.value ?? NaN;
      return (a, b) => {
        const [x, y] = [valueOf(a), valueOf(b)];
        if (Number.isNaN(x) || Number.isNaN(y)) {
          return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || compareRuns(a, b);
        }
        return x === y ? compareRuns(a, b) : sign * (x < y ? -1 : 1);
      };
    }
  }
}

/** What a run is put under; undefined where it does not have the param or tag. */
export function groupValue(run: Run, grouping: Grouping): string | undefined {
  switch (grouping.kind) {
    case 'status':
      return run.info.status;
    case 'param':
      return run.params.find(({ key }) => key === grouping.key)?.value;
    case 'tag':
      return run.tags.find(({ key }) => key === grouping.key)?.value;
  }
}

/** Numbers by their value, before other texts; what is missing comes last. */
export function compareGroups(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) {
    return Number(a === undefined) - Number(b === undefined);
  }
  const x = numberOfText(a);
  const y = numberOfText(b);
  if (x !== undefined && y !== undefined && x !== y) {
    return x < y ? -1 : 1;
  }
  return Number(x === undefined) - Number(y === undefined) || (a < b ? -1 : a > b ? 1 : 0);
}
