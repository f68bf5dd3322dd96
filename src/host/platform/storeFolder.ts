import path from 'node:path';

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

/** The folder that a setting names: a `~` is the home folder, a relative path starts at the workspace's first folder. */
export function folderOf(
  setting: string,
  from: { readonly workspaceFolder: string | undefined; readonly home: string },
): string {
  const expanded = setting === '~' || /^~[/\\]/.test(setting) ? path.join(from.home, setting.slice(1)) : setting;
  return path.resolve(from.workspaceFolder ?? from.home, expanded);
}
