/** Groups of the table as charts draw them: one curve for each innermost group. Pure. */
import type { ChartGroup } from '../../shared/charts/controller';
import type { Group } from './grouping';

/** Their names are the values on the way to them: `resnet50 · mixup`; – where the runs lack the key. */
export function chartGroups(
  groups: readonly Group[],
  idOf: (slot: number) => string,
  above: readonly string[] = [],
): ChartGroup[] {
  return groups.flatMap((group) => {
    const values = [...above, ...group.values.map((value) => value ?? '–')];
    if (group.groups.length > 0) {
      return chartGroups(group.groups, idOf, values);
    }
    return [{ id: `group ${group.key}`, name: values.join(' · '), runIds: Array.from(group.slots, idOf) }];
  });
}
