import * as vscode from 'vscode';
import type { TrackingClient } from '../../client/types';
import { formatAgo } from '../../core/format';
import {
  checkModelName,
  checkNewModelAlias,
  modelStages,
  type ModelStage,
  type ModelVersion,
} from '../../core/registry';
import { commands, type CommandHandlers } from '../contributions';
import { loadLines, modelUri } from '../models/modelNodes';
import type { ModelsView } from '../models/modelsView';
import { describe } from '../platform/connection';
import { nameReason } from '../platform/reasons';
import { inMessage, inPick } from '../platform/text';
import { modelSources } from './modelSources';
import { pickRun } from './picks';
import { isByKey, modelThingsOf, runIdsOf, type ModelThing } from './targets';
import { attempt, clientOf, preset, say, thingsFor, type Tools } from './tools';

type ModelCommands = CommandHandlers<
  | typeof commands.openModel
  | typeof commands.registerVersion
  | typeof commands.setStage
  | typeof commands.setAlias
  | typeof commands.removeAlias
  | typeof commands.copyModelUri
  | typeof commands.copyLoadLines
  | typeof commands.compareVersions
  | typeof commands.renameModel
  | typeof commands.deleteVersion
  | typeof commands.deleteModel
>;

type VersionThing = Extract<ModelThing, { kind: 'version' }>;

/** Commands of the model registry. */
export function modelCommands(tools: Tools, view: ModelsView): ModelCommands {
  const { t } = vscode.l10n;
  const given = (target: unknown, selection: unknown): Promise<ModelThing[]> => meantBy(view, target, selection);

  /** The version that is meant, asked for where that is not said. */
  const versionFor = async (target: unknown, title: string): Promise<ModelVersion | undefined> => {
    const client = await clientOf(tools);
    const [thing] = await given(target, undefined);
    if (thing?.kind === 'version') {
      return (await client.registry.versions(thing.model)).find(({ version }) => version === thing.version);
    }
    // A key is for a certain row.
    return thing === undefined && isByKey(target) ? undefined : pickVersion(client, title, thing?.model);
  };
  const withVersion = (
    failure: string,
    title: string,
    deed: (version: ModelVersion, client: TrackingClient) => Promise<unknown>,
  ): ((target?: unknown) => Promise<void>) => {
    return (target) =>
      attempt(tools, failure, async () => {
        const version = await versionFor(target, title);
        if (version) {
          await deed(version, await clientOf(tools));
        }
      });
  };

  return {
    [commands.openModel]: withVersion(t('Could not open the model'), t('Open Model'), openRunOf),
    [commands.registerVersion]: (target) =>
      attempt(tools, t('Could not register the model'), () => register(tools, target)),
    [commands.setStage]: (target) =>
      withVersion(t('Could not change the stage'), t('Change Stage'), (version, client) =>
        setStage(client, version, preset(target, 'stage')),
      )(target),
    [commands.setAlias]: (target) =>
      withVersion(t('Could not set the alias'), t('Set Alias'), (version, client) =>
        setAlias(client, version, preset(target, 'alias')),
      )(target),
    [commands.removeAlias]: (target) =>
      withVersion(t('Could not remove the alias'), t('Remove Alias'), (version, client) =>
        removeAlias(client, version, preset(target, 'alias')),
      )(target),
    [commands.copyModelUri]: withVersion(t('Could not copy'), t('Copy Model URI'), async (version) => {
      await vscode.env.clipboard.writeText(modelUri(version));
      say(t('Copied {0}.', modelUri(version)));
    }),
    [commands.copyLoadLines]: withVersion(t('Could not copy'), t('Copy Lines That Load It'), async (version) => {
      await vscode.env.clipboard.writeText(loadLines(version));
      say(t('Copied the two lines that load the model.'));
    }),
    [commands.compareVersions]: (target, selection) =>
      attempt(tools, t('Could not compare the versions'), async () => {
        const runs = (await given(target, selection)).flatMap((thing) =>
          thing.kind === 'version' && thing.runId !== undefined ? [{ runId: thing.runId }] : [],
        );
        await vscode.commands.executeCommand(commands.compareSelected, runs[0], runs);
      }),
    [commands.renameModel]: (target) =>
      attempt(tools, t('Could not rename'), async () => {
        const [thing] = await given(target, undefined);
        const client = await clientOf(tools);
        const ask = (): Promise<string | undefined> => pickModel(client, t('Rename Model'));
        // A key is for a certain row.
        const name = thing?.model ?? (isByKey(target) ? undefined : await ask());
        const newName = name === undefined ? undefined : (preset(target, 'name') ?? (await askForModelName(name)));
        if (name !== undefined && newName !== undefined && newName !== name) {
          await client.registry.renameModel(name, newName);
        }
      }),
    [commands.deleteVersion]: (target, selection) =>
      attempt(tools, t('Could not delete the version'), async () => {
        const things = (await given(target, selection)).filter((thing) => thing.kind === 'version');
        await deleteVersions(await clientOf(tools), things);
      }),
    [commands.deleteModel]: (target) =>
      attempt(tools, t('Could not delete the model'), async () => {
        const [thing] = await given(target, undefined);
        if (thing?.kind === 'model') {
          await deleteModel(await clientOf(tools), thing.model);
        }
      }),
  };
}

