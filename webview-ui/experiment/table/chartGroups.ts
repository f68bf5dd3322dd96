/** Groups of the table as charts draw them: one curve for each innermost group. Pure. */
import type { Group } from './grouping';

export interface InnermostGroup {
  readonly id: string;
  readonly name: string;
  readonly slots: Int32Array;
}

/** Their names are the values on the way to them: `resnet50 · mixup`; – where the runs lack the key. */
export function chartGroups(groups: readonly Group[], above: readonly string[] = []): InnermostGroup[] {
  return groups.flatMap((group) => {
    const values = [...above, ...group.values.map((value) => value ?? '–')];
    if (group.groups.length > 0) {
      return chartGroups(group.groups, values);
    }
    return [{ id: `group ${group.key}`, name: values.join(' · '), slots: group.slots }];
  });
}
