import * as vscode from 'vscode';
import { formatBytes } from '../../core/format';
import type { Purged, TrackingClient } from '../../client/types';
import { commands, type CommandHandlers } from '../contributions';
import { inMessage } from '../platform/text';
import type { TrashView } from '../tree/trashView';
import { isByKey, runIdsOf, thingsOf, type Thing } from './targets';
import { attempt, clientOf, say, type Tools } from './tools';

type TrashCommands = CommandHandlers<typeof commands.deleteForGood | typeof commands.emptyTrash>;

/** Names that a question lists. */
const listedNames = 5;

/** Commands that cannot be undone: what they take away, and how much room that makes, is said before. */
export function trashCommands(tools: Tools, { trash }: { readonly trash: TrashView }): TrashCommands {
  const { t } = vscode.l10n;
  return {
    [commands.deleteForGood]: (target, selection) =>
      attempt(tools, t('Could not delete for good'), async () => {
        const things = isByKey(target)
          ? thingsOf(undefined, undefined, await trash.keyTargets())
          : thingsOf(target, selection, trash.selection);
        await deleteForGood(await clientOf(tools), things);
      }),
    [commands.emptyTrash]: () =>
      attempt(tools, t('Could not empty the trash'), async () => {
        const client = await clientOf(tools);
        const things = await allOf(client);
        if (things.length === 0) {
          say(t('The trash is empty.'));
        } else {
          await deleteForGood(client, things);
        }
      }),
  };
}

/** Everything in the trash: also what the view does not list. */
async function allOf(client: TrackingClient): Promise<Thing[]> {
  const experiments = await client.allExperiments({ view: 'ALL' });
  const active = experiments.filter(({ stage }) => stage === 'active').map(({ id }) => id);
  const runs = active.length === 0 ? [] : await client.allRuns({ experimentIds: active, view: 'DELETED_ONLY' });
  return [
    ...experiments
      .filter(({ stage }) => stage === 'deleted')
      .map(({ id }): Thing => ({ kind: 'experiment', experimentId: id })),
    ...runs.map(({ info }): Thing => ({ kind: 'run', runId: info.id })),
  ];
}

async function deleteForGood(client: TrackingClient, things: readonly Thing[]): Promise<void> {
  if (things.length === 0) {
    return;
  }
  const { t } = vscode.l10n;
  const what = {
    runIds: runIdsOf(things),
    experimentIds: things.flatMap((thing) => (thing.kind === 'experiment' ? [thing.experimentId] : [])),
  };
  const before = await client.purge({ ...what, dryRun: true });
  const yes = t('Delete for Good');
  const detail = [
    ...(await namesOf(client, things.slice(0, listedNames))),
    ...(things.length > listedNames ? [t('and {0} more', things.length - listedNames)] : []),
    '',
    t('Parameters, metrics, tags and artifacts go. This cannot be undone.'),
    ...(before.keptArtifacts.length > 0
      ? [t('Artifacts outside of the store stay: {0}', before.keptArtifacts.slice(0, 3).join(', '))]
      : []),
  ].join('\n');
  const choice = await vscode.window.showWarningMessage(questionOf(before), { modal: true, detail }, yes);
  if (choice !== yes) {
    return;
  }
  const title = t('Deleting for good');
  const done = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, () =>
    client.purge(what),
  );
  say(t('Deleted for good, {0} freed.', formatBytes(done.bytes)));
}

function questionOf({ runs, experiments, bytes }: Purged): string {
  const { t } = vscode.l10n;
  const size = formatBytes(bytes);
  if (experiments === 0) {
    return runs === 1
      ? t('Delete this run for good and free {0}?', size)
      : t('Delete {0} runs for good and free {1}?', runs, size);
  }
  return experiments === 1
    ? t('Delete this experiment with {0} runs for good and free {1}?', runs, size)
    : t('Delete {0} experiments and {1} runs for good and free {2}?', experiments, runs, size);
}

async function namesOf(client: TrackingClient, things: readonly Thing[]): Promise<string[]> {
  const names: string[] = [];
  for (const thing of things) {
    const name =
      thing.kind === 'run'
        ? (await client.getRun(thing.runId)).info.name
        : (await client.getExperiment(thing.experimentId)).name;
    names.push(inMessage(name));
  }
  return names;
}
