import type { ArtifactEntry, Experiment, Int64, LifecycleStage, Metric, Run, RunInfo, RunStatus } from '../core/model';
import {
  extrasPrefix,
  type Capability,
  type Info,
  type Liveness,
  type PurgeItem,
  type PurgeRequest,
  type SeriesRequest,
} from '../protocol/extras';
import { apiPrefix } from '../protocol/mlflow';
import { decodeSeries, encodeSeries, type SeriesEntry } from '../protocol/seriesCodec';
import { encodeTableColumns, encodeTableRows } from '../protocol/tableCodec';
import type { ColumnsRequest, TableRequest } from '../protocol/tableTypes';
import {
  artifactFromWire,
  experimentFromWire,
  metricFromWire,
  readFields,
  readInt64,
  readList,
  readText,
  runFromWire,
  runInfoFromWire,
  WireFormatError,
  type Fields,
} from '../protocol/wire';
import { openArtifact, readArtifact } from './artifacts';
import { HttpClient, type HttpRequest, type Query } from './http';
import { readInfo } from './info';
import { registryClient } from './registry';
import { RequestError } from './requestError';
import { SearchedTable } from './searchedTable';
import { seriesFromHistory } from './seriesFromHistory';
import type {
  ArtifactStream,
  ByteRange,
  CallOptions,
  RowsOptions,
  ExperimentQuery,
  PageOf,
  Purged,
  RegistryClient,
  RunQuery,
  ServerAddress,
  TrackingClient,
} from './types';

const runsPerPage = 1000;
const experimentsPerPage = 1000;
/** As MLflow's own client asks. */
const pointsPerPage = 25_000;
/** Files of many runs take their time, milliseconds. */
const purgeTimeout = 30 * 60_000;

/**
 * Connects to a tracking server, Labbook's or another MLflow server, and finds out which it is.
 * @throws RequestError where it cannot be reached, does not let us in, or is no MLflow server
 */
export async function connectTracking(address: ServerAddress, options: CallOptions = {}): Promise<TrackingClient> {
  const http = new HttpClient(address);
  try {
    const info = await readInfo(http, options);
    const client = new HttpTrackingClient(http, info);
    if (!info) {
      // Anything may answer at an address; this tells a wrong one now instead of in every view.
      await client.searchExperiments({ maxResults: 1 }, options);
    }
    return client;
  } catch (error) {
    http.dispose();
    throw error;
  }
}

class HttpTrackingClient implements TrackingClient {
  readonly registry: RegistryClient = registryClient({
    get: (path, query, options, take) => this.get(path, query, options, take),
    read: (path, body, options, take) => this.read(path, body, options, take),
    write: (method, path, body, options, take) =>
      this.call({ method, path: `${apiPrefix}/${path}`, body, read: false, ...options }, take),
    allPages,
  });

  /** For servers without the extra. */
  private readonly searchedTable = new SearchedTable(this);

  constructor(
    readonly http: HttpClient,
    readonly info: Info | undefined,
  ) {}

  get url(): string {
    return this.http.url;
  }

  has(capability: Capability): boolean {
    return this.info?.capabilities.includes(capability) ?? false;
  }

  searchExperiments(query: ExperimentQuery = {}, options?: CallOptions): Promise<PageOf<Experiment>> {
    const body = { view_type: query.view ?? 'ACTIVE_ONLY', ...searchFields(query, experimentsPerPage) };
    return this.read('experiments/search', body, options, (answer) =>
      pageOf(answer, 'experiments', experimentFromWire),
    );
  }

  allExperiments(query: ExperimentQuery = {}, options?: CallOptions): Promise<Experiment[]> {
    return allPages((page) => this.searchExperiments({ ...query, ...page }, options));
  }

  getExperiment(id: string, options?: CallOptions): Promise<Experiment> {
    return this.get('experiments/get', { experiment_id: id }, options, (answer) =>
      experimentFromWire(answer['experiment']),
    );
  }

  async getExperimentByName(name: string, options?: CallOptions): Promise<Experiment | undefined> {
    try {
      return await this.get('experiments/get-by-name', { experiment_name: name }, options, (answer) =>
        experimentFromWire(answer['experiment']),
      );
    } catch (error) {
      if (error instanceof RequestError && error.code === 'RESOURCE_DOES_NOT_EXIST') {
        return undefined;
      }
      throw error;
    }
  }

