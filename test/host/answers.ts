import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { until } from './api';

type Question =
  | 'showWarningMessage'
  | 'showInformationMessage'
  | 'showErrorMessage'
  | 'showQuickPick'
  | 'showSaveDialog'
  | 'showOpenDialog'
  | 'showInputBox'
  | 'setStatusBarMessage';

/**
 * Does something and answers what is asked meanwhile. VS Code has no way to press a dialog's button from a test, so its function is
 * exchanged for that long; the lists of runs are VS Code's own, see `choosingRun`.
 * @returns what was asked: the arguments of each question
 */
export async function answering(
  question: Question,
  answer: (...asked: readonly unknown[]) => unknown,
  deed: () => Promise<unknown>,
): Promise<(readonly unknown[])[]> {
  const asked: (readonly unknown[])[] = [];
  const own: unknown = Reflect.get(vscode.window, question);
  const stand = async (...given: readonly unknown[]): Promise<unknown> => {
    asked.push(given);
    return answer(...((await Promise.all(given)) as readonly unknown[]));
  };
  assert.ok(Reflect.set(vscode.window, question, stand));
  try {
    await deed();
  } finally {
    Reflect.set(vscode.window, question, own);
  }
  return asked;
}

/** The entry of a list that a command shows whose label holds a text. */
export function entryWith(text: string): (...asked: readonly unknown[]) => unknown {
  return (items) => {
    assert.ok(Array.isArray(items));
    return items.find((item: { label: string }) => item.label.includes(text)) as unknown;
  };
}

/** Chooses a run of the list that a command shows, as soon as it stands there. */
export async function choosingRun(name: string, deed: () => Promise<unknown>): Promise<void> {
  const own = vscode.window.createQuickPick.bind(vscode.window);
  let shown: vscode.QuickPick<vscode.QuickPickItem> | undefined;
  assert.ok(Reflect.set(vscode.window, 'createQuickPick', () => (shown = own())));
  try {
    const done = deed();
    const item = await until(`${name} is in the list`, () => shown?.items.find(({ label }) => label.endsWith(name)));
    const pick = shown;
    assert.ok(pick);
    if (pick.canSelectMany) {
      let isTicked = false;
      pick.onDidChangeSelection((items) => (isTicked = items.includes(item)));
      await until(`${name} is ticked`, () => {
        pick.selectedItems = [item];
        return isTicked;
      });
    } else {
      pick.activeItems = [item];
    }
    await Promise.race([
      done,
      until('the list takes the choice', async () => {
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        return undefined;
      }),
    ]);
  } finally {
    Reflect.set(vscode.window, 'createQuickPick', own);
  }
}

export function allTabs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs);
}

export function panelTab(viewType: string): vscode.Tab | undefined {
  return allTabs().find(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.includes(viewType));
}

export async function closeAllTabs(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
