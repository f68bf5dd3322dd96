import { isDeepStrictEqual } from 'node:util';
import type { ArtifactCache } from './artifactCache';

/** All files of a run. */
export interface ArtifactTotal {
  readonly files: number;
  readonly bytes: number;
}

/** A run with more folders is not looked through: what it has is told when its folders are opened. */
const mostFolders = 50;
/** Milliseconds between two looks into the same run, while a script goes on adding files. */
const lookInterval = 3000;

/** Looks through the folders of runs whose row "Artifacts" is drawn, so that it tells how much there is before anyone opens it. */
export class ArtifactTotals {
  readonly #totals = new Map<string, ArtifactTotal>();
  /** Runs that are looked through, and those that are not again until their timer ends. */
  readonly #looks = new Map<string, NodeJS.Timeout | undefined>();
  #isDisposed = false;

  /**
   * @param canLook false where listing folders is dear
   * @param onTotal more is known of a run's files
   * @param interval milliseconds between two looks into the same run
   */
  constructor(
    private readonly cache: Pick<ArtifactCache, 'get' | 'load'>,
    private readonly canLook: () => boolean,
    private readonly onTotal: (runId: string) => void,
    private readonly interval = lookInterval,
  ) {}

  /** As it was found last. */
  get(runId: string): ArtifactTotal | undefined {
    return this.#totals.get(runId);
  }

  /** To be told when the row is drawn. Nothing is read that is known. */
  look(runId: string): void {
    if (this.canLook() && !this.#isDisposed && !this.#looks.has(runId)) {
      void this.#look(runId);
    }
  }

  clear(): void {
    this.#looks.forEach((timer) => clearTimeout(timer));
    this.#looks.clear();
    this.#totals.clear();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.clear();
  }

  async #look(runId: string): Promise<void> {
    this.#looks.set(runId, undefined);
    const wasListed = this.cache.get(runId, '') !== undefined;
    let isRead = false;
    let isNews = false;
    try {
      const total = await this.#sum(runId);
      isRead = true;
      isNews = !wasListed || !isDeepStrictEqual(total, this.#totals.get(runId));
      if (total !== undefined) {
        this.#totals.set(runId, total);
      }
    } catch {
      // The row tells no number then; who opens it is told why.
    }
    if (!this.#isDisposed && this.#looks.has(runId)) {
      this.#pause(runId, isRead);
      if (isNews) {
        this.onTotal(runId);
      }
    }
  }

  /** Until it has passed, drawn rows start no look. Files that came meanwhile are looked at then. */
  #pause(runId: string, isRead: boolean): void {
    const timer = setTimeout(() => {
      this.#looks.delete(runId);
      if (isRead && this.cache.get(runId, '') === undefined) {
        this.look(runId);
      }
    }, this.interval);
    timer.unref();
    this.#looks.set(runId, timer);
  }

  /** @returns undefined where there are too many folders */
  async #sum(runId: string): Promise<ArtifactTotal | undefined> {
    const waiting = [''];
    let [files, bytes] = [0, 0];
    for (let folders = 0; ; folders += 1) {
      const folder = waiting.pop();
      if (folder === undefined) {
        return { files, bytes };
      }
      if (folders === mostFolders) {
        return undefined;
      }
      for (const { path, isDirectory, size = 0 } of await this.cache.load(runId, folder)) {
        if (isDirectory) {
          waiting.push(path);
        } else {
          files += 1;
          bytes += size;
        }
      }
    }
  }
}