  createExperiment(name: string, options?: CallOptions): Promise<string> {
    return this.write('experiments/create', { name }, options, (answer) => readText(answer, 'experiment_id'));
  }

  renameExperiment(id: string, name: string, options?: CallOptions): Promise<void> {
    return this.write('experiments/update', { experiment_id: id, new_name: name }, options, ignore);
  }

  deleteExperiment(id: string, options?: CallOptions): Promise<void> {
    return this.write('experiments/delete', { experiment_id: id }, options, ignore);
  }

  restoreExperiment(id: string, options?: CallOptions): Promise<void> {
    return this.write('experiments/restore', { experiment_id: id }, options, ignore);
  }

  setExperimentTag(id: string, key: string, value: string, options?: CallOptions): Promise<void> {
    return this.write('experiments/set-experiment-tag', { experiment_id: id, key, value }, options, ignore);
  }

  searchRuns(query: RunQuery, options?: CallOptions): Promise<PageOf<Run>> {
    const body = {
      experiment_ids: query.experimentIds,
      run_view_type: query.view ?? 'ACTIVE_ONLY',
      ...searchFields(query, runsPerPage),
    };
    return this.read('runs/search', body, options, (answer) => pageOf(answer, 'runs', runFromWire));
  }

  allRuns(query: RunQuery, options: CallOptions & { readonly limit?: number } = {}): Promise<Run[]> {
    const { limit = Infinity, ...call } = options;
    return allPages((page) => {
      const maxResults = Math.min(query.maxResults ?? runsPerPage, limit);
      return this.searchRuns({ ...query, maxResults, ...page }, call);
    }, limit);
  }

  getRun(id: string, options?: CallOptions): Promise<Run> {
    return this.get('runs/get', { run_id: id }, options, (answer) => runFromWire(answer['run']));
  }

  updateRun(
    id: string,
    change: { readonly name?: string; readonly status?: RunStatus; readonly endTime?: Int64 },
    options?: CallOptions,
  ): Promise<RunInfo> {
    const body = { run_id: id, run_name: change.name, status: change.status, end_time: change.endTime };
    return this.write('runs/update', body, options, (answer) => runInfoFromWire(answer['run_info']));
  }

  deleteRun(id: string, options?: CallOptions): Promise<void> {
    return this.write('runs/delete', { run_id: id }, options, ignore);
  }

  restoreRun(id: string, options?: CallOptions): Promise<void> {
    return this.write('runs/restore', { run_id: id }, options, ignore);
  }

  setTag(runId: string, key: string, value: string, options?: CallOptions): Promise<void> {
    return this.write('runs/set-tag', { run_id: runId, key, value }, options, ignore);
  }

  deleteTag(runId: string, key: string, options?: CallOptions): Promise<void> {
    return this.write('runs/delete-tag', { run_id: runId, key }, options, ignore);
  }

  getMetricHistory(
    runId: string,
    key: string,
    page: { readonly maxResults?: number; readonly pageToken?: string } = {},
    options?: CallOptions,
  ): Promise<PageOf<Metric>> {
    const query = {
      run_id: runId,
      metric_key: key,
      max_results: page.maxResults ?? pointsPerPage,
      page_token: page.pageToken,
    };
    return this.get('metrics/get-history', query, options, (answer) => pageOf(answer, 'metrics', metricFromWire));
  }

  wholeMetricHistory(runId: string, key: string, options?: CallOptions): Promise<Metric[]> {
    return allPages((page) => this.getMetricHistory(runId, key, page, options));
  }

  async listArtifacts(runId: string, path: string, options?: CallOptions): Promise<ArtifactEntry[]> {
    const entries = await allPages((page) => {
      const query = { run_id: runId, path: path === '' ? undefined : path, page_token: page.pageToken };
      return this.get('artifacts/list', query, options, (answer) => pageOf(answer, 'files', artifactFromWire));
    });
    return entries.sort((a, b) => Number(b.isDirectory) - Number(a.isDirectory) || (a.path < b.path ? -1 : 1));
  }

