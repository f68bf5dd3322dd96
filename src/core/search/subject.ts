import type { Int64, Run } from '../model';
import type { Aggregate } from './ast';

/** The tag of a run's dataset that says what it was for. */
const contextTag = 'mlflow.data.context';

/** A dataset that a run read. */
export interface SubjectDataset {
  readonly name: string;
  readonly digest: string;
  /** The values of its input's tag `mlflow.data.context`. */
  readonly contexts: readonly string[];
}

/** A thing as a search sees it: values by the names of `vocabulary.ts`, undefined for what it does not have. */
export interface SearchSubject {
  attribute(name: string): string | Int64 | undefined;
  /** NaN and infinities as they are. */
  metric(key: string, aggregate: Aggregate): number | undefined;
  /** A metric's value at a step: that of the last point with it. */
  metricAt?(key: string, step: number): number | undefined;
  param(key: string): string | undefined;
  tag(key: string): string | undefined;
  readonly datasets: readonly SubjectDataset[];
  /** A run that is RUNNING, but of which nothing is heard any more: its status is LOST too. */
  readonly isLost?: boolean;
}

/** Figures over a metric's finite points; undefined where none is finite. */
export interface MetricFigures {
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly mean: number | undefined;
}

export interface RunExtras {
  /** Without them only the latest values are known. */
  readonly figures?: (key: string) => MetricFigures | undefined;
}

export function runSubject(run: Run, extras: RunExtras = {}): SearchSubject {
  const { info } = run;
  const metrics = new Map(run.metrics.map(({ key, value }) => [key, value]));
  return subject({
    attributes: {
      run_id: info.id,
      run_name: info.name,
      user_id: info.userId,
      status: info.status,
      artifact_uri: info.artifactUri,
      start_time: info.startTime,
      end_time: info.endTime,
      experiment_id: info.experimentId,
      duration: info.endTime === undefined ? undefined : Number(info.endTime) - Number(info.startTime),
    },
    params: run.params,
    tags: run.tags,
    metric: (key, aggregate) => (aggregate === 'last' ? metrics.get(key) : extras.figures?.(key)?.[aggregate]),
    datasets: (run.inputs?.datasets ?? []).map(({ dataset, tags }) => ({
      name: dataset.name,
      digest: dataset.digest,
      contexts: tags.filter(({ key }) => key === contextTag).map(({ value }) => value),
    })),
  });
}

export interface SubjectParts {
  readonly attributes: Readonly<Record<string, string | Int64 | undefined>>;
  readonly params?: readonly { readonly key: string; readonly value: string }[];
  readonly tags?: readonly { readonly key: string; readonly value: string }[];
  readonly metric?: SearchSubject['metric'];
  readonly datasets?: readonly SubjectDataset[];
}

/** A subject of any kind from its values. */
export function subject(parts: SubjectParts): SearchSubject {
  const attributes = new Map(Object.entries(parts.attributes));
  const params = new Map(parts.params?.map(({ key, value }) => [key, value]));
  const tags = new Map(parts.tags?.map(({ key, value }) => [key, value]));
  return {
    attribute: (name) => attributes.get(name),
    metric: parts.metric ?? (() => undefined),
    param: (key) => params.get(key),
    tag: (key) => tags.get(key),
    datasets: parts.datasets ?? [],
  };
}
