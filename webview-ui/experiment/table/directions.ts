/** Whether low or high values of a metric are better, from the settings and from what the user said. Pure. */
import type { TableFacts } from '../../../src/protocol/experimentPanel';

export type Better = 'lower' | 'higher';
export type DirectionFacts = Pick<TableFacts, 'lowerIsBetter' | 'higherIsBetter' | 'directions'>;

/**
 * Makes the question "which is better?" of metrics' keys. What the user said of a single metric wins; of the globs those for
 * `lower` win, as `val/top5_error` is an error; undefined where nothing fits, and then nothing is marked.
 */
export function betterOf(facts: DirectionFacts): (key: string) => Better | undefined {
  const known = new Map<string, Better | undefined>();
  const lower = facts.lowerIsBetter.map(globMatcher);
  const higher = facts.higherIsBetter.map(globMatcher);
  const find = (key: string): Better | undefined => {
    if (Object.hasOwn(facts.directions, key)) {
      return facts.directions[key];
    }
    return lower.some((fits) => fits(key)) ? 'lower' : higher.some((fits) => fits(key)) ? 'higher' : undefined;
  };
  return (key) => {
    if (!known.has(key)) {
      known.set(key, find(key));
    }
    return known.get(key);
  };
}

/** `*` stands for any text, `?` for one character; case does not count. */
export function globMatcher(glob: string): (text: string) => boolean {
  const source = glob.replace(/[.*+?^${}()|[\]\\]/g, (each) =>
    each === '*' ? '.*' : each === '?' ? '.' : `\\${each}`,
  );
  // More than a few stars in a row of `.*` would be slow on long keys.
  const pattern = new RegExp(`^${source.replace(/(?:\.\*)+/g, '.*')}$`, 'isu');
  return (text) => pattern.test(text);
}
