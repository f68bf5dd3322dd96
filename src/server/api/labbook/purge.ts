import { ApiError } from '../../../core/errors';
import { checkExperimentId, checkRunId } from '../../../core/limits';
import type { RunInfo } from '../../../core/model';
import type { PurgeItem, PurgeResponse } from '../../../protocol/extras';
import type { ArtifactPlaces } from '../../artifacts/places';
import { PresentFolders } from '../../artifacts/presentFolders';
import { finishPurges } from '../../artifacts/removal';
import type { Log } from '../../log';
import { notDeleted } from '../../store/purge/resolve';
import type { Store } from '../../store/types';
import { nextTurn, takingTurns } from '../../turns';
import { boolean, decode, message, texts } from '../fields';

const request = message({ run_ids: texts, experiment_ids: texts, dry_run: boolean.optional });

/** Runs that one change of the store takes: few, so that other requests get their turn. */
const runsPerWrite = 20;
/** Runs that are looked at between two turns of other requests. */
const runsPerLook = 500;

export interface PurgeContext {
  readonly store: Store;
  readonly places: ArtifactPlaces;
  readonly log: Log;
}

/**
 * POST purge: deletes for good what is in the trash. All is looked at first, and where something is not deleted nothing happens.
 * Then runs go in groups, each of them durable at once; experiments last. The answer comes when the files are gone, too.
 * @throws ApiError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE; PERMISSION_DENIED for a store that can only be read
 */
export async function purge(context: PurgeContext, input: unknown): Promise<PurgeResponse> {
  const { store, places, log } = context;
  const { run_ids, experiment_ids, dry_run = false } = decode(request, input);
  const experiments = [...new Set(experiment_ids.map(checkExperimentId))];
  const runs = await lookAt(store, run_ids, experiments);
  const looked: Looked = {
    histories: await store.purging.historyBytes([...runs.keys()]),
    present: new PresentFolders(places.own),
  };
  const { bytes, kept_artifacts } = await measure(context, looked, [...runs.values()], experiments);
  const counted = { runs: runs.size, experiments: experiments.length, bytes, kept_artifacts };
  if (dry_run) {
    const items =
      experiments.length === 1 && run_ids.length === 0
        ? experiments.map((id) => experimentItem(store, id, runs.size, bytes))
        : await measureEach(context, looked, { runIds: [...new Set(run_ids)], experimentIds: experiments, runs });
    return { ...counted, items };
  }
  const ids = [...runs.keys()];
  for (let i = 0; i < ids.length; i += runsPerWrite) {
    const group = ids.slice(i, i + runsPerWrite);
    await store.write({ kind: 'purge', runIds: group, experimentIds: [] });
  }
  for (const id of experiments) {
    await store.write({ kind: 'purge', runIds: [], experimentIds: [id] });
  }
  await finishPurges(store.purging, places, log);
  return counted;
}

/** What is looked at once for everything that is asked about. */
interface Looked {
  /** Bytes of the runs' histories; runs without one are not in it. */
  readonly histories: ReadonlyMap<string, number>;
  readonly present: PresentFolders;
}

interface Asked {
  readonly runIds: readonly string[];
  readonly experimentIds: readonly string[];
  /** Those of the experiments included. */
  readonly runs: ReadonlyMap<string, RunInfo>;
}

/** What each of the asked things takes by itself. */
async function measureEach(
  context: PurgeContext,
  looked: Looked,
  { runIds, experimentIds, runs }: Asked,
): Promise<PurgeItem[]> {
  const { store } = context;
  const items: PurgeItem[] = [];
  for (const [i, id] of runIds.entries()) {
    await turnAt(i);
    const info = runs.get(id);
    const { bytes } = await measure(context, looked, info ? [info] : [], []);
    items.push({ kind: 'run', id, bytes, runs: 1, deleted: store.purging.deletedAt(id) });
  }
  for (const id of experimentIds) {
    const own = [...runs.values()].filter(({ experimentId }) => experimentId === id);
    const { bytes } = await measure(context, looked, own, [id]);
    items.push(experimentItem(store, id, own.length, bytes));
  }
  return items;
}

/** Lets others have their turn after some of many runs. */
async function turnAt(i: number): Promise<void> {
  if (i > 0 && i % runsPerLook === 0) {
    await nextTurn();
  }
}

function experimentItem(store: Store, id: string, runs: number, bytes: number): PurgeItem {
  return { kind: 'experiment', id, bytes, runs, deleted: Number(store.getExperiment(id)?.updatedAt ?? 0) };
}

/** All runs that would go. @throws ApiError where something is not there or not deleted */
async function lookAt(
  store: Store,
  runIds: readonly string[],
  experimentIds: readonly string[],
): Promise<Map<string, RunInfo>> {
  const runs = new Map<string, RunInfo>();
  const add = (info: RunInfo): void => {
    if (info.stage !== 'deleted') {
      throw notDeleted('run', info.id);
    }
    runs.set(info.id, info);
  };
  for (const [i, id] of runIds.entries()) {
    await turnAt(i);
    const info = store.getRunInfo(checkRunId(id));
    if (info === undefined) {
      throw new ApiError('RESOURCE_DOES_NOT_EXIST', `Run with id=${id} not found`);
    }
    add(info);
  }
  for (const id of experimentIds) {
    const experiment = store.getExperiment(id);
    if (experiment === undefined) {
      throw new ApiError('RESOURCE_DOES_NOT_EXIST', `No Experiment with id=${id} exists`);
    }
    if (experiment.stage !== 'deleted') {
      throw notDeleted('experiment', id);
    }
    let after: string | undefined;
    for (let more = true; more;) {
      const page = store.purging.runsOf(id, { after, limit: runsPerLook });
      page.items.forEach(add);
      after = page.items.at(-1)?.id;
      more = page.more;
      await nextTurn();
    }
  }
  return runs;
}

async function measure(
  { store, places }: PurgeContext,
  { histories, present }: Looked,
  runs: readonly RunInfo[],
  experimentIds: readonly string[],
): Promise<{ bytes: number; kept_artifacts: string[] }> {
  const uris = new Set<string>();
  const turn = takingTurns();
  let bytes = 0;
  for (const { id, artifactUri } of runs) {
    [artifactUri, ...store.purging.modelUris(id)].forEach((uri) => uris.add(uri));
    bytes += histories.get(id) ?? 0;
    await turn();
  }
  experimentIds.flatMap((id) => store.purging.modelUrisIn(id)).forEach((uri) => uris.add(uri));
  const kept: string[] = [];
  for (const uri of uris) {
    const segments = places.ownSegments(uri);
    await turn();
    if (segments !== undefined) {
      bytes += (await present.mayHave(segments)) ? await places.own.size(segments) : 0;
    } else if (await places.mayHave(uri)) {
      kept.push(uri);
    }
  }
  return { bytes, kept_artifacts: kept.sort() };
}
