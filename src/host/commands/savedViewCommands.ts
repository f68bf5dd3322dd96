import * as vscode from 'vscode';
import { commands, type CommandHandlers } from '../contributions';
import type { OpenPanel } from '../panels/openPanel';
import type { Panels } from '../panels/panels';
import { openAt } from '../panels/viewsFolder';
import { inMessage, inPick } from '../platform/text';
import { pickExperiment } from './picks';
import { attempt, clientOf, preset, type Tools } from './tools';

type SavedViewCommands = CommandHandlers<
  typeof commands.openView | typeof commands.saveView | typeof commands.saveViewAs
>;

/** Commands for saved views: they act on the experiment panel in front. */
export function savedViewCommands(tools: Tools, panels: Panels): SavedViewCommands {
  const { t } = vscode.l10n;
  return {
    [commands.openView]: (given) =>
      attempt(tools, t('Could not open the view'), async () => {
        const active = panels.activeExperiment;
        const experimentId = preset(given, 'experimentId') ?? (active ? undefined : await askForExperiment(tools));
        if (experimentId === undefined && active === undefined) {
          return;
        }
        const name = preset(given, 'name') ?? (await askForView(panels));
        if (name === undefined) {
          return;
        }
        const problem = (await panels.views.list()).find((each) => each.name === name)?.problem;
        if (problem !== undefined) {
          offerFile(tools, panels, name, problem);
          return;
        }
        if (experimentId !== undefined) {
          await panels.openView({ panel: 'experiment', experimentId }, name);
        } else {
          active?.showView(name);
        }
      }),
    [commands.saveView]: () =>
      attempt(tools, t('Could not save the view'), () => Promise.resolve(panelInFront(panels).saveView(undefined))),
    [commands.saveViewAs]: (given) =>
      attempt(tools, t('Could not save the view'), async () => {
        const panel = panelInFront(panels);
        const name = preset(given, 'name') ?? (await askForName(panels));
        if (name !== undefined) {
          panel.saveView(name);
        }
      }),
  };
}

/** @throws Error, fit to show, where no experiment is in front */
function panelInFront(panels: Panels): OpenPanel {
  const panel = panels.activeExperiment;
  if (!panel) {
    throw new Error(vscode.l10n.t('Open the experiment whose view is to be saved first.'));
  }
  return panel;
}

async function askForExperiment(tools: Tools): Promise<string | undefined> {
  const title = vscode.l10n.t('Open View: choose an experiment');
  return (await pickExperiment(await clientOf(tools), title))?.id;
}

/** @throws Error, fit to show, where there is no view */
async function askForView({ views }: Panels): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const list = await views.list();
  if (list.length === 0) {
    throw new Error(t('No view is saved in this project yet. Arrange an experiment, then run Save View As.'));
  }
  const items = list.map(({ name, problem }) => ({
    label: `$(bookmark) ${inPick(name)}`,
    name,
    // What is wrong with a file is said by the panel, too.
    ...(problem === undefined ? {} : { detail: inPick(problem) }),
  }));
  return (await vscode.window.showQuickPick(items, { title: t('Open View'), matchOnDetail: true }))?.name;
}

/** Says what is wrong with a view, and offers its file. */
function offerFile(tools: Tools, { views }: Panels, name: string, problem: string): void {
  const { t } = vscode.l10n;
  const what = t('Could not open the view');
  const openFile = t('Open File');
  // Nobody waits for the notification to be closed.
  void vscode.window
    .showErrorMessage(`${what}: ${inMessage(problem, 400)}`, openFile)
    .then((choice) =>
      choice === openFile ? attempt(tools, what, async () => openAt(await views.locate(name))) : undefined,
    );
}

/** A name that can be a file's, after a question where it would replace another view. */
async function askForName({ views }: Panels): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const name = await vscode.window.showInputBox({
    title: t('Save View As'),
    prompt: t('The view becomes a file of this name in the project.'),
    validateInput: (text) => (text.trim() === '' ? undefined : views.faultOf(text)),
  });
  if (name === undefined || name.trim() === '') {
    return undefined;
  }
  const folded = (text: string): string => text.trim().normalize('NFC').toLowerCase();
  const other = (await views.list()).find((each) => folded(each.name) === folded(name));
  if (other === undefined) {
    return name.trim();
  }
  const replace = t('Replace');
  const question = t('There is a view “{0}” already. Replace it?', inMessage(other.name, 100));
  const answer = await vscode.window.showWarningMessage(question, { modal: true }, replace);
  return answer === replace ? other.name : undefined;
}
