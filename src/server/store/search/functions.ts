import { likeMatcher } from '../../../core/search/like';
import { numberOfText } from '../../../core/search/literals';
import { compilePattern } from '../../../core/search/pattern';
import type { SqlFunction } from '../sqlite';

/** The last result is kept: a query asks for the same pattern row after row. */
function remembering<T>(make: (key: string) => T): (key: string) => T {
  let last: { key: string; value: T } | undefined;
  return (key) => {
    if (last?.key !== key) {
      last = { key, value: make(key) };
    }
    return last.value;
  };
}

const ilike = remembering((pattern) => likeMatcher(pattern, true));
const matcher = remembering(compilePattern);

/**
 * What searches need and SQLite lacks, by SQL name, with the semantics of `core/search`. A connection forgets them on
 * `export()`: `Database.define` brings them back.
 */
export const searchFunctions: Readonly<Record<string, SqlFunction>> = {
  /** The number that a text is, else NULL. */
  labbook_number: (text: string | null) => (text === null ? null : (numberOfText(text) ?? null)),
  /** LIKE in any case, in all scripts (SQLite's own folds ASCII only). */
  labbook_ilike: (text: string | null, pattern: string) => (text === null ? null : Number(ilike(pattern)(text))),
  /** A regular expression that has been checked by the parser. */
  labbook_matches: (text: string | null, pattern: string) => {
    const compiled = matcher(pattern);
    return text === null || !compiled.ok ? null : Number(compiled.value.test(text));
  },
};
