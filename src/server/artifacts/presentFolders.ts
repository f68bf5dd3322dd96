import { opendir } from 'node:fs/promises';
import { errnoOf } from '../http/errors';
import { takingTurns } from '../turns';
import type { ArtifactStore } from './artifactStore';

/** Names that Labbook gives to experiments and runs: no file system lists them other than they are asked for (case, Unicode). */
const ownName = /^(?:\d+|[0-9a-f]{32})$/;
/** Experiments, and runs in them. */
const levels = 2;
/** Names that are read from a folder at once. */
const namesAtOnce = 512;

/**
 * Tells of places below a store's artifacts whether something may be there, by listing the few folders that they would be in: most runs
 * have no artifacts, and looking for those of each takes longer than deleting them.
 */
export class PresentFolders {
  private readonly names = new Map<string, ReadonlySet<string>>();
  /** As of when `names` is. */
  private foldersMade = -1;

  constructor(private readonly artifacts: ArtifactStore) {}

  /** @returns false where surely nothing is */
  async mayHave(segments: readonly string[]): Promise<boolean> {
    for (const [i, name] of segments.slice(0, levels).entries()) {
      if (!ownName.test(name)) {
        return true;
      }
      if (!(await this.namesIn(segments.slice(0, i))).has(name)) {
        return false;
      }
    }
    return true;
  }

  private async namesIn(segments: readonly string[]): Promise<ReadonlySet<string>> {
    const { foldersMade } = this.artifacts;
    if (foldersMade !== this.foldersMade) {
      this.names.clear();
      this.foldersMade = foldersMade;
    }
    const key = segments.join('/');
    const known = this.names.get(key);
    if (known !== undefined) {
      return known;
    }
    const names = await list(this.artifacts.at(segments));
    this.names.set(key, names);
    return names;
  }
}

async function list(folder: string): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  const turn = takingTurns();
  try {
    for await (const { name } of await opendir(folder, { bufferSize: namesAtOnce })) {
      names.add(name);
      await turn();
    }
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) {
      throw error;
    }
  }
  return names;
}
