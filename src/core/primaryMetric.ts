/** Which metric of many is looked at first, by the setting `labbook.metrics.primary`. */

/**
 * Whether `text` matches `pattern`, in which `*` stands for any characters (`/` too); case does not count. Linear in practice
 * and never exponential, as patterns are settings and names come from scripts.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const wanted = pattern.toLowerCase();
  const given = text.toLowerCase();
  let p = 0;
  let star = -1;
  let resume = 0;
  for (let i = 0; i < given.length;) {
    if (wanted[p] === '*') {
      star = p;
      resume = i;
      p += 1;
    } else if (p < wanted.length && wanted[p] === given[i]) {
      p += 1;
      i += 1;
    } else if (star >= 0) {
      p = star + 1;
      resume += 1;
      i = resume;
    } else {
      return false;
    }
  }
  while (wanted[p] === '*') {
    p += 1;
  }
  return p === wanted.length;
}

/** The first key that a pattern hits, patterns in order of preference, keys by name; else the first key. */
export function pickMetric(keys: Iterable<string>, patterns: readonly string[]): string | undefined {
  const sorted = [...keys].sort();
  for (const pattern of patterns) {
    const hit = sorted.find((key) => matchesGlob(pattern, key));
    if (hit !== undefined) {
      return hit;
    }
  }
  return sorted.find((key) => !key.startsWith('system/'));
}
