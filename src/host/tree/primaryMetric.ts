import type { Experiment } from '../../core/model';
import { pickMetric } from '../../core/primaryMetric';
import { markTags, parsePrimaryMetric } from '../platform/experimentMarks';

/** The primary metric of an experiment: what its tag says, else what the settings pick among the keys of its runs. */
export function primaryMetricOf(
  experiment: Experiment,
  keys: Iterable<string>,
  patterns: readonly string[],
): string | undefined {
  const tag = experiment.tags.find(({ key }) => key === markTags.primaryMetric)?.value.trim();
  return tag ? parsePrimaryMetric(tag)?.key : pickMetric(keys, patterns);
}
