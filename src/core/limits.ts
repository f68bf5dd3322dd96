/**
 * MLflow's validation rules (its `utils/validation.py`) as pure functions. Each throws an ApiError with
 * INVALID_PARAMETER_VALUE whose message says which field is wrong and why. Lengths count code points, as Python does.
 */
import { ApiError } from './errors';
import { compareInt64 } from './int64';
import type { KeyValue, Metric } from './model';

export const limits = {
  key: 250,
  paramValue: 6000,
  runTagValue: 8000,
  experimentTagValue: 20_000,
  experimentName: 500,
  artifactLocation: 2048,
  metricsPerBatch: 1000,
  paramsPerBatch: 100,
  tagsPerBatch: 100,
  entriesPerBatch: 1000,
  /** Largest page of experiments/search and runs/search. */
  pageSize: 50_000,
} as const;

/** Characters of a value that a message shows. */
const longestShown = 500;

/** MLflow's sentence for a value that is not allowed; `value` is shown as JSON. */
export function invalidValue(path: string, value: unknown, why?: string): ApiError {
  const shown = startOfJson(value);
  const short = shown.length > longestShown ? `${shown.slice(0, longestShown)}…` : shown;
  return invalid(`Invalid value ${short} for parameter '${path}' supplied${why === undefined ? '.' : `: ${why}`}`);
}

/** The JSON of a value, or more of its beginning than is shown: all of it may be millions of characters. */
function startOfJson(value: unknown): string {
  if (typeof value === 'bigint') {
    return String(value);
  }
  if (typeof value === 'string') {
    return JSON.stringify(value.slice(0, longestShown));
  }
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value) ?? 'null';
  }
  const isList = Array.isArray(value);
  let text = '';
  for (const [name, each] of isList ? value.slice(0, longestShown).entries() : Object.entries(value)) {
    if (text.length > longestShown) {
      break;
    }
    text += `${text === '' ? '' : ','}${isList ? '' : `${startOfJson(name)}:`}${startOfJson(each)}`;
  }
  return isList ? `[${text}]` : `{${text}}`;
}

/** MLflow's sentence for a required parameter that is absent, null or empty. */
export function missingValue(path: string): ApiError {
  return invalid(
    `Missing value for required parameter '${path}'. See the API docs for more information about request parameters.`,
  );
}

/** @throws ApiError for what no run can be called, as for a run that is not there: MLflow looks for it all the same */
export function checkRunId(id: string): string {
  if (!isRunId(id)) {
    throw new ApiError('RESOURCE_DOES_NOT_EXIST', `Run with id=${shorten(id)} not found`);
  }
  return id;
}

/** As log-batch and log-inputs do, which MLflow checks before it looks for the run. */
export function checkRunIdForm(id: string): string {
  if (!isRunId(id)) {
    throw invalidValue('run_id', id);
  }
  return id;
}

const runIdForm = /^[a-zA-Z0-9][\w-]{0,255}$/;

function isRunId(id: string): boolean {
  return runIdForm.test(id);
}

/** Ids as they mostly are. */
const plainExperimentId = /^\d{1,18}$/;

export function checkExperimentId(id: string): string {
  if (plainExperimentId.test(id)) {
    return id;
  }
  if (!/^-?[a-zA-Z0-9][\w-]{0,63}$/.test(id)) {
    throw invalid(`Invalid experiment ID: '${shorten(id)}'. It may hold letters, digits, '_' and '-', at most 64.`);
  }
  if (!/^-?\d{1,18}$/.test(id)) {
    throw invalid(`Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`);
  }
  return id;
}

export function checkExperimentName(name: string, path = 'name'): string {
  if (name.trim() === '') {
    throw invalid(`Invalid experiment name: '${name}'. A name needs at least one visible character.`);
  }
  return checkLength(path, name, limits.experimentName);
}

/** Keys as they mostly are, which keep all of `checkKey`'s rules: a batch has a thousand. */
const plainKey = /^[A-Za-z0-9_-][A-Za-z0-9_.\- :]{0,249}$/;

/** The rules for keys of metrics, params and tags: they must also do as relative file paths. */
export function checkKey(key: string, path = 'key'): string {
  if (plainKey.test(key)) {
    return key;
  }
  if (key === '') {
    throw missingValue(path);
  }
  if (!/^[/\p{L}\p{N}_.\- :]*$/u.test(key)) {
    throw invalidValue(
      path,
      key,
      'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colons (:) and slashes (/).',
    );
  }
  if (key !== normalise(key) || key === '.' || key.startsWith('..') || key.startsWith('/')) {
    throw invalidValue(path, key, `Names must also do as file paths, and this one would resolve to ${normalise(key)}`);
  }
  return checkLength(path, key, limits.key);
}

/** The value is refused where it is too long, not cut. */
export function checkExperimentTag(tag: KeyValue): KeyValue {
  checkKey(tag.key);
  checkLength('value', tag.value, limits.experimentTagValue);
  return tag;
}

/** @param path where the metric stands in the request, such as `metrics[3].`; empty for a request of one metric */
export function checkMetric(metric: Metric, path = ''): Metric {
  checkKey(metric.key, path === '' ? 'name' : `${path}name`);
  if (compareInt64(metric.timestamp, 0) < 0) {
    throw invalidValue(
      `${path}timestamp`,
      metric.timestamp,
      `Got invalid timestamp ${metric.timestamp} for metric '${metric.key}'. It must be a nonnegative 64-bit integer.`,
    );
  }
  return metric;
}

