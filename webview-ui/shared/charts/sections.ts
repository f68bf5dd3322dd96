/** Which charts there are and in which order. Pure. */
import type { ChartsArrangement } from './arrangement';

export interface Section {
  /** Names it among the sections of a panel. */
  readonly id: string;
  /** What stands before the last `/` of the keys, several with commas between; empty for keys without one. */
  readonly title: string;
  readonly keys: readonly string[];
  /** Open until the user closes it. */
  readonly open: boolean;
}

/** Id of the section of pinned charts: no prefix ends with a slash and a space. */
export const pinnedSection = '/ pinned';

/** What people look at first where a panel does not know the primary metric: the defaults of `labbook.metrics.primary` (ui.md 12). */
const usuallyPrimary = [/val.*acc/i, /eval.*acc/i, /val.*loss/i, /loss/i];
const compare = new Intl.Collator('en', { numeric: true }).compare;

/**
 * A section for each prefix; first that of the primary metric, then by name, then one for all prefixes that have only one
 * metric, last and closed what the machine's monitor logs. Within a section by name.
 * @param primary the experiment's primary metric, whether it is among the keys or not
 */
export function sectionsOf(keys: Iterable<string>, primary?: string): Section[] {
  const all = [...new Set(keys)];
  const byPrefix = new Map<string, string[]>();
  for (const key of all) {
    const prefix = prefixOf(key);
    const own = byPrefix.get(prefix);
    if (own) {
      own.push(key);
    } else {
      byPrefix.set(prefix, [key]);
    }
  }
  // One by one: thousands of names together take longer to sort.
  byPrefix.forEach((own) => own.sort(compare));
  const usual = (): string =>
    usuallyPrimary.flatMap((pattern) => all.filter((key) => pattern.test(key)).sort(compare)[0] ?? [])[0] ?? '';
  const first = prefixOf(primary ?? usual());
  const sections = [...byPrefix].map(([prefix, own]) => ({ prefix, keys: own }));
  const isLone = ({ prefix, keys: own }: { prefix: string; keys: string[] }): boolean =>
    own.length === 1 && prefix !== first && prefix !== '' && !isSystem(prefix);
  const lone = sections.filter(isLone).sort((a, b) => compare(a.prefix, b.prefix));
  const merged = new Set(lone.length > 1 ? lone : []);
  const rank = (prefix: string): number => (prefix === first ? 0 : isSystem(prefix) ? 2 : 1);
  const own = sections
    .filter((section) => !merged.has(section))
    .sort((a, b) => rank(a.prefix) - rank(b.prefix) || compare(a.prefix, b.prefix))
    .map(({ prefix, keys: names }) => ({
      id: prefix,
      title: prefix,
      keys: names,
      open: prefix === first || !isSystem(prefix),
    }));
  if (merged.size === 0) {
    return own;
  }
  const others: Section = {
    id: '/',
    title: lone.map(({ prefix }) => prefix).join(', '),
    keys: lone.flatMap(({ keys: names }) => names),
    open: true,
  };
  return [...own.filter(({ open }) => open), others, ...own.filter(({ open }) => !open)];
}

/** The sections as the user arranged them: hidden charts left out, pinned ones first, by themselves. */
export function arrangedSections(
  keys: Iterable<string>,
  { pinned, hidden, order, sectionOrder }: Pick<ChartsArrangement, 'pinned' | 'hidden' | 'order' | 'sectionOrder'>,
  primary?: string,
): Section[] {
  const there = new Set(keys);
  const hiddenKeys = new Set(hidden);
  const pins = pinned.filter((key) => there.has(key) && !hiddenKeys.has(key));
  const isPinned = new Set(pins);
  const rest = [...there].filter((key) => !hiddenKeys.has(key) && !isPinned.has(key));
  const sections = sectionsOf(rest, primary).map((section) => ({ ...section, keys: inOrder(section.keys, order) }));
  const places = new Map(sectionOrder.map((id, place) => [id, place]));
  // What is new since something was moved keeps its place behind what stands before it.
  const sorted = sections
    .map((section, at) => ({ section, place: places.get(section.id) ?? at + 0.5 }))
    .sort((a, b) => (places.size > 0 ? a.place - b.place : 0))
    .map(({ section }) => section);
  return pins.length === 0 ? sorted : [{ id: pinnedSection, title: '', keys: pins, open: true }, ...sorted];
}

/** Those that were put in an order in that order, where the first of them stands; the others where they are. */
function inOrder(keys: readonly string[], order: readonly string[]): readonly string[] {
  const places = new Map(order.map((key, place) => [key, place]));
  const moved = keys.filter((key) => places.has(key)).sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  return moved.length === 0 ? keys : [...moved, ...keys.filter((key) => !places.has(key))];
}

/** `list` with `item` in front of or behind `target`. */
export function movedTo(list: readonly string[], item: string, target: string, isAfter: boolean): string[] {
  const others = list.filter((each) => each !== item);
  const at = others.indexOf(target);
  return at < 0 || item === target ? [...list] : others.toSpliced(at + (isAfter ? 1 : 0), 0, item);
}

function prefixOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}

function isSystem(prefix: string): boolean {
  return prefix === 'system' || prefix.startsWith('system/');
}
