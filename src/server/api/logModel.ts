import { isLosslessNumber, parse } from 'lossless-json';
import { ApiError } from '../../core/errors';
import { checkRunId } from '../../core/limits';
import type { Store } from '../store/types';
import type { Endpoint } from './endpoint';
import { decode, message, text } from './fields';

const request = message({ run_id: text.required, model_json: text.required });
const mandatory = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'];
/** What MLflow keeps of a model (`Model.get_tags_dict`), in its order. */
const kept = ['run_id', 'artifact_path', 'utc_time_created', 'model_uuid'];

/** How 1.x and 2.x clients say that a run logged a model. */
export function logModelEndpoints(store: Store): Endpoint[] {
  return [{ method: 'POST', path: '/runs/log-model', handle: (input) => logModel(store, input) }];
}

async function logModel(store: Store, input: unknown): Promise<object> {
  const { run_id, model_json } = decode(request, input);
  const model = readModel(model_json);
  const absent = mandatory.filter((name) => !Object.hasOwn(model, name));
  if (absent.length > 0) {
    throw new ApiError(
      'INVALID_PARAMETER_VALUE',
      `Model json is missing mandatory fields: {${absent.map((name) => `'${name}'`).join(', ')}}`,
    );
  }
  const flavors = model['flavors'];
  if (!isObject(flavors)) {
    throw new ApiError('INVALID_PARAMETER_VALUE', 'Model json has flavors that are no object.');
  }
  const uuid = model['model_uuid'] ?? null;
  const entry = {
    ...Object.fromEntries(kept.map((name) => [name, name === 'model_uuid' ? uuid : model[name]])),
    flavors: Object.fromEntries(Object.entries(flavors).map(([name, flavor]) => [name, withoutConfig(flavor)])),
  };
  await store.write({ kind: 'recordModel', runId: checkRunId(run_id), entry: pythonJson(entry) });
  return {};
}

function readModel(json: string): Readonly<Record<string, unknown>> {
  let model: unknown;
  try {
    model = parse(json);
  } catch {
    throw new ApiError(
      'INVALID_PARAMETER_VALUE',
      `Malformed model info. \n ${json.slice(0, 500)} \n is not a valid JSON.`,
    );
  }
  if (!isObject(model)) {
    throw new ApiError('INVALID_PARAMETER_VALUE', 'Malformed model info: it is no JSON object.');
  }
  return model;
}

function withoutConfig(flavor: unknown): unknown {
  return isObject(flavor) ? Object.fromEntries(Object.entries(flavor).filter(([name]) => name !== 'config')) : flavor;
}

/** JSON as Python writes it, for clients that compare the text; numbers as they came in. */
export function pythonJson(value: unknown): string {
  if (isLosslessNumber(value)) {
    return value.toString();
  }
  if (Array.isArray(value)) {
    return `[${value.map(pythonJson).join(', ')}]`;
  }
  if (isObject(value)) {
    return `{${Object.entries(value)
      .map(([name, each]) => `${pythonJson(name)}: ${pythonJson(each)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
