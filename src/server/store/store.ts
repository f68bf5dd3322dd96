import path from 'node:path';
import { applyToCatalog } from './apply';
import { Catalog } from './catalog';
import { catalogName } from './checkpoint';
import { StoreDamagedError } from './damage';
import { Databases } from './databases';
import { isFull, realFiles, replaceFile, type StoreFiles, systemCode } from './files';
import { filesHere } from './filesHere';
import { Histories } from './histories';
import { Journal, segmentPattern } from './journal';
import { LabbookStore } from './labbookStore';
import { isReadOnly, lockName, StoreLock } from './lock';
import type { FilePieces } from './pieceFile';
import { recover } from './recover';
import { defaultArtifactLocation } from './resolve';
import { loadSqlite, type SqlJs } from './sqlite';
import type { Store, StoreOptions } from './types';

const journalName = 'journal';
const historyName = 'history';
const artifactsName = 'artifacts';
/** The catalog as an older version left it. */
const keptName = (format: number): string => `catalog-v${format}.sqlite`;
const keptPattern = /^catalog-v\d+\.sqlite(\.tmp)?$/;
/** Lock files of starters that died are removed when they are this old, in milliseconds. */
const oldTemporary = 60_000;

/**
 * Opens the store in a folder, which is made where it is missing. A folder that cannot be written to is opened for reading,
 * without lock and without touching anything.
 * @param files for tests: file operations that fail
 * @throws StoreLockedError where another process has it open; StoreDamagedError, StoreVersionError (all files are left as
 *   they are); system errors
 */
export async function openStore(options: StoreOptions, files?: StoreFiles): Promise<Store> {
  const opening = files ?? filesHere;
  const later = files ?? realFiles;
  // Compiled by other threads meanwhile; where it fails, that is said where it is needed.
  loadSqlite().catch(() => undefined);
  const folder = await reachFolder(opening, options.folder);
  let lock: StoreLock | undefined;
  try {
    lock = await StoreLock.acquire(opening, folder, { later });
    return await openLocked({ opening, later }, folder, options, lock);
  } catch (error) {
    await lock?.release();
    throw isFull(error)
      ? new Error(`The disk of the store ${folder} is full: free some space, then start again.`, { cause: error })
      : error;
  }
}

