import * as vscode from 'vscode';

/** Milliseconds for which a new group may be waiting for the editor that it was made for, as when a tab is dragged to the side. */
const settling = 200;

/** What was in front when a group was made that stays empty. */
export interface Split {
  readonly viewType: string;
  readonly title: string;
  /** Of the empty group. */
  readonly viewColumn: vscode.ViewColumn;
}

/**
 * Tells of groups that VS Code made for a second view of a panel: Split Editor copies what VS Code can, which panels are not, and leaves
 * the group empty. A group that was made empty on purpose while a panel is in front looks the same.
 */
export function watchSplits(onSplit: (split: Split) => void): vscode.Disposable {
  const { tabGroups } = vscode.window;
  let front = tabGroups.activeTabGroup.activeTab;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    front = tabGroups.activeTabGroup.activeTab ?? front;
  };
  const fill = (): void => {
    const { tabs, viewColumn } = tabGroups.activeTabGroup;
    if (tabs.length === 0 && tabGroups.all.length > 1 && front?.input instanceof vscode.TabInputWebview) {
      onSplit({ viewType: front.input.viewType, title: front.label, viewColumn });
    }
  };
  return vscode.Disposable.from(
    tabGroups.onDidChangeTabs(look),
    tabGroups.onDidChangeTabGroups(({ opened }) => {
      look();
      if (opened.some(({ tabs }) => tabs.length === 0)) {
        clearTimeout(timer);
        timer = setTimeout(fill, settling);
      }
    }),
    { dispose: () => clearTimeout(timer) },
  );
}
