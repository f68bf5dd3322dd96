import * as vscode from 'vscode';
import { mapLimited } from '../../client/mapLimited';
import type { TrackingClient } from '../../client/types';
import { formatCount } from '../../core/format';
import { commands, type CommandHandlers } from '../contributions';
import { changeRuns } from '../panels/changeRuns';
import type { LastTrashed } from '../platform/lastTrashed';
import { longWait } from '../platform/longWait';
import { mayTrashRunning } from '../platform/trashRunning';
import { inMessage } from '../platform/text';
import { gone } from '../tree/runReader';
import { pickFromTrash, pickRun } from './picks';
import { runIdsOf, type Thing } from './targets';
import { attempt, clientOf, preset, nameOfRun, say, thingsFor, thingsOrAsk, type Tools } from './tools';

type EditCommands = CommandHandlers<
  | typeof commands.rename
  | typeof commands.addTag
  | typeof commands.moveToTrash
  | typeof commands.restore
  | typeof commands.undo
  | typeof commands.newExperiment
>;

/** Requests at the same time. */
const parallel = 8;

/** Commands that change the store. Names and tags that come with the argument are taken, others are asked for. */
export function editCommands(tools: Tools, trashed: LastTrashed): EditCommands {
  const { t } = vscode.l10n;
  const undo = (): Promise<void> =>
    attempt(tools, t('Could not restore'), async () => {
      const client = await clientOf(tools);
      const before = trashed.things;
      const things = await stillInTrash(client, before);
      const late = before.length > 0 && things.length === 0;
      trashed.set([]);
      if (late) {
        // The notification that offers it cannot be taken away when somebody restores them elsewhere.
        say(t('Nothing is left to undo: it was restored already.'));
      }
      await restoreAll(client, things);
    });
  return {
    [commands.rename]: (target) =>
      attempt(tools, t('Could not rename'), async () => {
        const client = await clientOf(tools);
        const ask = (): Promise<Thing[]> => askForRun(client, t('Rename Run'));
        const [thing] = await thingsOrAsk(tools, target, undefined, ask);
        if (thing) {
          await rename(client, thing, preset(target, 'name'));
        }
      }),
    [commands.addTag]: (target, selection) =>
      attempt(tools, t('Could not set the tag'), async () => {
        const client = await clientOf(tools);
        const ask = (): Promise<Thing[]> => askForRun(client, t('Add Tag: choose a run'));
        const runIds = runIdsOf(await thingsOrAsk(tools, target, selection, ask));
        const tag = runIds.length === 0 ? undefined : await askForTag(target);
        if (tag) {
          await tagRuns(client, runIds, tag);
        }
      }),
    [commands.moveToTrash]: (target, selection) =>
      attempt(tools, t('Could not move to the trash'), async () => {
        const client = await clientOf(tools);
        const ask = (): Promise<Thing[]> => askForRun(client, t('Move to Trash: choose a run'));
        const things = await thingsOrAsk(tools, target, selection, ask);
        await moveToTrash(client, things, (done) => trashed.set(done), undo);
      }),
    [commands.undo]: undo,
    [commands.restore]: (target, selection) =>
      attempt(tools, t('Could not restore'), async () => {
        const client = await clientOf(tools);
        const given = thingsFor(tools, target, selection);
        const things = given.length > 0 ? given : await pickFromTrash(client, t('Restore from the trash'));
        await restoreAll(client, things ?? []);
        trashed.restored(things ?? []);
      }),
    [commands.newExperiment]: (given) =>
      attempt(tools, t('Could not create the experiment'), async () => {
        const name = preset(given, 'name') ?? (await askForName(t('New Experiment'), ''));
        if (name !== undefined) {
          await (await clientOf(tools)).createExperiment(name);
        }
      }),
  };
}

async function askForRun(client: TrackingClient, title: string): Promise<Thing[]> {
  const run = await pickRun(client, title);
  return run ? [{ kind: 'run', runId: run.info.id }] : [];
}

async function rename(client: TrackingClient, thing: Thing, given: string | undefined): Promise<void> {
  const { t } = vscode.l10n;
  if (thing.kind === 'run') {
    const name = given ?? (await askForName(t('Rename Run'), (await client.getRun(thing.runId)).info.name));
    if (name !== undefined) {
      await client.updateRun(thing.runId, { name });
    }
    return;
  }
  const before = await client.getExperiment(thing.experimentId);
  const name = given ?? (await askForName(t('Rename Experiment'), before.name));
  if (name !== undefined && name !== before.name) {
    await client.renameExperiment(thing.experimentId, name);
  }
}

