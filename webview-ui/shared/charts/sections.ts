/** Which charts there are and in which order. Pure. */

export interface Section {
  /** What stands before the last `/` of the keys; empty for keys without one. */
  readonly prefix: string;
  readonly keys: readonly string[];
  /** Open until the user closes it. */
  readonly open: boolean;
}

/** Sections by name, keys without a prefix first, what the machine's monitor logs last and closed. Within one: by name. */
export function sectionsOf(keys: Iterable<string>): Section[] {
  const byPrefix = new Map<string, string[]>();
  for (const key of new Set(keys)) {
    const cut = key.lastIndexOf('/');
    const prefix = cut > 0 ? key.slice(0, cut) : '';
    const known = byPrefix.get(prefix);
    if (known) {
      known.push(key);
    } else {
      byPrefix.set(prefix, [key]);
    }
  }
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  return [...byPrefix]
    .map(([prefix, names]) => ({ prefix, keys: names.sort(compare), open: !isSystem(prefix) }))
    .sort((a, b) => Number(isSystem(a.prefix)) - Number(isSystem(b.prefix)) || compare(a.prefix, b.prefix));
}

function isSystem(prefix: string): boolean {
  return prefix === 'system' || prefix.startsWith('system/');
}
