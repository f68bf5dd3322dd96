/** Which charts there are and in which order. Pure. */

export interface Section {
  /** Names it among the sections of a panel. */
  readonly id: string;
  /** What stands before the last `/` of the keys, several with commas between; empty for keys without one. */
  readonly title: string;
  readonly keys: readonly string[];
  /** Open until the user closes it. */
  readonly open: boolean;
}

/** What people look at first, by the defaults of the setting `labbook.metrics.primary` (ui.md 12). */
const primary = [/val.*acc/i, /eval.*acc/i, /val.*loss/i, /loss/i];
const compare = new Intl.Collator('en', { numeric: true }).compare;

/**
 * A section for each prefix; first that of the primary metric, then by name, then one for all prefixes that have only one
 * metric, last and closed what the machine's monitor logs. Within a section by name.
 */
export function sectionsOf(keys: Iterable<string>): Section[] {
  const all = [...new Set(keys)].sort(compare);
  const byPrefix = new Map<string, string[]>();
  for (const key of all) {
    const prefix = prefixOf(key);
    byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), key]);
  }
  const first = prefixOf(primary.flatMap((pattern) => all.filter((key) => pattern.test(key)))[0] ?? '');
  const sections = [...byPrefix].map(([prefix, own]) => ({ prefix, keys: own }));
  const isLone = ({ prefix, keys: own }: { prefix: string; keys: string[] }): boolean =>
    own.length === 1 && prefix !== first && prefix !== '' && !isSystem(prefix);
  const lone = sections.filter(isLone).sort((a, b) => compare(a.prefix, b.prefix));
  const merged = lone.length > 1 ? lone : [];
  const rank = (prefix: string): number => (isSystem(prefix) ? 2 : prefix === first ? 0 : 1);
  const own = sections
    .filter((section) => !merged.includes(section))
    .sort((a, b) => rank(a.prefix) - rank(b.prefix) || compare(a.prefix, b.prefix))
    .map(({ prefix, keys: names }) => ({ id: prefix, title: prefix, keys: names, open: !isSystem(prefix) }));
  if (merged.length === 0) {
    return own;
  }
  const others: Section = {
    id: '/',
    title: merged.map(({ prefix }) => prefix).join(', '),
    keys: merged.flatMap(({ keys: names }) => names),
    open: true,
  };
  return [...own.filter(({ open }) => open), others, ...own.filter(({ open }) => !open)];
}

function prefixOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}

function isSystem(prefix: string): boolean {
  return prefix === 'system' || prefix.startsWith('system/');
}
