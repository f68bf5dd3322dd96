import type { Filter } from '../../../src/core/search/ast';
import { nameText } from '../../../src/core/search/completionText';
import { shownAggregates, type TableField } from './fields';

const attributes: Partial<Record<string, string>> = {
  name: 'name ~ ',
  state: 'status = ',
  started: 'start_time > ',
  ended: 'end_time > ',
  duration: 'duration > ',
  id: 'run_id = ',
};

/** How a filter on a column begins, to be ended in the query line; undefined where there is none. Pure. */
export function filterStart(field: TableField): string | undefined {
  const name = nameText(field.key);
  switch (field.kind) {
    case 'metric':
      return field.aggregate === 'last'
        ? `metrics.${name} > `
        : shownAggregates.some((each) => each === field.aggregate)
          ? `${field.aggregate}(metrics.${name}) > `
          : undefined;
    case 'metricAt':
      return `at(metrics.${name}, ${field.step}) > `;
    case 'param':
      return `params.${name} = `;
    case 'tag':
      return `tags.${name} = `;
    case 'attribute':
      return attributes[field.key];
    case 'trend':
      return undefined;
  }
}

/** A query with one more condition begun. @param filter what the query means */
export function queryWith(query: string, filter: Filter | undefined, start: string): string {
  const before = query.trim();
  return before === '' ? start : `${filter?.kind === 'or' ? `(${before})` : before} and ${start}`;
}
