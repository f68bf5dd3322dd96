import type { TrackingClient } from '../../client/types';
import { parseJson } from '../../core/json';
import type { Run } from '../../core/model';

/** A model that a run logged, as `model-versions/create` wants it. */
export interface ModelSource {
  /** How people know it: its path among the run's artifacts, or its name. */
  readonly path: string;
  readonly source: string;
  /** Of MLflow 3's logged models. */
  readonly modelId?: string;
}

/** Where 1.x and 2.x clients write down the models that a run logged: a JSON list with an `artifact_path` each. */
export const historyTag = 'mlflow.log-model.history';

/** The models that a run logged, by whichever client; the newest of each path. */
export async function modelSources(client: TrackingClient, run: Run): Promise<ModelSource[]> {
  const { id, experimentId, artifactUri } = run.info;
  const sources = new Map<string, ModelSource>();
  for (const path of pathsInHistory(run.tags.find(({ key }) => key === historyTag)?.value)) {
    sources.set(path, { path, source: `${artifactUri.replace(/\/$/, '')}/${path}` });
  }
  for (const model of await client.registry.loggedModels(experimentId, id)) {
    // As MLflow 3's own register_model does.
    sources.set(model.name, { path: model.name, source: `models:/${model.id}`, modelId: model.id });
  }
  return [...sources.values()];
}

/** The tag can hold anything. */
export function pathsInHistory(text: string | undefined): string[] {
  if (text === undefined) {
    return [];
  }
  try {
    const entries: unknown = parseJson(text);
    return Array.isArray(entries) ? entries.flatMap((entry: unknown) => artifactPath(entry) ?? []) : [];
  } catch {
    return [];
  }
}

function artifactPath(entry: unknown): string | undefined {
  const path: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'artifact_path') : undefined;
  return typeof path === 'string' && path !== '' ? path : undefined;
}