/** What a command is for: the row with the focus where a key asked, else what is given or selected. */
async function meantBy(view: ModelsView, target: unknown, selection: unknown): Promise<ModelThing[]> {
  return isByKey(target)
    ? modelThingsOf(undefined, undefined, await view.keyTargets())
    : modelThingsOf(target, selection, view.selection);
}

async function openRunOf({ name, version, runId }: ModelVersion): Promise<void> {
  if (runId === undefined) {
    throw new Error(vscode.l10n.t('it is not known which run made {0} v{1}', inMessage(name), version));
  }
  await vscode.commands.executeCommand(commands.openRun, { runId, keepFocus: true });
}

/** Registers a model that a run logged: under a new name or as the next version of a model that is there. */
async function register(tools: Tools, target: unknown): Promise<void> {
  const { t } = vscode.l10n;
  const client = await clientOf(tools);
  // A model's row in the tree says of which run it is, but is not the run, so that no other command takes it for that.
  const ofRow = preset(target, 'kind') === 'runModel' ? preset(target, 'runId') : undefined;
  const [runId] = ofRow === undefined ? runIdsOf(thingsFor(tools, target, undefined)) : [ofRow];
  const run =
    runId === undefined ? await pickRun(client, t('Register a model of which run?')) : await client.getRun(runId);
  if (run === undefined) {
    return;
  }
  const sources = await modelSources(client, run);
  if (sources.length === 0) {
    throw new Error(
      t('{0} has no model. Log one with log_model of one of MLflow’s flavours.', inMessage(run.info.name)),
    );
  }
  const [only] = sources;
  const wanted = preset(target, 'path');
  const source =
    sources.length === 1
      ? only
      : (sources.find(({ path }) => path === wanted) ??
        (
          await vscode.window.showQuickPick(
            sources.map((each) => ({ label: `$(package) ${inPick(each.path)}`, each })),
            { title: t('Which model of {0}?', inMessage(run.info.name)) },
          )
        )?.each);
  const name = source && (preset(target, 'name') ?? (await askForRegistration(client)));
  if (source === undefined || name === undefined) {
    return;
  }
  await client.registry.createModel(name);
  const { version } = await client.registry.createVersion({
    name,
    source: source.source,
    runId: run.info.id,
    ...(source.modelId === undefined ? {} : { modelId: source.modelId }),
  });
  say(t('Registered {0} v{1}.', inMessage(name), version));
}

/** Asks for the name of a model, offering those that are there. */
async function askForRegistration(client: TrackingClient): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const models = await client.registry.models();
  if (models.length > 0) {
    const fresh = { label: `$(add) ${t('New model...')}`, name: undefined };
    const known = models.map(({ name }) => ({ label: `$(package) ${inPick(name)}`, name }));
    const choice = await vscode.window.showQuickPick([fresh, ...known], { title: t('Register as a version of') });
    if (choice === undefined || choice.name !== undefined) {
      return choice?.name;
    }
  }
  return askForModelName('');
}

async function askForModelName(value: string): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const name = await vscode.window.showInputBox({
    title: value === '' ? t('New Model') : t('Rename Model'),
    value,
    prompt: t('Enter the name'),
    validateInput: (text) =>
      text.trim() === '' ? t('A name needs at least one character.') : complaint(text, checkModelName),
  });
  return name?.trim();
}

/** What the registry has against a name, while it is being typed. */
function complaint(text: string, check: (text: string) => string): string | undefined {
  try {
    check(text.trim());
    return undefined;
  } catch (error) {
    return inMessage(nameReason(describe(error), vscode.l10n.t), 300);
  }
}

async function setStage(client: TrackingClient, version: ModelVersion, given: string | undefined): Promise<void> {
  const { t } = vscode.l10n;
  const title = t('Stage of {0} v{1}', inMessage(version.name), version.version);
  const stage =
    modelStages.find((each) => each === given) ??
    (
      await vscode.window.showQuickPick(
        modelStages.map((each) => ({ label: each, description: each === version.stage ? t('now') : '', each })),
        { title },
      )
    )?.each;
  if (stage === undefined || stage === version.stage) {
    return;
  }
  const archive = given === undefined && (await archiveOthers(client, version, stage, title));
  if (archive !== undefined) {
    await client.registry.setStage(version.name, version.version, stage, archive);
  }
}