async function askForName(title: string, value: string): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    title,
    value,
    prompt: vscode.l10n.t('Enter the name'),
    validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('A name needs at least one character.') : undefined),
  });
  return name?.trim();
}

async function askForTag(target: unknown): Promise<{ key: string; value: string } | undefined> {
  const { t } = vscode.l10n;
  const given = preset(target, 'key');
  if (given !== undefined) {
    return { key: given, value: preset(target, 'value') ?? '' };
  }
  const text = await vscode.window.showInputBox({
    title: t('Add Tag'),
    prompt: t('Enter a name, or a name and a value with "=" between them'),
    placeHolder: t('name=value'),
    validateInput: (input) => (/^\s*(=|$)/.test(input) ? t('A tag needs a name.') : undefined),
  });
  if (text === undefined) {
    return undefined;
  }
  const equals = text.indexOf('=');
  return equals < 0
    ? { key: text.trim(), value: '' }
    : { key: text.slice(0, equals).trim(), value: text.slice(equals + 1).trim() };
}

/** Says of how many: where all have it now, its column hides itself. @throws Error, fit to show, where some runs could not be tagged */
async function tagRuns(
  client: TrackingClient,
  runIds: readonly string[],
  { key, value }: { key: string; value: string },
): Promise<void> {
  const { t } = vscode.l10n;
  let count = 0;
  const done = await longWait(t('Add Tag'), (report, signal) =>
    changeRuns(runIds, signal, async (runId) => {
      await client.setTag(runId, key, value);
      report(t('{0} of {1} runs', formatCount(++count), formatCount(runIds.length)));
    }),
  );
  if (done !== undefined) {
    const name = inMessage(key, 60);
    say(done === 1 ? t('Added the tag {0}.', name) : t('Added the tag {0} to {1} runs.', name, formatCount(done)));
  }
}

/** Deletes, after asking where a script still logs to one of the runs, and offers to undo it. */
async function moveToTrash(
  client: TrackingClient,
  things: readonly Thing[],
  remember: (done: readonly Thing[]) => void,
  takeBack: () => Promise<void>,
): Promise<void> {
  const { t } = vscode.l10n;
  if (things.length === 0 || !(await agreed(client, things))) {
    return;
  }
  const [only] = things;
  const name = things.length === 1 && only ? await nameOf(client, only) : undefined;
  const done: Thing[] = [];
  try {
    for (const thing of things) {
      await (thing.kind === 'run' ? client.deleteRun(thing.runId) : client.deleteExperiment(thing.experimentId));
      done.push(thing);
    }
  } finally {
    if (done.length > 0) {
      remember(done);
      const undo = t('Undo');
      const said =
        name === undefined ? t('Moved {0} items to the trash.', done.length) : t('Moved {0} to the trash.', name);
      // Nobody waits for the notification to be closed.
      void vscode.window.showInformationMessage(said, undo).then(async (choice) => {
        if (choice === undo) {
          await takeBack();
        }
      });
    }
  }
}

async function agreed(client: TrackingClient, things: readonly Thing[]): Promise<boolean> {
  for (const thing of things) {
    if (thing.kind === 'run') {
      const { info } = await client.getRun(thing.runId);
      if (info.status === 'RUNNING') {
        return mayTrashRunning(info.name);
      }
    }
  }
  return true;
}

async function nameOf(client: TrackingClient, thing: Thing): Promise<string> {
  return thing.kind === 'run'
    ? nameOfRun(await client.getRun(thing.runId))
    : inMessage((await client.getExperiment(thing.experimentId)).name);
}

/** Those that nobody has restored, or deleted for good, meanwhile. */
async function stillInTrash(client: TrackingClient, things: readonly Thing[]): Promise<readonly Thing[]> {
  const isInTrash = async (thing: Thing): Promise<boolean> => {
    const found =
      thing.kind === 'run'
        ? (await gone(client.getRun(thing.runId)))?.info
        : await gone(client.getExperiment(thing.experimentId));
    return found?.stage === 'deleted';
  };
  const are = await mapLimited(things, parallel, isInTrash);
  return things.filter((_, place) => are[place]);
}

async function restoreAll(client: TrackingClient, things: readonly Thing[]): Promise<void> {
  await mapLimited(things, parallel, (thing) =>
    thing.kind === 'run' ? client.restoreRun(thing.runId) : client.restoreExperiment(thing.experimentId),
  );
  if (things.length > 0) {
    say(things.length === 1 ? vscode.l10n.t('Restored.') : vscode.l10n.t('Restored {0} items.', things.length));
  }
}
