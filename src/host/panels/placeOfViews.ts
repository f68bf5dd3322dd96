import path from 'node:path';
import { folderOf } from '../platform/storeFolder';

/** Where the setting says nothing: as its default (package.json) does. */
const usual = '.labbook/views';

/**
 * The folder of saved views, absolute. @param setting relative to the workspace's first folder, `~` is the home folder; empty: as usual
 * @returns undefined where no folder is open and the setting needs one
 */
export function placeOfViews(
  setting: string,
  from: { readonly workspaceFolder: string | undefined; readonly home: string },
): string | undefined {
  const name = setting.trim() || usual;
  const isOwn = path.isAbsolute(name) || /^~(?:[/\\]|$)/.test(name);
  return from.workspaceFolder === undefined && !isOwn ? undefined : folderOf(name, from);
}
