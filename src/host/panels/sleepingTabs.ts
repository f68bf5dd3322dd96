import * as vscode from 'vscode';

/** Milliseconds for which VS Code may be making the panel of a tab. */
const wakeLimit = 2000;

const focusGroup = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth'].map(
  (name) => `workbench.action.focus${name}EditorGroup`,
);

/**
 * Brings tabs to the front that VS Code kept over a reload and did not show since: until it does, there is no panel that could be revealed,
 * and opening one would give a second tab of the same. Extensions cannot activate a tab, so it is done as its keys do, which moves the focus.
 * @param isThere whether the panel that is looked for has been made; titles do not tell
 * @param awake panels that have been made so far
 * @returns whether the focus was moved
 */
export async function wakeTab(
  viewType: string,
  title: string,
  isThere: () => boolean,
  awake: () => readonly Pick<vscode.WebviewPanel, 'viewType' | 'title' | 'viewColumn'>[],
): Promise<boolean> {
  let hasMoved = false;
  for (const { viewColumn, tabs } of vscode.window.tabGroups.all) {
    const focus = focusGroup[viewColumn - 1];
    const alike = tabs.filter(
      ({ input, label }) =>
        input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType) && label === title,
    );
    const made = awake().filter(
      (panel) => panel.viewType.endsWith(viewType) && panel.title === title && panel.viewColumn === viewColumn,
    );
    if (focus === undefined || alike.length <= made.length) {
      continue;
    }
    for (const tab of alike) {
      const before = awake().length;
      if (!tab.isActive) {
        hasMoved = true;
        await vscode.commands.executeCommand(focus);
        await vscode.commands.executeCommand('workbench.action.openEditorAtIndex', tabs.indexOf(tab));
      }
      const deadline = performance.now() + wakeLimit;
      while (!isThere() && awake().length === before && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      if (isThere()) {
        return hasMoved;
      }
    }
  }
  return hasMoved;
}
