import { applyToCatalog } from './apply';
import type { Catalog } from './catalog';
import type { Effect } from './effects';
import { defaultArtifactLocation } from './resolve';
import { real, text } from './sqlite';

export interface MissingOptions {
  readonly artifactRoot: string;
  /** Ids of runs that have artifacts, with the URI of these. */
  readonly runsWithArtifacts: ReadonlyMap<string, string>;
  /** The first number that no change of the journal gives to an experiment. */
  readonly freeExperiment: number;
  /** Told of each thing that is made again. */
  readonly lose: (what: string) => void;
}

/**
 * Makes experiments and runs again in a repaired catalog, of which only what belongs to them was found. Everything inside a
 * transaction.
 */
export class Missing {
  private readonly time = Date.now();
  /** The experiment for runs whose own is not known. */
  private recovered: number | undefined;

  constructor(
    private readonly catalog: Catalog,
    private readonly options: MissingOptions,
  ) {}

  /** Every store has experiment 0, from the beginning. */
  makeDefault(): void {
    if (this.catalog.experiment(0) === undefined && this.catalog.nextExperimentId() === 0) {
      this.makeExperiment(0, 'Default');
    }
  }

  /** Makes what a change of the journal needs. */
  makeFor(effect: Effect): void {
    switch (effect.kind) {
      case 'createRun':
        this.needExperiment(effect.experimentId);
        break;
      case 'log':
      case 'updateRun':
      case 'deleteRun':
      case 'restoreRun':
      case 'deleteTag':
      case 'logInputs':
      case 'logOutputs':
        this.needRun(effect.runId);
        break;
      default:
        // Whether it can be carried out shows when it is tried.
        break;
    }
  }

  /** Makes the experiments of runs, and the runs of histories and artifacts. @param histories ids of runs */
  makeAll(histories: readonly string[]): void {
    const { db } = this.catalog;
    db.run(
      "UPDATE runs SET status = 'FAILED' WHERE status NOT IN ('RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED')",
    );
    db.rows('SELECT DISTINCT experiment FROM runs').forEach((row) => this.needExperiment(real(row[0])));
    for (const runId of [...histories, ...this.options.runsWithArtifacts.keys()]) {
      this.needRun(runId);
    }
  }

  /** True where it was deleted for good and only its files are not gone yet. */
  private isPurged(runId: string): boolean {
    const uri = this.options.runsWithArtifacts.get(runId) ?? '';
    return this.catalog.db.row('SELECT 1 FROM removals WHERE name IN (?, ?)', runId, uri) !== undefined;
  }

  private needExperiment(id: number): void {
    if (this.catalog.experiment(id) === undefined) {
      this.makeExperiment(id, `Recovered experiment ${id}`);
      this.options.lose(`Of experiment ${id} only its runs could be recovered.`);
    }
  }

  private needRun(runId: string): void {
    if (this.catalog.run(runId) !== undefined || this.isPurged(runId)) {
      return;
    }
    const { artifactRoot, runsWithArtifacts, freeExperiment } = this.options;
    if (this.recovered === undefined) {
      this.recovered = Math.max(this.catalog.nextExperimentId(), freeExperiment);
      this.makeExperiment(this.recovered, `Recovered runs ${new Date(this.time).toISOString()}`);
    }
    const location = defaultArtifactLocation(artifactRoot, this.recovered);
    const name = `recovered-${runId.slice(0, 8)}`;
    this.change({
      kind: 'createRun',
      runId,
      experimentId: this.recovered,
      name,
      userId: '',
      startTime: this.time,
      artifactUri: runsWithArtifacts.get(runId) ?? `${location}/${runId}/artifacts`,
      tags: [{ key: 'mlflow.runName', value: name }],
    });
    this.change({ kind: 'updateRun', runId, status: 'FAILED' });
    this.options.lose(`Of run ${runId} only points, artifacts and what the journal has could be recovered.`);
  }

  /** Another one may have the name. */
  private makeExperiment(id: number, wanted: string): void {
    let name = wanted;
    while (this.catalog.experimentByName(name) !== undefined) {
      name += '+';
    }
    const artifactLocation = defaultArtifactLocation(this.options.artifactRoot, id);
    this.change({ kind: 'createExperiment', id, name, artifactLocation, tags: [], time: this.time });
  }

  private change(effect: Effect): void {
    applyToCatalog(this.catalog, effect);
  }
}

/** Runs that a catalog knows, by what `name` makes of their ids. */
export function runsBy(catalog: Catalog, name: (runId: string) => string): Map<string, string> {
  return new Map(catalog.db.rows('SELECT run_id FROM runs').map((row) => [name(text(row[0])), text(row[0])]));
}
