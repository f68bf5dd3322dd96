import type { TrackingClient } from '../../client/types';
import type { Run } from '../../core/model';
import { evaluate } from '../../core/search/evaluate';
import { parseFilter } from '../../core/search/parse';
import { runSubject } from '../../core/search/subject';

/**
 * For each condition the ids of the experiments' runs that meet it. The server finds those of what MLflow's search knows; for the rest
 * all runs are read, once, and looked at here.
 * @throws RequestError; Error, fit to show, for what is no condition
 */
export async function matchingRuns(
  client: Pick<TrackingClient, 'allRuns'>,
  experimentIds: readonly string[],
  conditions: readonly string[],
  signal: AbortSignal,
): Promise<string[][]> {
  let all: Promise<Run[]> | undefined;
  const answers: string[][] = [];
  for (const condition of conditions) {
    if (parseFilter(condition, { entity: 'runs', dialect: 'mlflow' }).ok) {
      const found = await client.allRuns({ experimentIds, filter: condition }, { signal });
      answers.push(found.map(({ info }) => info.id));
      continue;
    }
    const parsed = parseFilter(condition, { entity: 'runs', dialect: 'labbook' });
    if (!parsed.ok) {
      throw new Error(parsed.error.message);
    }
    all ??= client.allRuns({ experimentIds }, { signal });
    const passing = (await all).filter((run) => evaluate(parsed.value, runSubject(run)));
    answers.push(passing.map(({ info }) => info.id));
  }
  return answers;
}
