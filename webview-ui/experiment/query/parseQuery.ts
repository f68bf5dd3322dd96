/** What the query line's text means over the runs of a table. Pure. */
import type { Filter, Result, SearchError } from '../../../src/core/search/ast';
import { bareKind, isPlainName, nameText } from '../../../src/core/search/completionText';
import { nearestName } from '../../../src/core/search/nearest';
import { parseFilter } from '../../../src/core/search/parse';
import { scan } from '../../../src/core/search/tokens';
import type { Better } from '../../../src/core/metricDirection';
import type { KeyCatalogue } from '../table/runTable';

export function parseQuery(
  text: string,
  catalogue: KeyCatalogue,
  better: (key: string) => Better | undefined,
): Result<Filter | undefined> {
  const lists = { metric: catalogue.metrics, param: catalogue.params, tag: catalogue.tags };
  return parseFilter(text, {
    entity: 'runs',
    dialect: 'labbook',
    steps: true,
    resolve: (name) => bareKind(name, (kind, key) => lists[kind].some((each) => each.key === key)),
    better: (key) => ({ lower: 'min' as const, higher: 'max' as const, none: undefined })[better(key) ?? 'none'],
  });
}

/** What should stand at an error's place, and which text that is; undefined where nobody knows. */
export function fixOf(text: string, error: SearchError, { metrics, params, tags }: KeyCatalogue): string | undefined {
  if (error.fix !== undefined) {
    return error.fix;
  }
  const wrong = text.slice(error.offset, error.offset + error.length);
  const [token, ...others] = scan(wrong);
  if (others.length > 0 || token?.kind !== 'name' || error.key !== 'unknownName') {
    return undefined;
  }
  const attributes = ['name', 'status', 'started', 'ended', 'duration', 'user', 'run_id', 'start_time', 'end_time'];
  const names = [...params, ...metrics, ...tags].map(({ key }) => key);
  const nearest = nearestName(wrong, [...attributes, ...names]);
  if (nearest === undefined && text.trim() === wrong && isPlainName(wrong)) {
    // A word alone, as one types it in a search.
    return `name ILIKE '%${wrong}%'`;
  }
  if (nearest === undefined || attributes.includes(nearest) || isPlainName(nearest)) {
    return nearest;
  }
  const has = (list: KeyCatalogue['params']): boolean => list.some(({ key }) => key === nearest);
  return `${has(params) ? 'params' : has(metrics) ? 'metrics' : 'tags'}.${nameText(nearest)}`;
}
