import { RequestError } from '../../client/requestError';
import type { TrackingClient } from '../../client/types';
import { tagNames, type Run } from '../../core/model';
import { mlflowText } from '../../core/search/mlflowText';
import { rowsPerPage } from './model';
import { parentIdOf } from './runForest';
import { serverOrder, type TreeQuery } from './treeQuery';

/** Runs that are looked at, at one go, for a filter that the server does not understand. */
const scannedRuns = 20_000;
/** Running runs that are looked for beyond the pages that were read. */
const maxRunning = 200;
/** Generations of parents that are looked for above a run. */
const maxDepth = 10;

export interface RunPage {
  readonly runs: readonly Run[];
  /** Asks for what follows. */
  readonly next: string | undefined;
}

/** Reads runs for the tree, as many at a time as an answer may hold without stopping the extension host. */
export class RunReader {
  constructor(
    private readonly client: TrackingClient,
    private readonly query: TreeQuery,
  ) {}

  /**
   * One page of an experiment's runs that the query wants.
   * @param metric the primary metric, where the order may be by it
   * @param after what a page before said, of the same query and metric
   */
  async page(experimentId: string, metric: string | undefined, after: string | undefined): Promise<RunPage> {
    const { filter, sort } = this.query;
    const orderBy = serverOrder(sort, metric);
    if (filter === undefined || filter.forServer !== undefined) {
      return this.#search([experimentId], { after, orderBy, filter: filter?.forServer });
    }
    const runs: Run[] = [];
    let next = after;
    let scanned = 0;
    do {
      const page = await this.#search([experimentId], { after: next, orderBy });
      runs.push(...page.runs.filter((run) => filter.matches(run)));
      scanned += page.runs.length;
      next = page.next;
    } while (next !== undefined && runs.length < rowsPerPage && scanned < scannedRuns);
    return { runs, next };
  }

  /** A page of the runs below a run. */
  children(experimentId: string, runId: string, after: string | undefined): Promise<RunPage> {
    const id = mlflowText(runId);
    const filter = `tags.\`${tagNames.parentRunId}\` = ${id}`;
    return id === undefined
      ? Promise.resolve({ runs: [], next: undefined })
      : this.#search([experimentId], { after, filter });
  }

  /** Running runs, newest first; a few, however many there are. */
  async running(experimentIds: readonly string[]): Promise<readonly Run[]> {
    const filter = "attributes.status = 'RUNNING'";
    return (await this.#search(experimentIds, { filter, limit: maxRunning })).runs;
  }

  /** Those of the runs that are there (not deleted), whatever the query wants. */
  async byIds(experimentId: string, ids: readonly string[]): Promise<Run[]> {
    const found: Run[] = [];
    for (let from = 0; from < ids.length; from += rowsPerPage) {
      const some = ids.slice(from, from + rowsPerPage);
      const [only] = some;
      if (some.length === 1 && only !== undefined) {
        // What a live run asks for all the time. A server finds one run by its id without looking at others.
        const run = await gone(this.client.getRun(only));
        if (run?.info.stage === 'active' && run.info.experimentId === experimentId) {
          found.push(run);
        }
      } else {
        // Ids come from tags, too, and those can say anything.
        const filter = `attributes.run_id IN (${some.flatMap((id) => mlflowText(id) ?? []).join(', ')})`;
        found.push(...(await this.#search([experimentId], { filter, limit: rowsPerPage })).runs);
      }
    }
    return found;
  }

  /** The same for changed runs: those that the query wants. */
  async changed(experimentId: string, ids: readonly string[]): Promise<Run[]> {
    const found = await this.byIds(experimentId, ids);
    return found.filter((run) => this.query.filter?.matches(run) !== false);
  }

  /**
   * Parents that are missing, and their parents: they are older than their children, so they are often on a later page; without
   * them children would lie about.
   * @param known runs that are there already
   * @param unknown takes the ids of those that are not to be had
   */
  async parentsOf(
    experimentId: string,
    runs: readonly Run[],
    known: ReadonlyMap<string, Run>,
    unknown: Set<string>,
  ): Promise<Run[]> {
    const found = new Map<string, Run>(runs.map((run) => [run.info.id, run]));
    let children = runs;
    const parents: Run[] = [];
    for (let depth = 0; depth < maxDepth; depth += 1) {
      const wanted = new Set<string>();
      for (const run of children) {
        const id = parentIdOf(run);
        if (id !== undefined && !known.has(id) && !found.has(id) && !unknown.has(id)) {
          wanted.add(id);
        }
      }
      if (wanted.size === 0) {
        break;
      }
      children = await this.byIds(experimentId, [...wanted]);
      children.forEach((run) => found.set(run.info.id, run));
      [...wanted].filter((id) => !found.has(id)).forEach((id) => unknown.add(id));
      parents.push(...children);
    }
    return parents;
  }

  async #search(
    experimentIds: readonly string[],
    {
      after,
      filter,
      orderBy = [],
      limit = rowsPerPage,
    }: { after?: string | undefined; filter?: string | undefined; orderBy?: readonly string[]; limit?: number },
  ): Promise<RunPage> {
    const { items, nextPageToken } = await this.client.searchRuns({
      experimentIds,
      orderBy,
      maxResults: limit,
      ...(filter === undefined ? {} : { filter }),
      ...(after === undefined ? {} : { pageToken: after }),
    });
    return { runs: items, next: nextPageToken };
  }
}

/** The answer, or undefined where the thing does not exist (any more). */
export async function gone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) {
      return undefined;
    }
    throw error;
  }
}
