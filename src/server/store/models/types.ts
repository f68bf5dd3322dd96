import type { LoggedModel, LoggedModelStatus } from '../../../core/loggedModels';
import type { Int64, KeyValue } from '../../../core/model';
import type { Filter } from '../../../core/search/ast';
import type { Page } from '../types';

/** Wishes to change logged models. Times are Unix milliseconds; the id of a new model is made by the caller. */
export type ModelWrite =
  | {
      kind: 'createLoggedModel';
      modelId: string;
      experimentId: string;
      name: string;
      modelType: string;
      sourceRunId: string;
      params: readonly KeyValue[];
      tags: readonly KeyValue[];
      time: Int64;
    }
  | { kind: 'setLoggedModelStatus'; modelId: string; status: LoggedModelStatus; time: Int64 }
  | { kind: 'deleteLoggedModel'; modelId: string; time: Int64 }
  | { kind: 'setLoggedModelTags'; modelId: string; tags: readonly KeyValue[] }
  | { kind: 'deleteLoggedModelTag'; modelId: string; key: string }
  | { kind: 'addLoggedModelParams'; modelId: string; params: readonly KeyValue[] };

export type ModelAttribute =
  | 'model_id'
  | 'experiment_id'
  | 'name'
  | 'artifact_location'
  | 'creation_timestamp_ms'
  | 'last_updated_timestamp_ms'
  | 'status'
  | 'model_type'
  | 'source_run_id';

/** By an attribute, or by the latest point of a metric (by timestamp, then step), of one dataset or of any. */
export type ModelOrder = { ascending: boolean } & (
  { attribute: ModelAttribute } | { metric: string; datasetName: string | undefined; datasetDigest: string | undefined }
);

export interface ModelQuery {
  readonly experimentIds: readonly string[];
  /** Only models with a metric on one of these datasets, and conditions on metrics mean those; empty for all. */
  readonly datasets: readonly { readonly name: string; readonly digest: string | undefined }[];
  readonly filter: Filter | undefined;
  /** Newest first where nothing else is said. */
  readonly order: readonly ModelOrder[];
  /** Only models that were there when `newest` was asked for: later pages then stay as they were. */
  readonly newest: number;
  readonly offset: number;
  readonly limit: number;
}

/** Reads of logged models. */
export interface LoggedModelReader {
  /** @param deleted true to get a deleted one, too */
  get(modelId: string, deleted?: boolean): LoggedModel | undefined;
  /** Deleted ones are not found. */
  search(query: ModelQuery): Page<LoggedModel>;
  /** A number that rises with every model that is created. */
  newest(): number;
}
