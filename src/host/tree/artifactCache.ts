import type { ArtifactEntry } from '../../core/model';

type Entries = readonly ArtifactEntry[];
type List = (runId: string, path: string) => Promise<Entries>;

/** One run's folders: those that were listed, and those that are being listed. */
interface Folders {
  readonly listed: Map<string, Entries>;
  readonly listing: Map<string, Promise<Entries>>;
}

/** Listings of artifact folders. A folder is listed once, until files of its run change. */
export class ArtifactCache {
  readonly #runs = new Map<string, Folders>();

  constructor(private readonly list: List) {}

  /** Undefined until the folder was listed. */
  get(runId: string, path: string): Entries | undefined {
    return this.#runs.get(runId)?.listed.get(path);
  }

  async load(runId: string, path: string): Promise<Entries> {
    // An answer that comes after `forget` goes to folders that nobody looks at any more.
    const folders: Folders = this.#runs.get(runId) ?? { listed: new Map(), listing: new Map() };
    this.#runs.set(runId, folders);
    const listing = folders.listing.get(path) ?? this.list(runId, path);
    folders.listing.set(path, listing);
    try {
      const entries = await listing;
      folders.listed.set(path, entries);
      return entries;
    } catch (error) {
      folders.listing.delete(path);
      throw error;
    }
  }

  /** The run's files changed. */
  forget(runId: string): void {
    this.#runs.delete(runId);
  }

  clear(): void {
    this.#runs.clear();
  }
}
