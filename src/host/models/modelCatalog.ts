import { mapLimited } from '../../client/mapLimited';
import { RequestError } from '../../client/requestError';
import type { TrackingClient } from '../../client/types';
import type { ModelVersion, RegisteredModel } from '../../core/registry';
import type { RegistryModel } from './modelNodes';

/** Up to this many models, the versions of each are read with the list, so that they can be counted. */
const countedModels = 50;
const parallelReads = 4;

/** What the view Models shows of a server: read when somebody looks, and again after it changed. */
export class ModelCatalog implements RegistryModel {
  #models: readonly RegisteredModel[] = [];
  readonly #versions = new Map<string, readonly ModelVersion[]>();
  /** Models whose versions were read before they changed; what is there is shown until they are read again. */
  readonly #stale = new Set<string>();
  readonly #runNames = new Map<string, string>();

  get models(): readonly RegisteredModel[] {
    return this.#models;
  }

  versions(model: string): readonly ModelVersion[] | undefined {
    return this.#versions.get(model);
  }

  runName(runId: string): string | undefined {
    return this.#runNames.get(runId);
  }

  /** Has the versions of these models (without names: of all) read again when they are next seen. */
  outdate(names: readonly string[] = [...this.#versions.keys()]): void {
    names.forEach((name) => this.#stale.add(name));
  }

  /** @returns whether one of the runs' names is shown */
  outdateRuns(runIds: readonly string[]): boolean {
    const known = runIds.filter((id) => this.#runNames.delete(id));
    if (known.length > 0) {
      this.outdate();
    }
    return known.length > 0;
  }

  async load(client: TrackingClient): Promise<void> {
    this.#models = await client.registry.models();
    if (this.#models.length <= countedModels) {
      await mapLimited(this.#models, parallelReads, ({ name }) => this.loadVersions(client, name));
    }
  }

  async loadVersions(client: TrackingClient, model: string): Promise<void> {
    if (this.#versions.has(model) && !this.#stale.has(model)) {
      return;
    }
    // Before the question: a change that comes while it is under way makes its answer stale.
    this.#stale.delete(model);
    const versions = await client.registry.versions(model);
    const runIds = new Set(versions.flatMap(({ runId }) => (runId === undefined ? [] : [runId])));
    await mapLimited(
      [...runIds].filter((id) => !this.#runNames.has(id)),
      parallelReads,
      async (id) => {
        try {
          this.#runNames.set(id, (await client.getRun(id)).info.name);
        } catch (error) {
          // A version outlives the run that made it.
          if (!(error instanceof RequestError && error.status === 404)) {
            throw error;
          }
        }
      },
    );
    this.#versions.set(model, versions);
  }
}
