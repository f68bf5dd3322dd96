import { ApiError } from '../../core/errors';
import { checkExperimentId, checkRunId, checkRunIdForm } from '../../core/limits';
import { checkDatasetInputs } from '../../core/loggedModels';
import { datasetSummaryToWire } from '../../protocol/modelWire';
import type { Store } from '../store/types';
import { inTurns } from '../turns';
import type { Endpoint } from './endpoint';
import { decode, decodeInSteps, integer, list, message, requiredList, text, texts } from './fields';

const pair = message({ key: text.required, value: text.optional });
const dataset = message({
  name: text.required,
  digest: text.required,
  source_type: text.optional,
  source: text.optional,
  schema: text.optional,
  profile: text.optional,
});
const requests = {
  inputs: message({
    run_id: text.required,
    datasets: list(message({ tags: list(pair), dataset })),
    models: list(message({ model_id: text.required })),
  }),
  outputs: message({
    run_id: text.required,
    models: requiredList(message({ model_id: text.required, step: integer.optional })),
  }),
  datasets: message({ experiment_ids: texts }),
};

const maxExperiments = 20;
const maxSummaries = 1000;

export function inputEndpoints(store: Store): Endpoint[] {
  return [
    { method: 'POST', path: '/runs/log-inputs', handle: (input) => logInputs(store, input) },
    { method: 'POST', path: '/runs/outputs', handle: (input) => logOutputs(store, input) },
    { method: 'POST', path: '/experiments/search-datasets', handle: (input) => searchDatasets(store, input) },
  ];
}

async function logInputs(store: Store, input: unknown): Promise<object> {
  const request = await inTurns(decodeInSteps(requests.inputs, input));
  const datasets = request.datasets.map(({ dataset: given, tags }) => ({
    dataset: {
      name: given.name,
      digest: given.digest,
      sourceType: given.source_type ?? '',
      source: given.source ?? '',
      schema: given.schema,
      profile: given.profile,
    },
    tags: tags.map(({ key, value = '' }) => ({ key, value })),
  }));
  await store.write({
    kind: 'logInputs',
    runId: checkRunIdForm(request.run_id),
    datasets: checkDatasetInputs(datasets),
    models: request.models.map(({ model_id }) => model_id),
  });
  return {};
}

async function logOutputs(store: Store, input: unknown): Promise<object> {
  const { run_id, models } = decode(requests.outputs, input);
  await store.write({
    kind: 'logOutputs',
    runId: checkRunId(run_id),
    models: models.map(({ model_id, step = 0 }) => ({ modelId: model_id, step })),
  });
  return {};
}

function searchDatasets(store: Store, input: unknown): object {
  const ids = decode(requests.datasets, input).experiment_ids;
  if (ids.length === 0) {
    throw new ApiError('INVALID_PARAMETER_VALUE', 'SearchDatasets request must specify at least one experiment_id.');
  }
  if (ids.length > maxExperiments) {
    throw new ApiError(
      'INVALID_PARAMETER_VALUE',
      `SearchDatasets request cannot specify more than ${maxExperiments} experiment_ids. Received ${ids.length} ` +
        'experiment_ids.',
    );
  }
  const found = store.inputs.datasetSummaries(ids.map(checkExperimentId), maxSummaries);
  return found.length > 0 ? { dataset_summaries: found.map(datasetSummaryToWire) } : {};
}
