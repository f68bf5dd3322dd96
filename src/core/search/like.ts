/**
 * A test for SQL's LIKE: `%` stands for any text, `_` for one character (code point), nothing can be escaped, as in MLflow.
 * @param foldCase as ILIKE does, for all scripts
 */
export function likeMatcher(pattern: string, foldCase: boolean): (text: string) => boolean {
  const fold = (text: string): string => (foldCase ? text.toLowerCase() : text);
  const wanted = codePoints(fold(pattern));
  return (text) => matches(wanted, codePoints(fold(text)));
}

/** Most texts are their own list of code points: none of them takes two units. */
function codePoints(text: string): ArrayLike<string> {
  return /[\ud800-\udfff]/.test(text) ? Array.from(text) : text;
}

/** Goes back at most to the last `%`: quadratic at worst. */
function matches(pattern: ArrayLike<string>, text: ArrayLike<string>): boolean {
  let at = 0;
  let i = 0;
  let percent = -1;
  let resume = 0;
  while (i < text.length) {
    if (pattern[at] === '%') {
      percent = at++;
      resume = i;
    } else if (at < pattern.length && (pattern[at] === '_' || pattern[at] === text[i])) {
      at++;
      i++;
    } else if (percent >= 0) {
      at = percent + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === '%') {
    at++;
  }
  return at === pattern.length;
}

/** The GLOB pattern of SQLite that means the same as a case-sensitive LIKE; it works whatever the connection's settings. */
export function globOfLike(pattern: string): string {
  return pattern.replace(/[%_*?[]/g, (each) => (each === '%' ? '*' : each === '_' ? '?' : `[${each}]`));
}
