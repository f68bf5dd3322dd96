/** Whether low or high values of a metric are better, from the settings and from what the user said. Pure. */
import { matchesGlob } from './primaryMetric';

export type Better = 'lower' | 'higher';

export interface DirectionFacts {
  /** Globs of `labbook.metrics.lowerIsBetter` and its opposite. */
  readonly lowerIsBetter: readonly string[];
  readonly higherIsBetter: readonly string[];
  /** What the user said of single metrics. */
  readonly directions: Readonly<Record<string, Better>>;
}

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