async function reachFolder(files: StoreFiles, folder: string): Promise<string> {
  try {
    await files.makeFolder(path.resolve(folder));
  } catch (error) {
    if (['EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '')) {
      throw new Error(`The store's folder ${folder} cannot be made: there is a file of that name.`, { cause: error });
    }
    if (isFull(error)) {
      throw new Error(`The store's folder ${folder} cannot be made: the disk is full.`, { cause: error });
    }
    if (!isReadOnly(error)) {
      throw error;
    }
  }
  try {
    return await files.realpath(path.resolve(folder));
  } catch (error) {
    throw systemCode(error) === 'ENOENT'
      ? new Error(`The store's folder ${folder} does not exist and cannot be made.`, { cause: error })
      : error;
  }
}

async function openLocked(
  { opening: files, later }: Record<'opening' | 'later', StoreFiles>,
  folder: string,
  options: StoreOptions,
  lock: StoreLock | undefined,
): Promise<Store> {
  const { artifactRoot } = options;
  const readOnly = lock === undefined;
  const journalFolder = path.join(folder, journalName);
  const historyFolder = path.join(folder, historyName);
  if (!readOnly) {
    for (const name of [journalName, historyName, artifactsName]) {
      await files.makeFolder(path.join(folder, name));
    }
  }
  // What is read may be in the system's memory only, when it was written by a process that was killed. Whatever comes builds on it, so it
  // has to be durable first. Meanwhile it is read.
  const syncs = readOnly ? [] : [journalFolder, historyFolder, folder].map((each) => files.syncFolder(each));
  syncs.forEach((each) => void each.catch(() => undefined));
  const sqlite = await loadSqlite();
  const { migrations } = options;
  const catalog =
    (await openCatalog(files, folder, sqlite, migrations)) ??
    (await createCatalog(files, folder, sqlite, artifactRoot, readOnly));
  const histories = new Histories(sqlite, later, historyFolder, options.pointSizes, migrations);
  const databases = new Databases(catalog, histories, migrations);
  try {
    const saved = catalog.applied;
    const { segments, warnings } = await recover(files, journalFolder, databases, readOnly);
    await Promise.all(syncs);
    if (!readOnly) {
      // Only now: with an error above, all files stay as they were.
      await removeTemporaries(files, folder);
      await switchVersion(files, folder, catalog);
    }
    const journal = new Journal(later, journalFolder, segments, options);
    const { refuseWrites = false, onFailedCheckpoint } = options;
    const parts = {
      folder,
      warnings,
      files: later,
      databases,
      journal,
      saved,
      artifactRoot,
      lock,
      onFailedCheckpoint,
    };
    return new LabbookStore({ ...parts, refuseWrites });
  } catch (error) {
    databases.close();
    throw error;
  }
}

/** Undefined where there is none yet. */
async function openCatalog(
  files: StoreFiles,
  folder: string,
  sqlite: SqlJs,
  migrations: StoreOptions['migrations'],
): Promise<Catalog | undefined> {
  const file = path.join(folder, catalogName);
  let content: FilePieces;
  try {
    content = await files.readInPieces(file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
  return Catalog.open(sqlite, file, content, migrations);
}

async function createCatalog(
  files: StoreFiles,
  folder: string,
  sqlite: SqlJs,
  artifactRoot: string,
  readOnly: boolean,
): Promise<Catalog> {
  if (readOnly) {
    throw new Error(`The folder ${folder} cannot be written to and holds no store.`);
  }
  const segments = (await files.list(path.join(folder, journalName))).filter((name) => segmentPattern.test(name));
  const histories = (await files.list(path.join(folder, historyName))).filter((name) => name.endsWith('.sqlite'));
  if (segments.length + histories.length > 0) {
    throw new StoreDamagedError(
      path.join(folder, catalogName),
      0,
      'It is missing, while the folder holds data of a store.',
    );
  }
  const catalog = Catalog.create(sqlite);
  // MLflow's fresh stores have it too. It is in the first catalog file, not in the journal: revision 0 is a fresh store.
  const artifactLocation = defaultArtifactLocation(artifactRoot, 0);
  applyToCatalog(catalog, {
    kind: 'createExperiment',
    id: 0,
    name: 'Default',
    artifactLocation,
    tags: [],
    time: Date.now(),
  });
  await syncParents(files, folder);
  await replaceFile(files, path.join(folder, catalogName), catalog.export());
  await files.syncFolder(folder);
  return catalog;
}

/** The folder itself may be new, and those above it. */
async function syncParents(files: StoreFiles, folder: string): Promise<void> {
  for (let each = path.dirname(folder); ; each = path.dirname(each)) {
    try {
      await files.syncFolder(each);
    } catch (error) {
      // It can be passed through and not read: then it was not made just now.
      if (!isReadOnly(error)) {
        throw error;
      }
    }
    if (each === path.dirname(each)) {
      return;
    }
  }
}

/**
 * Replaces the catalog of an older version, of which a copy is kept until the new one has been opened. From here on the older Labbook
 * refuses the store, so this comes before anything else of the new version is written.
 */
async function switchVersion(files: StoreFiles, folder: string, catalog: Catalog): Promise<void> {
  const file = path.join(folder, catalogName);
  if (catalog.migratedFrom !== undefined) {
    await replaceFile(files, path.join(folder, keptName(catalog.migratedFrom)), await files.read(file));
    await files.syncFolder(folder);
    await replaceFile(files, file, catalog.export());
    await files.syncFolder(folder);
    return;
  }
  for (const name of await files.list(folder)) {
    if (keptPattern.test(name)) {
      await files.remove(path.join(folder, name));
    }
  }
}

/** What a process left that died while it wrote. Nothing of it was ever used. */
async function removeTemporaries(files: StoreFiles, folder: string): Promise<void> {
  for (const name of await files.list(folder)) {
    const file = path.join(folder, name);
    if (name === `${catalogName}.tmp` || (name.startsWith(`${lockName}-`) && name.endsWith('.claim'))) {
      // With the lock held, every claim belongs to a race that is over.
      await files.remove(file);
    } else if (name.startsWith(`${lockName}-`) && name.endsWith('.tmp')) {
      // It may be that of somebody who is starting right now.
      const facts = await files.facts(file);
      if (facts !== undefined && Date.now() - facts.modified > oldTemporary) {
        await files.remove(file);
      }
    }
  }
  for (const name of [journalName, historyName]) {
    for (const each of await files.list(path.join(folder, name))) {
      if (each.endsWith('.tmp')) {
        await files.remove(path.join(folder, name, each));
      }
    }
  }
}
