import type { DatasetInput, DatasetSummary, ModelOutput, RunInputs } from '../../../core/loggedModels';

/** Wishes to change what a run takes in and gives out. */
export type InputWrite =
  | { kind: 'logInputs'; runId: string; datasets: readonly DatasetInput[]; models: readonly string[] }
  | { kind: 'logOutputs'; runId: string; models: readonly ModelOutput[] };

/** Inputs and outputs of one run. */
export interface RunLinks {
  readonly inputs: RunInputs;
  readonly outputs: readonly ModelOutput[];
}

export interface InputReader {
  /** At most `limit`, by experiment, name and digest. */
  datasetSummaries(experimentIds: readonly string[], limit: number): DatasetSummary[];
}
