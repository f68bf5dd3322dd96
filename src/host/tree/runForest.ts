import { compareInt64 } from '../../core/int64';
import { tagNames, type Run } from '../../core/model';

/** Runs as the tree shows them: ids, newest first on each level. */
export interface RunForest {
  readonly roots: readonly string[];
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** Parent of each nested run. */
  readonly parents: ReadonlyMap<string, string>;
}

export function parentIdOf(run: Run): string | undefined {
  return run.tags.find(({ key }) => key === tagNames.parentRunId)?.value;
}

/** Newest first; runs of the same millisecond by id, so that the order is the same each time. */
export function compareRuns(a: Run, b: Run): number {
  return (
    compareInt64(b.info.startTime, a.info.startTime) || (a.info.id < b.info.id ? -1 : a.info.id > b.info.id ? 1 : 0)
  );
}

/**
 * Puts runs under the runs that their tag `mlflow.parentRunId` names. A run whose parent is not among `runs`, and every run of
 * a circle of parents (a tag can say anything), stands at the top.
 */
export function runForest(
  runs: ReadonlyMap<string, Run>,
  compare: (a: Run, b: Run) => number = compareRuns,
): RunForest {
  const parents = new Map<string, string>();
  for (const run of runs.values()) {
    const parent = parentIdOf(run);
    if (parent !== undefined && runs.has(parent)) {
      parents.set(run.info.id, parent);
    }
  }
  for (const id of circular(parents)) {
    parents.delete(id);
  }
  const roots: string[] = [];
  const children = new Map<string, string[]>();
  for (const { info } of [...runs.values()].sort(compare)) {
    const parent = parents.get(info.id);
    if (parent === undefined) {
      roots.push(info.id);
    } else {
      const siblings = children.get(parent);
      if (siblings === undefined) {
        children.set(parent, [info.id]);
      } else {
        siblings.push(info.id);
      }
    }
  }
  return { roots, children, parents };
}

/** Ids that lie on a circle; what hangs below one does not. */
function circular(parents: ReadonlyMap<string, string>): Set<string> {
  const onCircle = new Set<string>();
  const done = new Set<string>();
  for (const start of parents.keys()) {
    const path: string[] = [];
    const place = new Map<string, number>();
    let id: string | undefined = start;
    while (id !== undefined && !done.has(id) && !place.has(id)) {
      place.set(id, path.length);
      path.push(id);
      id = parents.get(id);
    }
    const from = id === undefined ? undefined : place.get(id);
    if (from !== undefined) {
      path.slice(from).forEach((each) => onCircle.add(each));
    }
    path.forEach((each) => done.add(each));
  }
  return onCircle;
}
