/** Which metric of an experiment is looked at first, and which of its values. Pure. */
import type { Better } from '../../../src/core/metricDirection';
import { pickMetric } from '../../../src/core/primaryMetric';
import type { TableFacts } from '../../../src/protocol/experimentPanel';

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
