import type { RunInfo } from '../../../core/model';
import type { Page } from '../types';

/**
 * Something on the disk that nothing in the catalog needs any more: the `history` of a run (by its id), the `artifacts` of a run or
 * a logged model (by their URI), the `location` that an experiment kept its artifacts below (a URI).
 */
export interface Removal {
  readonly kind: 'history' | 'artifacts' | 'location';
  readonly name: string;
}

export type PurgeWrite =
  /** Deletes for good what is deleted already: runs, and experiments with all of their runs. Few at a time: it is one change. */
  | { kind: 'purge'; runIds: readonly string[]; experimentIds: readonly string[] }
  /** What a purge left on the disk is removed. */
  | { kind: 'noteRemoved'; removals: readonly Removal[] };

/** Removes files of artifacts. @returns those that are gone now; what fails is tried again when the store opens next */
export type RemoveArtifacts = (removals: readonly Removal[]) => Promise<readonly Removal[]>;

/** What permanent deletion asks the store. */
export interface PurgeReader {
  /** Runs of an experiment whatever their stage, those deleted included, in the order of creation, from the one after `after` on. */
  runsOf(experimentId: string, page: { readonly after: string | undefined; readonly limit: number }): Page<RunInfo>;
  /** When a run was deleted, Unix milliseconds; 0 where it is not. */
  deletedAt(runId: string): number;
  /** URIs of the artifacts that a run's own logged models have. */
  modelUris(runId: string): string[];
  /** URIs of the artifacts of all logged models of an experiment. */
  modelUrisIn(experimentId: string): string[];
  /** Bytes of the points' files that runs have on the disk, by run; runs without any are left out. */
  historyBytes(runIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** `artifact_location` of all experiments, each once. */
  locations(): string[];
  /** What is still to be removed from the disk. */
  removals(): Removal[];
  /**
   * Removes what purges left on the disk. A purge is durable before; what is not removed here (a crash) is removed when this is
   * called after the store was opened again.
   */
  finish(remove: RemoveArtifacts): Promise<void>;
}
