/**
 * A workspace's folder that was renamed or moved is a new workspace for VS Code, with an empty storage; its runs stay in the old one. So is
 * a folder that is reached by another address: another name of an SSH host, another port of a browser's VS Code. Each storage therefore
 * holds which folder it was made for, by the file system's own numbers, which neither changes.
 */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
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
  /** Where the workspace's folder was; the same place where it was only reached otherwise. */
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

/** The one that was used last, where there are several. */
async function leftStore(storage: string, folder: string, identity: string): Promise<LeftStore | undefined> {
  const workspaces = path.dirname(path.dirname(storage));
  const names = await readdir(workspaces).catch(() => []);
  let newest: (LeftStore & { readonly used: number }) | undefined;
  for (const name of names) {
    const other = path.join(workspaces, name, path.basename(storage));
    const note = other === storage ? undefined : await readNote(path.join(other, noteName));
    const store = path.join(other, 'store');
    if (note?.identity === identity && (note.folder !== folder || (await hasRuns(store)))) {
      const used = await timeOf(path.join(store, 'catalog.sqlite'));
      if (used !== undefined && used > (newest?.used ?? -Infinity)) {
        newest = { folder: note.folder, store, used };
      }
    }
  }
  return newest && { folder: newest.folder, store: newest.store };
}

/** Whether something was logged to a store: a window that was only opened makes one, too, and nobody misses that. */
async function hasRuns(store: string): Promise<boolean> {
  const holds = (name: string): Promise<boolean> =>
    readdir(path.join(store, name)).then(
      (names) => names.length > 0,
      () => false,
    );
  return (
    (await timeOf(path.join(store, 'processes.json'))) !== undefined || (await holds('history')) || holds('artifacts')
  );
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

/** When a file was last changed; undefined where it is not there. */
async function timeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
