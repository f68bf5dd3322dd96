import path from 'node:path';
import { applyToCatalog } from './apply';
import { Catalog } from './catalog';
import { catalogName } from './checkpoint';
import { StoreDamagedError } from './damage';
import { Databases } from './databases';
import { realFiles, replaceFile, type StoreFiles } from './files';
import { Histories } from './histories';
import { Journal, segmentPattern } from './journal';
import { LabbookStore } from './labbookStore';
import { recover } from './recover';
import { defaultArtifactLocation } from './resolve';
import { loadSqlite } from './sqlite';
import type { Store, StoreOptions } from './types';

/**
 * Opens the store in a folder, which is made where it is missing.
 * @param files for tests: file operations that fail
 * @throws StoreLockedError where another process has it open; StoreDamagedError, StoreVersionError (all files are left as
 *   they are); system errors
 */
export async function openStore(options: StoreOptions, files: StoreFiles = realFiles): Promise<Store> {
  await files.makeFolder(options.folder);
  const folder = await files.realpath(options.folder);
  const journalFolder = path.join(folder, 'journal');
  const historyFolder = path.join(folder, 'history');
  for (const each of [journalFolder, historyFolder, path.join(folder, 'artifacts')]) {
    await files.makeFolder(each);
  }
  const sqlite = await loadSqlite();
  const catalogFile = path.join(folder, catalogName);
  let catalog: Catalog;
  if ((await files.facts(catalogFile)) === undefined) {
    await refuseWithoutCatalog(files, folder);
    catalog = Catalog.create(sqlite);
    createDefaultExperiment(catalog, options.artifactRoot);
    await replaceFile(files, catalogFile, catalog.export());
    await files.syncFolder(folder);
  } else {
    catalog = Catalog.open(sqlite, catalogFile, await files.read(catalogFile));
  }
  const databases = new Databases(catalog, new Histories(sqlite, files, historyFolder));
  const saved = catalog.applied;
  const { segments, bytes, warnings } = await recover(files, journalFolder, databases, false);
  const journal = new Journal(files, journalFolder, segments, bytes);
  return new LabbookStore({
    folder,
    readOnly: false,
    warnings,
    files,
    databases,
    journal,
    saved,
    artifactRoot: options.artifactRoot,
  });
}

/** A fresh folder has no catalog; one that has changes or histories without a catalog has lost it. */
async function refuseWithoutCatalog(files: StoreFiles, folder: string): Promise<void> {
  const segments = (await files.list(path.join(folder, 'journal'))).filter((name) => segmentPattern.test(name));
  const histories = (await files.list(path.join(folder, 'history'))).filter((name) => name.endsWith('.sqlite'));
  if (segments.length + histories.length > 0) {
    throw new StoreDamagedError(
      path.join(folder, catalogName),
      0,
      'It is missing, while the folder holds data of a store.',
    );
  }
}

/** MLflow's fresh stores have it too. It is in the first catalog file, not in the journal: revision 0 is a fresh store. */
function createDefaultExperiment(catalog: Catalog, artifactRoot: string): void {
  const artifactLocation = defaultArtifactLocation(artifactRoot, 0);
  applyToCatalog(catalog, {
    kind: 'createExperiment',
    id: 0,
    name: 'Default',
    artifactLocation,
    tags: [],
    time: Date.now(),
  });
}
