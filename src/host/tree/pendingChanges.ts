import type { ChangeBatch } from '../../protocol/extras';

/** What changed since it was last looked at: any number of batches of the change feed in one. */
export interface Changes {
  /** Everything may have changed. */
  readonly all: boolean;
  readonly experiments: ReadonlySet<string>;
  /** Runs to read again, by experiment. */
  readonly runs: ReadonlyMap<string, ReadonlySet<string>>;
  /** Runs whose files changed, with their experiments. */
  readonly artifacts: ReadonlyMap<string, string>;
}

export class PendingChanges {
  #all = false;
  #experiments = new Set<string>();
  #runs = new Map<string, Set<string>>();
  #artifacts = new Map<string, string>();

  addAll(): void {
    this.#all = true;
  }

  add(batch: ChangeBatch): void {
    batch.experiments.forEach((id) => this.#experiments.add(id));
    for (const { run_id: runId, experiment_id: experimentId, aspects } of batch.runs) {
      if (aspects.includes('artifacts')) {
        this.#artifacts.set(runId, experimentId);
      }
      if (aspects.some((aspect) => aspect !== 'artifacts')) {
        const runs = this.#runs.get(experimentId) ?? new Set();
        this.#runs.set(experimentId, runs.add(runId));
      }
    }
  }

  /** What was gathered; from here on it is the taker's. */
  take(): Changes {
    const taken = { all: this.#all, experiments: this.#experiments, runs: this.#runs, artifacts: this.#artifacts };
    this.#all = false;
    this.#experiments = new Set();
    this.#runs = new Map();
    this.#artifacts = new Map();
    return taken;
  }
}
