/** The clients that are tested, newest first: each is the Python environment of `test/fixtures/requirements-<name>.txt`. */
export const clients = ['mlflow3', 'mlflow31', 'mlflow2', 'mlflow29', 'mlflow20', 'mlflow1'] as const;
export type Client = (typeof clients)[number];

export const versions: Readonly<Record<Client, string>> = {
  mlflow3: '3.17.2',
  mlflow31: '3.1.4',
  mlflow2: '2.22.5',
  mlflow29: '2.9.2',
  mlflow20: '2.0.1',
  mlflow1: '1.30.1',
};

/** Where one old and one new client suffice. */
export const oldestAndNewest = ['mlflow3', 'mlflow1'] as const;

/** What scripts ask for by `has` and `needs` of `_report.py`, and the oldest of the tested clients that has it. */
const since: Readonly<Record<string, Client>> = {
  'mlflow.log_table': 'mlflow29',
  'mlflow.load_table': 'mlflow29',
  'mlflow.log_image(key)': 'mlflow2',
  'mlflow.artifacts.list_artifacts': 'mlflow2',
  'mlflow.log_metric(synchronous)': 'mlflow29',
  'mlflow.log_metric(timestamp)': 'mlflow29',
  'mlflow.log_metrics(timestamp)': 'mlflow2',
  'mlflow.log_metric(run_id)': 'mlflow2',
  'mlflow.flush_async_logging': 'mlflow2',
  'mlflow.config.enable_async_logging': 'mlflow2',
  'mlflow.environment_variables.MLFLOW_ENABLE_ASYNC_LOGGING': 'mlflow2',
  'mlflow.store.artifact.http_artifact_repo.HttpArtifactRepository.complete_multipart_upload': 'mlflow29',
  'mlflow.trace': 'mlflow2',
  'mlflow.MlflowClient.search_traces': 'mlflow2',
  'mlflow.sklearn.autolog(log_datasets)': 'mlflow29',
  'mlflow.log_input': 'mlflow29',

  'mlflow.get_logged_model': 'mlflow31',
  'mlflow.get_parent_run': 'mlflow29',
  'mlflow.disable_system_metrics_logging': 'mlflow29',
  'mlflow.start_run(log_system_metrics)': 'mlflow29',
  'mlflow.start_run(parent_run_id)': 'mlflow2',
  'mlflow.MlflowClient.set_registered_model_alias': 'mlflow29',
  'mlflow.MlflowClient.search_model_versions(order_by)': 'mlflow29',
  'mlflow.MlflowClient.copy_model_version': 'mlflow29',
  'mlflow experiments search': 'mlflow20',
  'mlflow experiments get': 'mlflow3',
  'mlflow runs create': 'mlflow3',
  'mlflow models update-pip-requirements': 'mlflow2',
};

/** What clients have no longer, and the newest of the tested ones that has it. */
const upTo: Readonly<Record<string, Client>> = {
  'mlflow.MlflowClient.list_experiments': 'mlflow1',
};

/** What is there or not whichever the client, and why. */
export const atTimes: Readonly<Record<string, string>> = {
  'sklearn.metrics.SCORERS': 'in scikit-learn up to 1.2, which there is for Python up to 3.11',
};

/** Whether a client has what is named; throws where the name is in neither list. */
export function clientHas(client: Client, name: string): boolean {
  const [oldest, newest] = [since[name], upTo[name]];
  const at = clients.indexOf(client);
  if (oldest !== undefined) {
    return at <= clients.indexOf(oldest);
  }
  if (newest !== undefined) {
    return at >= clients.indexOf(newest);
  }
  throw new Error(`${name} is not in the lists of what clients have`);
}
