import path from 'node:path';
import type { Translate } from './text';

/**
 * The folder of the store: the setting (a `~` is the home folder, a relative path starts at the workspace's first folder), else
 * the storage that VS Code keeps for the workspace, else (no folder is open) the one for all windows.
 * @returns an absolute path
 */
export function storeFolder(from: {
  readonly setting: string;
  readonly workspaceFolder: string | undefined;
  readonly workspaceStorage: string | undefined;
  readonly globalStorage: string;
  readonly home: string;
}): string {
  const setting = from.setting.trim();
  const storage = path.join(from.workspaceStorage ?? from.globalStorage, 'store');
  if (setting === '') {
    return storage;
  }
  return folderOf(setting, from);
}

/**
 * The storage of a workspace, the same for all its windows. VS Code numbers it (`<workspace>-1` to `-9`) for a window that finds it held:
 * by another one, or for minutes after a window was killed by what waits for that to come back.
 * @param storage VS Code's folder for this extension in this workspace, `…/workspaceStorage/<workspace>/<extension>`
 */
export function sharedStorage(storage: string): string {
  // A workspace's own name may begin with a dash.
  const workspace = path.dirname(storage).replace(/(?<=[^-/\\])-[1-9]$/, '');
  return path.join(workspace, path.basename(storage));
}

/**
 * What people are told that a store is: this workspace's own, that of all windows without a folder, or the name of the folder that a
 * setting gives.
 */
export function storeWords(
  from: { readonly setting: string; readonly workspaceStorage: string | undefined; readonly folder: string },
  t: Translate,
): string {
  if (from.setting.trim() !== '') {
    return path.basename(from.folder) || from.folder;
  }
  return from.workspaceStorage === undefined ? t('windows without a folder') : t('this workspace');
}

/** The folder that a setting names: a `~` is the home folder, a relative path starts at the workspace's first folder. */
export function folderOf(
  setting: string,
  from: { readonly workspaceFolder: string | undefined; readonly home: string },
): string {
  const expanded = setting === '~' || /^~[/\\]/.test(setting) ? path.join(from.home, setting.slice(1)) : setting;
  return path.resolve(from.workspaceFolder ?? from.home, expanded);
}

/**
 * How the setting names a folder that was chosen, so that `folderOf` finds it again: below the workspace's first folder relative to
 * that, because such a store moves with its project; else as it is.
 */
export function folderSetting(folder: string, workspaceFolder: string | undefined): string {
  if (workspaceFolder === undefined) {
    return folder;
  }
  const inside = path.relative(workspaceFolder, folder).split(path.sep);
  // Another drive of Windows is absolute.
  const isOutside = inside[0] === '..' || path.isAbsolute(inside.join(path.sep));
  return isOutside ? folder : `./${inside.join('/')}`;
}
