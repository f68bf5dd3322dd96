import type { TrackingClient } from '../../client/types';
import type { Run } from '../../core/model';
import type { ModelVersion } from '../../core/registry';
import { historyTag, modelSources, pathsInHistory, type ModelSource } from '../commands/modelSources';

/** A model that a run logged, and the registered versions that were made of it, newest first. */
export interface RunModel {
  /** Its path among the run's artifacts, or its name (MLflow 3). */
  readonly path: string;
  readonly versions: readonly ModelVersion[];
}

/** What says that a run logged models, without asking for them; undefined for a run that logged none. */
export function modelsMark(run: Run): string | undefined {
  const history = run.tags.find(({ key }) => key === historyTag)?.value;
  const outputs = (run.outputs ?? []).map(({ modelId }) => modelId);
  return outputs.length > 0 || pathsInHistory(history).length > 0 ? `${outputs.join()} ${history ?? ''}` : undefined;
}

/** Whether a version was made of a model: clients give its folder, `runs:/…`, or the logged model's id. */
export function isOf(version: ModelVersion, { path, source, modelId }: ModelSource): boolean {
  const from = version.source.replace(/\/$/, '');
  return from === source || from.endsWith(`/${path}`) || (modelId !== undefined && from.includes(modelId));
}

/** The models of runs whose rows were opened. */
export class RunModels {
  readonly #runs = new Map<string, { readonly mark: string; readonly models: readonly RunModel[] }>();

  constructor(private readonly client: () => TrackingClient) {}

  /** Undefined until they were read, and when the run has logged more since. */
  get(run: Run): readonly RunModel[] | undefined {
    const mark = modelsMark(run);
    const known = this.#runs.get(run.info.id);
    return mark === undefined ? [] : known?.mark === mark ? known.models : undefined;
  }

  /** Reads them again, also where they are known: they may have been registered since. */
  async load(run: Run): Promise<void> {
    const mark = modelsMark(run);
    if (mark === undefined) {
      return;
    }
    const client = this.client();
    const [sources, versions] = await Promise.all([
      modelSources(client, run),
      client.registry.versionsOfRun(run.info.id),
    ]);
    const models = sources
      .map((source) => ({ path: source.path, versions: versions.filter((version) => isOf(version, source)) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    this.#runs.set(run.info.id, { mark, models });
  }

  clear(): void {
    this.#runs.clear();
  }
}