/** Whether versions that are in the stage already shall leave it; undefined where the user backs out. */
async function archiveOthers(
  client: TrackingClient,
  { name, version }: ModelVersion,
  stage: ModelStage,
  title: string,
): Promise<boolean | undefined> {
  const { t } = vscode.l10n;
  if (stage !== 'Staging' && stage !== 'Production') {
    return false;
  }
  const others = (await client.registry.versions(name)).filter(
    (each) => each.stage === stage && each.version !== version,
  );
  if (others.length === 0) {
    return false;
  }
  const which = others.map((each) => `v${each.version}`).join(', ');
  const choice = await vscode.window.showQuickPick(
    [
      { label: t('Archive {0}', which), archive: true },
      { label: t('Leave {0} in {1}', which, stage), archive: false },
    ],
    { title },
  );
  return choice?.archive;
}

async function setAlias(client: TrackingClient, version: ModelVersion, given: string | undefined): Promise<void> {
  const { t } = vscode.l10n;
  const all = (await client.registry.models()).find(({ name }) => name === version.name)?.aliases ?? [];
  const alias =
    given ??
    (await vscode.window.showInputBox({
      title: t('Alias of {0} v{1}', inMessage(version.name), version.version),
      prompt: t('Enter the alias, for instance "champion". Another version that has it gives it away.'),
      validateInput: (text) => {
        const wrong =
          text.trim() === '' ? t('An alias needs at least one character.') : complaint(text, checkNewModelAlias);
        const owner = all.find((each) => each.alias === text.trim());
        const taken =
          owner && owner.version !== version.version
            ? { message: t('v{0} gives it away.', owner.version), severity: vscode.InputBoxValidationSeverity.Info }
            : undefined;
        return wrong ?? taken;
      },
    }));
  if (alias !== undefined) {
    await client.registry.setAlias(version.name, alias.trim(), version.version);
  }
}

async function removeAlias(client: TrackingClient, version: ModelVersion, given: string | undefined): Promise<void> {
  const { t } = vscode.l10n;
  const { aliases, name } = version;
  if (aliases.length === 0) {
    say(t('{0} v{1} has no alias.', inMessage(name), version.version));
    return;
  }
  const choice =
    given ??
    (aliases.length === 1
      ? aliases[0]
      : (
          await vscode.window.showQuickPick(
            aliases.map((alias) => ({ label: `@${inPick(alias)}`, alias })),
            { title: t('Remove which alias?') },
          )
        )?.alias);
  if (choice !== undefined) {
    await client.registry.deleteAlias(name, choice);
  }
}

/** There is no trash for versions, so this asks first. The run and its artifacts stay. */
async function deleteVersions(client: TrackingClient, things: readonly VersionThing[]): Promise<void> {
  const { t } = vscode.l10n;
  const [first] = things;
  if (first === undefined) {
    return;
  }
  const yes = t('Delete');
  const question =
    things.length === 1
      ? t(
          'Delete {0} v{1}? The run that made it stays, this entry cannot be restored.',
          inMessage(first.model),
          first.version,
        )
      : t('Delete {0} versions? The runs that made them stay, these entries cannot be restored.', things.length);
  if ((await vscode.window.showWarningMessage(question, { modal: true }, yes)) === yes) {
    for (const { model, version } of things) {
      await client.registry.deleteVersion(model, version);
    }
  }
}

async function deleteModel(client: TrackingClient, name: string): Promise<void> {
  const { t } = vscode.l10n;
  const { length } = await client.registry.versions(name);
  const yes = t('Delete');
  const question =
    length === 0
      ? t('Delete the model {0}? It cannot be restored.', inMessage(name))
      : length === 1
        ? t('Delete the model {0} and its version? The run stays, the model cannot be restored.', inMessage(name))
        : t(
            'Delete the model {0} and its {1} versions? The runs stay, the model cannot be restored.',
            inMessage(name),
            length,
          );
  if ((await vscode.window.showWarningMessage(question, { modal: true }, yes)) === yes) {
    await client.registry.deleteModel(name);
  }
}

async function pickModel(client: TrackingClient, title: string): Promise<string | undefined> {
  const items = client.registry
    .models()
    .then((models) => models.map(({ name }) => ({ label: `$(package) ${inPick(name)}`, name })));
  return (await vscode.window.showQuickPick(items, { title }))?.name;
}

/** Asks for a version of a model, or of any. */
async function pickVersion(
  client: TrackingClient,
  title: string,
  model: string | undefined,
): Promise<ModelVersion | undefined> {
  const name = model ?? (await pickModel(client, title));
  if (name === undefined) {
    return undefined;
  }
  const items = client.registry.versions(name).then((versions) =>
    versions.map((version) => ({
      label: `$(layers) v${version.version}`,
      description: inPick(
        [...version.aliases.map((alias) => `@${alias}`), version.stage === 'None' ? '' : version.stage].join(' '),
      ),
      detail: formatAgo(version.createdAt, Date.now()),
      version,
    })),
  );
  return (await vscode.window.showQuickPick(items, { title: `${title}: ${inMessage(name)}` }))?.version;
}
