import path from 'node:path';
import { applyToCatalog } from './apply';
import { Catalog } from './catalog';
import { journalName } from './check';
import { catalogName } from './checkpoint';
import { decodeEffects } from './effects';
import { replaceFile, type StoreFiles } from './files';
import { migrations } from './migrations';
import { readJournal } from './recover';
import { loadSqlite } from './sqlite';

/** Brings the catalog's file up to the change `seq`, which the journal has, synced. */
export type SaveCatalog = (folder: string, seq: number) => Promise<void>;

/**
 * Saves the catalog without the one that is open: from its last file and the journal, as opening the store would. For another thread,
 * since the export of a large catalog takes long. The store must be held, and its checkpoint wait for this.
 * @throws StoreDamagedError, StoreVersionError, system errors
 */
export async function saveCatalogAside(
  files: StoreFiles,
  folder: string,
  seq: number,
  known = migrations,
): Promise<void> {
  const file = path.join(folder, catalogName);
  const catalog = Catalog.open(await loadSqlite(), file, await files.read(file), known);
  try {
    const { segments } = await readJournal(files, path.join(folder, journalName));
    catalog.db.script('BEGIN');
    for (const frame of segments.flatMap(({ frames }) => frames)) {
      // A frame is one group of writes, and `seq` the end of one.
      if (frame.first > seq || frame.first + frame.count <= catalog.applied + 1) {
        continue;
      }
      for (const [i, effect] of decodeEffects(frame.payload, frame.format, known).entries()) {
        const number = frame.first + i;
        if (number > catalog.applied) {
          applyToCatalog(catalog, effect);
          catalog.applied = number;
        }
      }
    }
    catalog.db.script('COMMIT');
    if (catalog.applied < seq) {
      throw new Error(`The journal ends with change ${catalog.applied}, not ${seq}.`);
    }
    await replaceFile(files, file, catalog.export());
    await files.syncFolder(folder);
  } finally {
    catalog.db.close();
  }
}
