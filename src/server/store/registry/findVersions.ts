import type { Steps } from '../../../core/steps';
import { mergeRows, sizeAfter, type Slices } from '../search/findRuns';
import { compileModelVersions, findPromptModels, type SearchStatement } from '../search/statements';
import { type Database, real, type Row } from '../sqlite';
import type { RegistryQuery } from './types';

/** A model's number in the catalog, and one of its versions. */
export type VersionPlace = readonly [model: number, version: number];

export interface FoundVersions {
  /** (id, sort values…) in the order of the search, one more than its limit where more follow. */
  readonly rows: readonly Row[];
  readonly tokenAfter: SearchStatement['tokenAfter'];
}

const usual: Slices = { first: 4_000, most: 20_000 };

/**
 * As one statement would find them; where there are many, they are looked through in steps.
 * @param prompts whether versions of prompts are looked at
 * @param slices for tests: others
 * @throws ApiError for a page token of another search, or none at all
 */
export function* findVersions(
  db: Database,
  query: RegistryQuery,
  prompts: boolean,
  slices = usual,
): Steps<FoundVersions> {
  const { sql, parameters, ascending, tokenAfter } = compileModelVersions(query, prompts);
  if (placeAfter(db, undefined, slices.first) === undefined) {
    return { rows: db.rowsOnce(sql, parameters), tokenAfter };
  }
  const hidden: number[] = [];
  if (!prompts) {
    yield* eachSlice(db, slices, (from, to) => {
      const { sql, parameters } = findPromptModels({ from, to });
      hidden.push(...db.rows(sql, ...parameters).map((row) => real(row[0])));
    });
  }
  let rows: Row[] = [];
  yield* eachSlice(db, slices, (from, to) => {
    const part = compileModelVersions(query, prompts, { from, to, hidden, before: rows[query.limit] });
    rows = mergeRows(rows, db.rowsOnce(part.sql, part.parameters), ascending, query.limit + 1);
  });
  return { rows, tokenAfter };
}

/** Goes through all versions in the order in which they are kept; how many at once follows from what they took. */
function* eachSlice(
  db: Database,
  { first, most }: Slices,
  look: (from: VersionPlace | undefined, to: VersionPlace | undefined) => void,
): Steps<void> {
  let size = first;
  let from: VersionPlace | undefined;
  do {
    const began = performance.now();
    const to = placeAfter(db, from, size);
    look(from, to);
    size = sizeAfter(size, performance.now() - began, most);
    from = to;
    yield;
  } while (from !== undefined);
}

/** The last version of a slice that begins behind a place; undefined where it has all that are left. */
function placeAfter(db: Database, from: VersionPlace | undefined, size: number): VersionPlace | undefined {
  const row = db.row(
    'SELECT model, version FROM model_versions WHERE (model, version) > (?, ?) ORDER BY model, version LIMIT 1 OFFSET ?',
    ...(from ?? [0, 0]),
    size - 1,
  );
  return row && [real(row[0]), real(row[1])];
}
