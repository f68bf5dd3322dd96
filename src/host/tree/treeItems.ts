import * as vscode from 'vscode';
import { tagNames, type Run } from '../../core/model';
import { commands, type CommandId } from '../contributions';
import { artifactUri } from '../artifacts/fileSystem';
import type { ArtifactNames } from '../artifacts/uri';
import type { RunTarget } from '../commands/targets';
import type { NodeRef, NodeView, RunRef } from './model';
import { runRowUri } from './runDecorations';

/** Makes VS Code's item of a view. The tooltip comes later, when someone hovers (`resolveTreeItem`). */
export function treeItem(ref: NodeRef, view: NodeView, names?: ArtifactNames): vscode.TreeItem {
  const item = new vscode.TreeItem(view.label, stateOf(view));
  item.id = view.id;
  item.contextValue = view.contextValue;
  if (view.description !== undefined) {
    item.description = view.description;
  }
  if (view.icon) {
    const { name, colour } = view.icon;
    item.iconPath = new vscode.ThemeIcon(name, colour === undefined ? undefined : new vscode.ThemeColor(colour));
  }
  if (view.fileIcon && ref.kind === 'artifact') {
    item.resourceUri = artifactUri(ref, names);
    item.iconPath = view.fileIcon === 'folder' ? vscode.ThemeIcon.Folder : vscode.ThemeIcon.File;
  }
  if (ref.kind === 'run') {
    item.resourceUri = runRowUri(ref.runId, view.mark);
  }
  if (view.shown !== undefined) {
    item.checkboxState = checkboxOf(view.label, view.shown);
  }
  if (view.accessibleName !== undefined) {
    item.accessibilityInformation = { label: view.accessibleName };
  }
  if (clickOf(ref)) {
    // Without arguments: VS Code keeps arguments only until it draws the item again, so that a click on a run that is just being
    // logged to could do nothing ("Actual command not found").
    item.command = { command: commands.openSelected, title: vscode.l10n.t('Open') };
  }
  return item;
}

/** The box that says whether charts draw a run. */
function checkboxOf(name: string, shown: boolean): NonNullable<vscode.TreeItem['checkboxState']> {
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  return {
    state: shown ? Checked : Unchecked,
    tooltip: shown ? vscode.l10n.t('Shown in charts') : vscode.l10n.t('Not shown in charts'),
    accessibilityInformation: {
      label: shown
        ? vscode.l10n.t('{0} is shown in charts.', name)
        : vscode.l10n.t('{0} is not shown in charts.', name),
      role: 'checkbox',
    },
  };
}

function stateOf(view: NodeView): vscode.TreeItemCollapsibleState {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  return view.expandable ? (view.startsOpen ? Expanded : Collapsed) : None;
}

/** What a click on an element does, beside selecting it. */
export function clickOf(ref: NodeRef): { command: CommandId; arguments: readonly unknown[] } | undefined {
  switch (ref.kind) {
    case 'run':
      return openRun(ref);
    case 'metric':
      return openRun(ref.run);
    case 'artifact':
      return ref.isDirectory ? undefined : { command: commands.openArtifact, arguments: [ref] };
    case 'more':
      return { command: commands.loadMore, arguments: [ref] };
    case 'wayOut':
      return { command: ref.way === 'tryAgain' ? commands.restartServer : commands.showLog, arguments: [] };
    case 'experiment':
      return { command: commands.openExperiment, arguments: [{ experimentId: ref.experimentId, keepFocus: true }] };
    case 'runGroup':
    case 'group':
    case 'param':
    case 'tag':
    case 'runModel':
    case 'failure':
      return undefined;
  }
}

function openRun({ runId, experimentId }: RunRef): ReturnType<typeof clickOf> {
  const target: RunTarget = { runId, experimentId, keepFocus: true };
  return { command: commands.openRun, arguments: [target] };
}

/** A hover text in which nothing can be clicked or run, whatever names it holds (`inMarkdown` made them harmless). */
export function safeMarkdown(text: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(text);
  markdown.isTrusted = false;
  markdown.supportHtml = false;
  return markdown;
}

/** The hover of a run with what is often done next. Only these commands can be clicked, each with the run's id alone. */
export function withLinks(text: string, run: Run, baseline: Run | undefined): vscode.MarkdownString {
  const { id } = run.info;
  const hasCode = run.tags.some(({ key, value }) => key === tagNames.gitCommit && value !== '');
  const links: [CommandId, string][] = [
    [commands.openRun, vscode.l10n.t('Open Run')],
    ...(baseline && baseline.info.id !== id
      ? [[commands.compareWithBaseline, vscode.l10n.t('Compare with Baseline')] satisfies [CommandId, string]]
      : []),
    ...(hasCode ? [[commands.openCode, vscode.l10n.t('Open Code')] satisfies [CommandId, string]] : []),
  ];
  // An id that could end a link is no id of Labbook's or MLflow's.
  if (!/^[\w-]+$/.test(id)) {
    return safeMarkdown(text);
  }
  const argument = encodeURIComponent(JSON.stringify([{ runId: id }]));
  const line = links.map(([command, title]) => `[${title}](command:${command}?${argument})`).join(' · ');
  const markdown = safeMarkdown(`${text}\n\n${line}`);
  markdown.isTrusted = { enabledCommands: links.map(([command]) => command) };
  return markdown;
}
