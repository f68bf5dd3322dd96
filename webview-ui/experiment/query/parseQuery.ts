/** What the query line's text means over the runs of a table. Pure. */
import type { Filter, Result } from '../../../src/core/search/ast';
import { bareKind } from '../../../src/core/search/completionText';
import { parseFilter } from '../../../src/core/search/parse';
import type { Better } from '../../../src/core/metricDirection';
import type { KeyCatalogue } from '../table/runTable';

/** Longer queries, as pasted lists of ids are, have neither colours nor completions, which would keep every letter waiting. */
export const longestInColour = 20_000;

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
