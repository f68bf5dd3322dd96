import type { PanelArtifact } from '../../src/protocol/panels';
import type { PanelSession } from '../shared/session';
import { Store } from '../shared/store';

/** What is known of one folder. */
export interface Folder {
  readonly entries: readonly PanelArtifact[] | undefined;
  readonly error: string | undefined;
}

export type Folders = ReadonlyMap<string, Folder>;

/** The folders of a run's artifacts, each read when it is opened. */
export class ArtifactTree {
  /** By path; the root is the empty one. */
  readonly folders = new Store<Folders>(new Map());
  readonly #abort = new AbortController();

  constructor(
    private readonly session: PanelSession,
    private readonly runId: string,
  ) {}

  /** Reads a folder, again if it was read before; what was there stays meanwhile. */
  async read(path: string): Promise<void> {
    const before = this.folders.get().get(path);
    if (!before) {
      this.#set(path, { entries: undefined, error: undefined });
    }
    try {
      const { signal } = this.#abort;
      const { entries } = await this.session.host.channel.request('artifacts', { runId: this.runId, path }, { signal });
      const compare = new Intl.Collator('en', { numeric: true }).compare;
      const sorted = [...entries].sort(
        (a, b) => Number(b.isDirectory) - Number(a.isDirectory) || compare(a.path, b.path),
      );
      this.#set(path, { entries: sorted, error: undefined });
    } catch (error) {
      if (!this.#abort.signal.aborted) {
        const message = error instanceof Error ? error.message : String(error);
        this.#set(path, { entries: before?.entries, error: message });
      }
    }
  }

  async readAgain(): Promise<void> {
    await Promise.all([...this.folders.get().keys()].map((path) => this.read(path)));
  }

  dispose(): void {
    this.#abort.abort();
  }

  #set(path: string, folder: Folder): void {
    this.folders.update((folders) => new Map(folders).set(path, folder));
  }
}

export interface Row {
  readonly entry: PanelArtifact;
  readonly depth: number;
  readonly isOpen: boolean;
}

/** The entries in sight, from top to bottom. */
export function visibleRows(folders: Folders, open: ReadonlySet<string>, path = '', depth = 0): Row[] {
  return (folders.get(path)?.entries ?? []).flatMap((entry) => {
    const isOpen = entry.isDirectory && open.has(entry.path);
    return [{ entry, depth, isOpen }, ...(isOpen ? visibleRows(folders, open, entry.path, depth + 1) : [])];
  });
}
