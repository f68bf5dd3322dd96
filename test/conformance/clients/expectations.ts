/** How a call that must fail does: the error's code as the client gives it, and what its message says. */
export interface Failure {
  readonly code?: string;
  readonly message: RegExp;
  /** Tried only with clients that have this. */
  readonly of?: string;
}

export interface Script {
  readonly name: string;
  /** What it is called where the same script runs twice. */
  readonly title?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly exitCode?: number;
  /** What it does not run without. */
  readonly needs?: string;
  /** Without what it leaves something out, and how many of its runs that is. */
  readonly parts?: Readonly<Record<string, number>>;
  /** Runs that it logs to and says everything about. */
  readonly runs: number;
  /** Calls that must fail, each at once: all that the script tries. */
  readonly failures?: Readonly<Record<string, Failure>>;
}

const missingRun = { code: 'RESOURCE_DOES_NOT_EXIST', message: /Run with id=0\w+ not found/ };
const missingModel = { code: 'RESOURCE_DOES_NOT_EXIST', message: /not found/, of: 'mlflow.get_logged_model' };
const deletedRun = {
  code: 'INVALID_PARAMETER_VALUE',
  message: /The run \w+ must be in the 'active' state. Current state is deleted/,
};
const missingRegistered = { code: 'RESOURCE_DOES_NOT_EXIST', message: /Registered Model with name=.* not found/ };
const versionOrder = 'mlflow.MlflowClient.search_model_versions(order_by)';
const asynchronous = 'mlflow.environment_variables.MLFLOW_ENABLE_ASYNC_LOGGING';
const aliases = 'mlflow.MlflowClient.set_registered_model_alias';
const missingVersion = {
  code: 'RESOURCE_DOES_NOT_EXIST',
  message: /Model Version \(name=.*, version=\d\) not found/,
};
const takenModel = { code: 'RESOURCE_ALREADY_EXISTS', message: /Registered Model \(name=.*\) already exists/ };
const invalidSource = { code: 'INVALID_PARAMETER_VALUE', message: /Invalid model version source: / };
const changedParam = { code: 'INVALID_PARAMETER_VALUE', message: /Changing param values is not allowed/ };