/** @returns the param, with an over-long value cut, as MLflow does by default. */
export function checkParam(param: KeyValue, path = ''): KeyValue {
  checkKey(param.key, `${path}key`);
  return { key: param.key, value: cut(param.value, limits.paramValue) };
}

/** @returns the tag of a run, with an over-long value cut, as MLflow does by default. */
export function checkRunTag(tag: KeyValue, path = ''): KeyValue {
  checkKey(tag.key, `${path}key`);
  return { key: tag.key, value: cut(tag.value, limits.runTagValue) };
}

export interface Batch {
  readonly metrics: readonly Metric[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

/** The rules of log-batch: numbers of entries, every entry's own, and no param twice with different values. */
export function checkBatch(batch: Batch): Batch {
  checkCounts(batch);
  const params = batch.params.map((param, i) => checkParam(param, `params[${i}].`));
  checkParamsAgree(params);
  return {
    metrics: batch.metrics.map((metric, i) => checkMetric(metric, `metrics[${i}].`)),
    params,
    tags: batch.tags.map((tag, i) => checkRunTag(tag, `tags[${i}].`)),
  };
}

/** The numbers of entries alone: with them `checkBatch` begins. */
export function checkCounts(batch: Readonly<Record<keyof Batch, readonly unknown[]>>): void {
  checkCount('metrics', batch.metrics.length, limits.metricsPerBatch);
  checkCount('params', batch.params.length, limits.paramsPerBatch);
  checkCount('tags', batch.tags.length, limits.tagsPerBatch);
  const total = batch.metrics.length + batch.params.length + batch.tags.length;
  checkCount('metrics, params, and tags', total, limits.entriesPerBatch);
}

function checkParamsAgree(params: readonly KeyValue[]): void {
  const seen = new Map<string, string>();
  for (const { key, value } of params) {
    const earlier = seen.get(key);
    if (earlier !== undefined && earlier !== value) {
      throw invalid(`Duplicate parameter keys have been submitted with different values: '${key}'`);
    }
    seen.set(key, value);
  }
}

/**
 * The rules for an experiment's artifact location. Labbook itself reads only `mlflow-artifacts:` locations; others are the
 * clients' affair, but none may climb or hide a part (fragment) from whoever resolves it.
 */
export function checkArtifactLocation(location: string): string {
  if (Array.from(location).length > limits.artifactLocation) {
    throw invalid(`Invalid artifact path length: the location may have at most ${limits.artifactLocation} characters.`);
  }
  const scheme = /^([a-zA-Z][\w+.-]*):/.exec(location)?.[1]?.toLowerCase();
  if (scheme === 'runs') {
    throw invalid(`Artifact location cannot be a runs:/ URI. Given: '${shorten(location)}'`);
  }
  let decoded = location;
  for (let round = 0; ; round++) {
    const fault = faultOfLocation(decoded);
    if (fault !== undefined) {
      throw invalid(`Invalid artifact location: '${shorten(location)}': it ${fault}`);
    }
    const next = decodeOnce(decoded);
    if (next === decoded) {
      return location;
    }
    if (round === 10) {
      throw invalid(`Invalid artifact location: '${shorten(location)}': it is percent-encoded too many times`);
    }
    decoded = next;
  }
}

function faultOfLocation(location: string): string | undefined {
  if (hasControl(location)) {
    return 'contains a control character';
  }
  if (location.includes('\\')) {
    return 'contains a backslash';
  }
  if (location.includes('#')) {
    return 'contains a fragment';
  }
  if (/^(?:file:\/*)?[a-zA-Z][:|]/i.test(location)) {
    return 'names a drive';
  }
  if (/^file:\/\/[^/]/i.test(location)) {
    return 'names a host in a file URI';
  }
  return location.split(/[/?;&=:]/).some(isDots) ? 'climbs' : undefined;
}

/** True for `..` and its look-alikes of Unicode's compatibility forms. */
export function isDots(segment: string): boolean {
  return segment === '..' || segment.normalize('NFKC').split('/').includes('..');
}

/** True where a C0 control character or DEL is in `text`. */
export function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) {
      return true;
    }
  }
  return false;
}

/** Percent-decodes once; text that is not (validly) encoded stays as it is. */
export function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function checkCount(what: string, count: number, limit: number): void {
  if (count > limit) {
    throw invalid(
      `A batch logging request can contain at most ${limit} ${what}. Got ${count} ${what}. ` +
        'Please split up the batch and try again.',
    );
  }
}

export function checkLength(path: string, value: string, limit: number): string {
  if (value.length > limit && isLonger(value, limit)) {
    throw invalid(`'${path}' exceeds the maximum length of ${limit} characters`);
  }
  return value;
}

/** By code points, of which each is one or two places; what is far too long is not counted. */
function isLonger(value: string, limit: number): boolean {
  return value.length > 2 * limit || Array.from(value).length > limit;
}

function cut(value: string, limit: number): string {
  return value.length <= limit
    ? value
    : Array.from(value.slice(0, 2 * limit))
        .slice(0, limit)
        .join('');
}

/** Python's posixpath.normpath. */
function normalise(path: string): string {
  const absolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') {
      continue;
    }
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') {
      parts.pop();
    } else if (part !== '..' || !absolute) {
      parts.push(part);
    }
  }
  return (absolute ? '/' : '') + parts.join('/') || '.';
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function invalid(message: string): ApiError {
  return new ApiError('INVALID_PARAMETER_VALUE', message);
}