  openArtifact(
    run: Pick<RunInfo, 'id' | 'artifactUri'>,
    path: string,
    options?: CallOptions & { readonly range?: ByteRange },
  ): Promise<ArtifactStream> {
    return openArtifact(this.http, run, path, options);
  }

  readArtifact(
    run: Pick<RunInfo, 'id' | 'artifactUri'>,
    path: string,
    options?: CallOptions & { readonly limit?: number },
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; size: number }> {
    return readArtifact(this.http, run, path, options);
  }

  async series(request: SeriesRequest, options?: CallOptions): Promise<SeriesEntry[]> {
    return this.has('series') ? decoded(await this.serverSeries(request, options)) : this.ownSeries(request, options);
  }

  async seriesBuffer(request: SeriesRequest, options?: CallOptions): Promise<ArrayBuffer> {
    return this.has('series')
      ? this.serverSeries(request, options)
      : encodeSeries(await this.ownSeries(request, options)).buffer;
  }

  async tableRows(request: TableRequest, options?: RowsOptions): Promise<ArrayBuffer> {
    return this.has('table')
      ? this.binary('table/rows', request, options)
      : encodeTableRows(await this.searchedTable.rows(request, options));
  }

  async tableColumns(request: ColumnsRequest, options?: CallOptions): Promise<ArrayBuffer> {
    return this.has('table')
      ? this.binary('table/columns', request, options)
      : encodeTableColumns(await this.searchedTable.columns(request, options));
  }

  async countRuns(
    experimentIds: readonly string[],
    stage: LifecycleStage,
    options: CallOptions = {},
  ): Promise<number | undefined> {
    if (!this.has('table')) {
      return undefined;
    }
    const path = `${extrasPrefix}/table/count`;
    const body: TableRequest = { experiment_ids: [...experimentIds], stage };
    return this.call({ method: 'POST', path, body, read: true, ...options }, (answer) =>
      Number(readInt64(answer, 'runs')),
    );
  }

  async slots(runIds: readonly string[], options: CallOptions = {}): Promise<ReadonlyMap<string, number> | undefined> {
    if (!this.has('slots')) {
      return undefined;
    }
    const path = `${extrasPrefix}/slots`;
    const request = { method: 'POST', path, body: { run_ids: runIds }, read: true, ...options } as const;
    return this.call(request, (answer) => {
      const slots = Object.entries(readFields(answer['slots'], 'slots'));
      return new Map(slots.filter((slot): slot is [string, number] => typeof slot[1] === 'number'));
    });
  }

  async purge(
    {
      runIds,
      experimentIds,
      dryRun = false,
    }: { readonly runIds: readonly string[]; readonly experimentIds: readonly string[]; readonly dryRun?: boolean },
    options: CallOptions = {},
  ): Promise<Purged> {
    if (!this.has('purge')) {
      throw new RequestError('status', 'This tracking server cannot delete for good; use its own `mlflow gc`.');
    }
    const body: PurgeRequest = { run_ids: [...runIds], experiment_ids: [...experimentIds], dry_run: dryRun };
    const path = `${extrasPrefix}/purge`;
    return this.call({ method: 'POST', path, body, read: dryRun, timeout: purgeTimeout, ...options }, (answer) => ({
      runs: Number(readInt64(answer, 'runs')),
      experiments: Number(readInt64(answer, 'experiments')),
      bytes: Number(readInt64(answer, 'bytes')),
      keptArtifacts: readList(answer, 'kept_artifacts', String),
      items: readList(answer, 'items', purgeItemFromWire),
    }));
  }

  async liveness(runIds: readonly string[], options: CallOptions = {}): Promise<ReadonlyMap<string, Liveness>> {
    if (!this.has('liveness') || runIds.length === 0) {
      return new Map();
    }
    const path = `${extrasPrefix}/liveness`;
    const request = { method: 'POST', path, body: { run_ids: runIds }, read: true, ...options } as const;
    return this.call(request, (answer) => {
      const runs = Object.entries(readFields(answer['runs'], 'runs'));
      return new Map(runs.map(([id, wire]) => [id, livenessFromWire(wire)]));
    });
  }

  dispose(): void {
    this.http.dispose();
  }

  private serverSeries(request: SeriesRequest, options?: CallOptions): Promise<ArrayBuffer> {
    return this.binary('series', request, options);
  }

