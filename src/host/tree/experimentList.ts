import { compareInt64 } from '../../core/int64';
import type { Experiment } from '../../core/model';
import type { LoadedRuns } from './loadedRuns';
import type { ExperimentEntry } from './model';

export interface Entry extends ExperimentEntry {
  readonly list: LoadedRuns | undefined;
}

/** The experiments that the tree shows, newest first, each with what is known of its runs. */
export class ExperimentList {
  #entries: readonly Entry[] = [];

  get all(): readonly Entry[] {
    return this.#entries;
  }

  /** Ids, those first in which something happened last. */
  byActivity(): string[] {
    return [...this.#entries]
      .sort((a, b) => compareInt64(b.experiment.updatedAt, a.experiment.updatedAt))
      .map(({ experiment }) => experiment.id);
  }

  /** Ids of the loaded runs that are running. */
  running(): string[] {
    return this.#entries.flatMap(({ list }) => [...(list?.running ?? [])]);
  }

  /** Those of the runs that are loaded, with their experiments. */
  withTheirs(runIds: readonly string[]): Map<string, string> {
    const found = this.#entries.flatMap(({ experiment, list }) =>
      runIds.filter((id) => list?.runs.has(id)).map((id): [string, string] => [id, experiment.id]),
    );
    return new Map(found);
  }

  get(id: string): Entry | undefined {
    return this.#entries.find(({ experiment }) => experiment.id === id);
  }

  /** Takes over which experiments there are; what is known of the runs of those that stay is kept. */
  replace(experiments: readonly Experiment[]): void {
    const known = new Map(this.#entries.map((entry) => [entry.experiment.id, entry]));
    this.#entries = experiments
      .map((experiment) => {
        const { list, total } = known.get(experiment.id) ?? {};
        return { experiment, list, total };
      })
      .sort(
        (a, b) =>
          compareInt64(b.experiment.createdAt, a.experiment.createdAt) ||
          Number(b.experiment.id) - Number(a.experiment.id),
      );
  }

  add(experiment: Experiment): void {
    this.replace([...this.#entries.map((entry) => entry.experiment), experiment]);
  }

  remove(id: string): void {
    this.#entries = this.#entries.filter(({ experiment }) => experiment.id !== id);
  }

  /** Nothing happens where the experiment is gone. */
  change(id: string, change: Partial<Entry>): void {
    this.#entries = this.#entries.map((entry) => (entry.experiment.id === id ? { ...entry, ...change } : entry));
  }

  clear(): void {
    this.#entries = [];
  }
}

/** Whether something that is written beside an experiment is another. */
export function looksDiffer(a: Experiment | undefined, b: Experiment | undefined): boolean {
  return a?.name !== b?.name || JSON.stringify(a?.tags) !== JSON.stringify(b?.tags);
}
