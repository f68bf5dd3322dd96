import type { TrackingClient } from '../../client/types';
import type { Experiment, Run } from '../../core/model';
import { firstShown, type ShownFacts, type ShownRuns } from '../../core/shownRuns';

/** A run as the rules of what is shown see it. */
export function shownFacts({ info }: Run): ShownFacts {
  return { id: info.id, started: Number(info.startTime), isRunning: info.status === 'RUNNING' };
}

/** @returns newest first; among those that started together in the order of tables */
export function newestFirst(runs: Iterable<Run>): ShownFacts[] {
  return Array.from(runs, shownFacts).sort((a, b) => b.started - a.started || (a.id < b.id ? -1 : 1));
}

/** Running runs that are looked for at the first opening at most. */
const mostRunning = 1000;

/** What the rule of the first opening says of an experiment, of which not all runs need to be read for that. */
export async function readFirstShown(
  client: TrackingClient,
  experiment: Experiment,
  rule: { readonly newest: number; readonly baseline: string | undefined },
): Promise<ShownRuns> {
  const experimentIds = [experiment.id];
  const [newest, running] = await Promise.all([
    // One at least: its start says which runs are new ones later.
    client.searchRuns({ experimentIds, maxResults: Math.max(1, rule.newest) }),
    client.searchRuns({ experimentIds, filter: "attributes.status = 'RUNNING'", maxResults: mostRunning }),
  ]);
  const runs = new Map([...newest.items, ...running.items].map((run) => [run.info.id, run]));
  const first = firstShown(newestFirst(runs.values()), rule.newest, rule.baseline);
  // The baseline may be older than those.
  return rule.baseline === undefined ? first : { ...first, on: new Set([...first.on, rule.baseline]) };
}