  /** One of Labbook's own reading requests that is answered with an ArrayBuffer. */
  private async binary(name: string, body: object, options: CallOptions = {}): Promise<ArrayBuffer> {
    const path = `${extrasPrefix}/${name}`;
    const headers = { accept: 'application/octet-stream' };
    return (await this.http.bytes({ method: 'POST', path, headers, body, read: true, ...options })).buffer;
  }

  private ownSeries(request: SeriesRequest, options?: CallOptions): Promise<SeriesEntry[]> {
    return seriesFromHistory(
      {
        getRun: (id) => this.getRun(id, options),
        wholeMetricHistory: (runId, key) => this.wholeMetricHistory(runId, key, options),
      },
      request,
    );
  }

  private get<T>(path: string, query: Query, options: CallOptions = {}, take: (answer: Fields) => T): Promise<T> {
    return this.call({ method: 'GET', path: `${apiPrefix}/${path}`, query, read: true, ...options }, take);
  }

  /** A POST that changes nothing. */
  private read<T>(path: string, body: object, options: CallOptions = {}, take: (answer: Fields) => T): Promise<T> {
    return this.call({ method: 'POST', path: `${apiPrefix}/${path}`, body, read: true, ...options }, take);
  }

  private write<T>(path: string, body: object, options: CallOptions = {}, take: (answer: Fields) => T): Promise<T> {
    return this.call({ method: 'POST', path: `${apiPrefix}/${path}`, body, read: false, ...options }, take);
  }

  private async call<T>(request: HttpRequest, take: (answer: Fields) => T): Promise<T> {
    const answer = await this.http.json(request);
    return understood(() => take(readFields(answer, 'answer')));
  }
}

function searchFields(query: ExperimentQuery, maxResults: number): object {
  return {
    filter: query.filter,
    order_by: query.orderBy,
    max_results: query.maxResults ?? maxResults,
    page_token: query.pageToken,
  };
}

function pageOf<T>(answer: Fields, name: string, read: (item: unknown) => T): PageOf<T> {
  const items = readList(answer, name, read);
  const token = readText(answer, 'next_page_token', '');
  return token === '' ? { items } : { items, nextPageToken: token };
}

/** Follows page tokens. One that repeats is an error: a faulty server would else be asked for ever. */
async function allPages<T>(
  read: (page: { readonly pageToken?: string }) => Promise<PageOf<T>>,
  limit = Infinity,
): Promise<T[]> {
  const items: T[] = [];
  const seen = new Set<string>();
  let pageToken: string | undefined;
  do {
    const page = await read(pageToken === undefined ? {} : { pageToken });
    for (const item of page.items) {
      items.push(item);
    }
    pageToken = page.nextPageToken;
    if (pageToken !== undefined && seen.has(pageToken)) {
      throw new RequestError('malformed', 'The server sends the same page again and again.');
    }
    seen.add(pageToken ?? '');
  } while (pageToken !== undefined && items.length < limit);
  return items.length > limit ? items.slice(0, limit) : items;
}

function decoded(buffer: ArrayBuffer): SeriesEntry[] {
  try {
    return decodeSeries(buffer);
  } catch (cause) {
    throw new RequestError('malformed', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function understood<T>(take: () => T): T {
  try {
    return take();
  } catch (cause) {
    if (cause instanceof WireFormatError) {
      throw new RequestError('malformed', cause.message, { cause });
    }
    throw cause;
  }
}

function purgeItemFromWire(wire: unknown): PurgeItem {
  const fields = readFields(wire, 'item');
  return {
    kind: fields['kind'] === 'experiment' ? 'experiment' : 'run',
    id: readText(fields, 'id'),
    bytes: Number(readInt64(fields, 'bytes')),
    runs: Number(readInt64(fields, 'runs')),
    deleted: Number(readInt64(fields, 'deleted')),
  };
}

function livenessFromWire(wire: unknown): Liveness {
  const fields = readFields(wire, 'liveness');
  const process = fields['process'];
  return {
    last_sign: Number(readInt64(fields, 'last_sign')),
    process: process === 'alive' || process === 'gone' ? process : 'unknown',
  };
}

function ignore(): void {
  // The answer is `{}`.
}
