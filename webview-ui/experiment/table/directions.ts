/** Whether low or high values of a metric are better, from the settings and from what the user said. Pure. */
import { matchesGlob, pickMetric } from '../../../src/core/primaryMetric';
import type { TableFacts } from '../../../src/protocol/experimentPanel';

export type Better = 'lower' | 'higher';
export type DirectionFacts = Pick<TableFacts, 'lowerIsBetter' | 'higherIsBetter' | 'directions'>;

/**
 * Makes the question "which is better?" of metrics' keys. What the user said of a single metric wins; of the globs those for
 * `lower` win, as `val/top5_error` is an error; undefined where nothing fits, and then nothing is marked.
 */
export function betterOf(facts: DirectionFacts): (key: string) => Better | undefined {
  const known = new Map<string, Better | undefined>();
  const fits = (globs: readonly string[], key: string): boolean => globs.some((glob) => matchesGlob(glob, key));
  const find = (key: string): Better | undefined => {
    if (Object.hasOwn(facts.directions, key)) {
      return facts.directions[key];
    }
    return fits(facts.lowerIsBetter, key) ? 'lower' : fits(facts.higherIsBetter, key) ? 'higher' : undefined;
  };
  return (key) => {
    if (!known.has(key)) {
      known.set(key, find(key));
    }
    return known.get(key);
  };
}

export interface PrimaryMetric {
  readonly key: string;
  readonly aggregate: 'last' | 'min' | 'max';
}

/** The experiment's own primary metric, else the first of the runs' metrics that the setting names: its best value. */
export function primaryOf(
  facts: Pick<TableFacts, 'primaryMetric' | 'primary'>,
  keys: readonly string[],
  better: (key: string) => Better | undefined,
): PrimaryMetric | undefined {
  if (facts.primaryMetric) {
    return facts.primaryMetric;
  }
  const key = pickMetric(keys, facts.primary);
  const direction = key === undefined ? undefined : better(key);
  return key === undefined
    ? undefined
    : { key, aggregate: direction === 'higher' ? 'max' : direction === 'lower' ? 'min' : 'last' };
}
