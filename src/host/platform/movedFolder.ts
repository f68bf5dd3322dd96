/**
 * A workspace's folder that was renamed or moved is a new workspace for VS Code, with an empty storage; its runs stay in the old one. Each
 * storage therefore holds which folder it was made for, by the file system's own numbers, which a rename does not change.
 */
import { access, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Beside the store, in the storage that VS Code gives an extension for a workspace. */
const noteName = 'folder.json';

interface FolderNote {
  /** Absolute. */
  readonly folder: string;
  /** Device, file number and time of birth. */
  readonly identity: string;
}

export interface LeftStore {
  /** Where the workspace's folder was. */
  readonly folder: string;
  readonly store: string;
}

/**
 * Notes which folder a storage is for.
 * @param storage VS Code's folder for this extension in this workspace, `…/workspaceStorage/<workspace>/<extension>`
 * @returns the store that the same folder had at another place, where this storage is new and there is one
 */
export async function followFolder(storage: string, folder: string): Promise<LeftStore | undefined> {
  const file = path.join(storage, noteName);
  const isNew = (await readNote(file)) === undefined;
  const identity = await identityOf(folder);
  if (identity === undefined) {
    return undefined;
  }
  const left = isNew ? await leftStore(storage, folder, identity) : undefined;
  const note: FolderNote = { folder, identity };
  await mkdir(storage, { recursive: true, mode: 0o700 });
  await writeFile(file, `${JSON.stringify(note)}\n`, { mode: 0o600 });
  return left;
}

async function leftStore(storage: string, folder: string, identity: string): Promise<LeftStore | undefined> {
  const workspaces = path.dirname(path.dirname(storage));
  const names = await readdir(workspaces).catch(() => []);
  for (const name of names) {
    const other = path.join(workspaces, name, path.basename(storage));
    const note = other === storage ? undefined : await readNote(path.join(other, noteName));
    const store = path.join(other, 'store');
    if (note?.identity === identity && note.folder !== folder && (await isThere(path.join(store, 'catalog.sqlite')))) {
      return { folder: note.folder, store };
    }
  }
  return undefined;
}

async function identityOf(folder: string): Promise<string | undefined> {
  try {
    const { dev, ino, birthtimeMs } = await stat(folder);
    return [dev, ino, birthtimeMs].join(':');
  } catch {
    // A folder that is not there moved nowhere.
    return undefined;
  }
}

async function readNote(file: string): Promise<FolderNote | undefined> {
  try {
    const note: unknown = JSON.parse(await readFile(file, 'utf8'));
    const folder: unknown = typeof note === 'object' && note !== null ? Reflect.get(note, 'folder') : undefined;
    const identity: unknown = typeof note === 'object' && note !== null ? Reflect.get(note, 'identity') : undefined;
    return typeof folder === 'string' && typeof identity === 'string' ? { folder, identity } : undefined;
  } catch {
    // None yet, or not ours.
    return undefined;
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