/** The scripts that run side by side on one server; codes and messages are those of `mlflow server` 3.17. */
export const scripts: readonly Script[] = [
  { name: 'first_run', runs: 1 },
  { name: 'no_set_up', runs: 1 },
  {
    name: 'experiments',
    runs: 1,
    failures: {
      'a name twice': {
        code: 'RESOURCE_ALREADY_EXISTS',
        message: /Experiment\(name=house prices \d+\) already exists/,
      },
      'an empty name': { code: 'INVALID_PARAMETER_VALUE', message: /Missing value for required parameter 'name'/ },
      'no such id': { code: 'RESOURCE_DOES_NOT_EXIST', message: /No Experiment with id=987654321 exists/ },
      'rename to a taken name': { code: 'BAD_REQUEST', message: /./ },
      'set a deleted experiment': { code: 'INVALID_PARAMETER_VALUE', message: /Cannot set a deleted experiment/ },
      'create a run in a deleted experiment': {
        code: 'INVALID_PARAMETER_VALUE',
        message: /The experiment \d+ must be in the 'active' state. Current state is deleted/,
      },
      'create one of a deleted name': { code: 'RESOURCE_ALREADY_EXISTS', message: /already exists/ },
      'delete it twice': { code: 'RESOURCE_DOES_NOT_EXIST', message: /No Experiment with id=\d+ exists/ },
    },
  },
  {
    name: 'run_kinds',
    parts: {
      'mlflow.get_parent_run': 0,
      'mlflow.disable_system_metrics_logging': 0,
      'mlflow.start_run(log_system_metrics)': 1,
    },
    runs: 11,
    failures: { 'a run that is not there': missingRun, 'resume one that is not there': missingRun },
  },
  { name: 'failing_training', runs: 1, exitCode: 1 },
  {
    name: 'params_and_tags',
    runs: 1,
    failures: {
      'another value': changedParam,
      'another value of many': changedParam,
      'a bad key': { code: 'INVALID_PARAMETER_VALUE', message: /Names may only contain/ },
      'a climbing key': { code: 'INVALID_PARAMETER_VALUE', message: /Invalid value .* Names / },
      'too long a key': { code: 'INVALID_PARAMETER_VALUE', message: /exceeds the maximum length of 250/ },
      'delete a missing tag': { code: 'RESOURCE_DOES_NOT_EXIST', message: /No tag with name: gone in run with id/ },
    },
  },
  { name: 'epochs', runs: 1 },
  { name: 'extreme_values', runs: 1, failures: { 'a word': { message: /must be real number/ } } },
  {
    name: 'artifacts',
    parts: {
      'mlflow.log_table': 0,
      'mlflow.load_table': 0,
      'mlflow.log_image(key)': 0,
      'mlflow.artifacts.list_artifacts': 0,
    },
    runs: 1,
    failures: {
      'log_artifact of a file that is not there': { message: /No such file/ },
      'log_artifacts that climb': { message: /Invalid artifact path/ },
      'download what is not there': { message: /made\.txt|404/ },
    },
  },
  { name: 'lookups', runs: 0 },
  {
    name: 'tidy_up',
    runs: 1,
    failures: {
      'log to a deleted run': deletedRun,
      'tag a deleted run': deletedRun,
      'param of a deleted run': deletedRun,
      'resume a deleted run': { message: /because it is in the deleted state/ },
      'delete a missing run': missingRun,
      'restore a missing run': missingRun,
    },
  },
  {
    name: 'more_ways',
    parts: {
      'mlflow.log_metrics(timestamp)': 0,
      'mlflow.log_metric(timestamp)': 0,
      'mlflow.log_metric(run_id)': 0,
      'mlflow.start_run(parent_run_id)': 1,
    },
    runs: 3,
  },
  {
    name: 'command_line',
    parts: {
      'mlflow experiments search': 0,
      'mlflow experiments get': 0,
      'mlflow runs create': 1,
      'mlflow models update-pip-requirements': 0,
    },
    runs: 2,
  },
  {
    name: 'async_logging',
    needs: 'mlflow.log_metric(synchronous)',
    parts: { 'mlflow.flush_async_logging': 0, 'mlflow.config.enable_async_logging': 1 },
    runs: 2,
  },
  { name: 'async_environment', needs: asynchronous, runs: 3 },
  {
    name: 'epochs',
    title: 'epochs, asynchronously',
    env: { MLFLOW_ENABLE_ASYNC_LOGGING: 'true' },
    needs: asynchronous,
    runs: 1,
  },
  { name: 'system_metrics', needs: 'mlflow.start_run(log_system_metrics)', runs: 0 },
  { name: 'older_calls', needs: 'mlflow.MlflowClient.list_experiments', runs: 0 },
  { name: 'sklearn_training', runs: 1 },
  {
    name: 'sklearn_autolog',
    parts: { 'sklearn.metrics.SCORERS': 0 },
    runs: 0,
  },
  {
    name: 'models',
    needs: 'mlflow.log_input',
    parts: { 'mlflow.get_logged_model': 0 },
    runs: 0,
    failures: { 'a model that is not there': missingModel, 'a deleted model': missingModel },
  },
  { name: 'boosting_autolog', runs: 0 },
  { name: 'serving_models', parts: { [aliases]: 0 }, runs: 0 },
  { name: 'models_autolog', needs: 'mlflow.sklearn.autolog(log_datasets)', runs: 0 },
  {
    name: 'large_files',
    needs: 'mlflow.store.artifact.http_artifact_repo.HttpArtifactRepository.complete_multipart_upload',
    runs: 1,
  },
  {
    name: 'registry',
    parts: { [aliases]: 0, [versionOrder]: 0, 'mlflow.MlflowClient.copy_model_version': 0 },
    runs: 0,
    failures: {
      'an unknown stage': { code: 'INVALID_PARAMETER_VALUE', message: /Invalid Model Version stage: Testing/ },
      'a missing alias': {
        code: 'INVALID_PARAMETER_VALUE',
        message: /Registered model alias old not found/,
        of: aliases,
      },
      'a reserved alias': {
        code: 'INVALID_PARAMETER_VALUE',
        message: /Version alias name 'v1' is reserved/,
        of: aliases,
      },
      'an alias of no version': { ...missingVersion, of: aliases },
      'load a missing stage': { message: /No versions of model with name '.*' and stage 'None' found/ },
      'too long a tag': { code: 'INVALID_PARAMETER_VALUE', message: /exceeds the maximum length of 100000/ },
      'a bad filter': { code: 'INVALID_PARAMETER_VALUE', message: /Invalid attribute key 'colour'/ },
      'a bad order': {
        code: 'INVALID_PARAMETER_VALUE',
        message: /Invalid attribute key 'colour'/,
        of: versionOrder,
      },
      'a name twice': takenModel,
      'a name with a slash': { code: 'INVALID_PARAMETER_VALUE', message: /Names cannot contain '\/' or ':'/ },
      'a version of nothing': missingRegistered,
      "this machine's files": invalidSource,
      "another run's files": invalidSource,
      'a climbing source': invalidSource,
      'the old name': missingRegistered,
      'rename to a taken name': takenModel,
      'a deleted version': missingVersion,
      'a deleted model': missingRegistered,
      'delete it twice': missingRegistered,
    },
  },
];

export function titleOf({ name, title = name.replaceAll('_', ' ') }: Script): string {
  return title;
}
