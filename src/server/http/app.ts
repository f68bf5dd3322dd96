import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { ApiError } from '../../core/errors';
import { stringifyJson } from '../../core/json';
import { extrasPrefix } from '../../protocol/extras';
import { apiPrefix, artifactPrefix } from '../../protocol/mlflow';
import { artifactEndpoints } from '../api/artifacts';
import type { Endpoint } from '../api/endpoint';
import { experimentEndpoints } from '../api/experiments';
import { inputEndpoints } from '../api/inputs';
import type { EventConnections } from '../api/labbook/events';
import { extraEndpoints } from '../api/labbook/extras';
import { answerLiveness } from '../api/labbook/liveness';
import { purge } from '../api/labbook/purge';
import { Curves } from '../api/labbook/curves';
import { answerSeries } from '../api/labbook/series';
import { answerTableColumns, answerTableRows } from '../api/labbook/table';
import { loggedModelEndpoints } from '../api/loggedModels';
import { loggingEndpoints } from '../api/logging';
import { logModelEndpoints } from '../api/logModel';
import { bulkMetricEndpoints } from '../api/metricBulk';
import { metricEndpoints } from '../api/metrics';
import { modelVersionEndpoints } from '../api/modelVersions';
import { presignedEndpoints } from '../api/presigned';
import { registeredModelEndpoints } from '../api/registeredModels';
import { runEndpoints } from '../api/runs';
import { unknownEndpoint } from '../api/unsupported';
import { seriesContentType } from '../../protocol/seriesCodec';
import { tableContentType } from '../../protocol/tableCodec';
import { registerMultipart } from '../artifacts/multipartRoutes';
import type { ArtifactPlaces } from '../artifacts/places';
import { registerArtifactProxy } from '../artifacts/proxy';
import { registerRunFiles } from '../artifacts/runFiles';
import { Liveness } from '../liveness/liveness';
import type { Log } from '../log';
import type { Store } from '../store/types';
import { mlflowVersion } from '../version';
import { readInput, readJsonBody } from './body';
import { answerError, toApiError } from './errors';
import { pathOf } from './gate';

export interface AppContext {
  store: Store;
  places: ArtifactPlaces;
  events: EventConnections;
  log: Log;
  /** Ends the server cleanly; called after the answer to POST shutdown is on its way. */
  readonly shutdown: () => void;
}

/** What scripts, and not the UI, send while a run goes on. */
const signsOfLife = new Set([
  '/runs/create',
  '/runs/log-metric',
  '/runs/log-batch',
  '/runs/log-parameter',
  '/runs/log-inputs',
]);

/** Where MLflow's clients of all ages look for the same operations. */
const apiPrefixes = [apiPrefix, '/ajax-api/2.0/mlflow', '/api/2.0/preview/mlflow'];
const artifactPrefixes = [artifactPrefix, '/ajax-api/2.0/mlflow-artifacts/artifacts'];
const multipartPrefixes = ['/api/2.0/mlflow-artifacts', '/ajax-api/2.0/mlflow-artifacts'];

/** Builds the routes. Requests come in by `app.routing` when `app.ready()` has ended; the gate stands before it. */
export function createApp(context: AppContext): FastifyInstance {
  const { store, log, places } = context;
  const app = fastify({
    exposeHeadRoutes: false,
    // No route has a JSON schema (api/fields.ts); making ready for some would be a good part of a start.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    // Queries are read where they are declared, strictly (http/body.ts).
    routerOptions: { maxParamLength: 32 * 1024, querystringParser: () => ({}) },
    frameworkErrors: (error, request, reply) => fail(request, reply, new ApiError('BAD_REQUEST', error.message)),
  });
  // Bodies are read by whoever needs them: JSON by readJsonBody, uploads as a stream.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  const routes = new RouteTable();
  app.addHook('onRoute', ({ method, url }) => routes.add(method, url));

  const fail = (request: FastifyRequest, reply: FastifyReply, error: unknown): void => {
    const contentRange = reply.getHeader('content-range');
    reply.hijack();
    const answer = toApiError(error, log);
    answerError(
      request.raw,
      reply.raw,
      answer,
      contentRange === undefined ? {} : { 'content-range': String(contentRange) },
    );
  };
  app.setErrorHandler((error, request, reply) => fail(request, reply, error));
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.raw);
    const methods = routes.methodsOf(path);
    if (methods.length === 0) {
      fail(request, reply, unknownEndpoint(request.method, path));
      return;
    }
    reply.hijack();
    const error = new ApiError('METHOD_NOT_ALLOWED', `${path} answers ${methods.join(', ')}, not ${request.method}.`);
    answerError(request.raw, reply.raw, error, { allow: methods.join(', ') });
  });

  app.get('/health', (_request, reply) => reply.type('text/plain').send('OK'));
  app.get('/version', (_request, reply) => reply.type('text/plain').send(mlflowVersion));
  const liveness = new Liveness();
  const noteLife = (path: string, input: unknown, answer: object, request: IncomingMessage): void => {
    const runId = signsOfLife.has(path) ? runIdOf(path === '/runs/create' ? answer : input) : undefined;
    if (runId !== undefined) {
      liveness.note(runId, request);
    }
  };
  for (const prefix of apiPrefixes) {
    const endpoints = [
      ...experimentEndpoints(store, places.local),
      ...runEndpoints(store),
      ...loggingEndpoints(store),
      ...metricEndpoints(store),
      ...registeredModelEndpoints(store),
      ...modelVersionEndpoints(store),
      ...bulkMetricEndpoints(store),
      ...inputEndpoints(store),
      ...logModelEndpoints(store),
      ...loggedModelEndpoints(store, places),
      ...presignedEndpoints(store),
      ...artifactEndpoints(store, places),
    ];
    registerEndpoints(app, prefix, endpoints, noteLife);
  }
  const proxied = { store, artifacts: places.own };
  for (const prefix of artifactPrefixes) {
    registerArtifactProxy(app, prefix, proxied);
  }
  for (const prefix of multipartPrefixes) {
    registerMultipart(app, prefix, proxied, contentTypeOfRequest);
  }
  registerRunFiles(app, context);
  registerExtras(app, context, liveness);
  return app;
}

function noSchemas(): never {
  throw new Error('routes have no JSON schemas here');
}

function registerExtras(app: FastifyInstance, context: AppContext, liveness: Liveness): void {
  const { store, events, shutdown } = context;
  const purging: Endpoint = { method: 'POST', path: `${extrasPrefix}/purge`, handle: (input) => purge(context, input) };
  const alive: Endpoint = {
    method: 'POST',
    path: `${extrasPrefix}/liveness`,
    handle: (input) => answerLiveness(liveness, input),
  };
  registerEndpoints(app, '', [...extraEndpoints(store), purging, alive]);
  app.get(`${extrasPrefix}/events`, (request, reply) => {
    events.serve(request.raw, reply.raw);
    reply.hijack();
  });
  const curves = new Curves(store);
  app.post(`${extrasPrefix}/series`, async (request, reply) => {
    const bytes = await answerSeries(curves, await readJsonBody(request.raw, contentTypeOfRequest(request.raw)));
    return reply.header('content-type', seriesContentType).send(Buffer.from(bytes));
  });
  const table = {
    rows: (input: unknown) => answerTableRows(store, input),
    columns: (input: unknown) => answerTableColumns(store, input),
  };
  for (const [name, answer] of Object.entries(table)) {
    app.post(`${extrasPrefix}/table/${name}`, async (request, reply) => {
      const bytes = await answer(await readJsonBody(request.raw, contentTypeOfRequest(request.raw)));
      return reply.header('content-type', tableContentType).send(Buffer.from(bytes.buffer));
    });
  }
  app.post(`${extrasPrefix}/shutdown`, async (_request, reply) => {
    reply.raw.once('finish', () => shutdown());
    return sendJson(reply, {});
  });
}

/** @param onAnswer told of every request that was answered without an error */
function registerEndpoints(
  app: FastifyInstance,
  prefix: string,
  endpoints: readonly Endpoint[],
  onAnswer?: (path: string, input: unknown, answer: object, request: IncomingMessage) => void,
): void {
  for (const { method, path, handle } of endpoints) {
    app.route({
      method,
      url: prefix + path,
      handler: async (request, reply) => {
        const { raw } = request;
        const input = await readInput(raw, contentTypeOfRequest(raw));
        const answer = await handle(withParams(input, request.params));
        onAnswer?.(path, input, answer, raw);
        return sendJson(reply, answer);
      },
    });
  }
}

/** Parameters in the path count before fields of the same name. */
function withParams(input: unknown, params: unknown): unknown {
  const named = typeof params === 'object' && params !== null ? params : {};
  return Object.keys(named).length > 0 && typeof input === 'object' && input !== null ? { ...input, ...named } : input;
}

/** The run that a request names, or an answer tells of. */
function runIdOf(message: unknown): string | undefined {
  const field = (value: unknown, name: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  const id =
    field(message, 'run_id') ?? field(message, 'run_uuid') ?? field(field(field(message, 'run'), 'info'), 'run_id');
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function sendJson(reply: FastifyReply, value: object): FastifyReply {
  reply.header('content-type', 'application/json');
  return reply.send(value instanceof Readable ? value : stringifyJson(value));
}

/**
 * The Content-Type as it was sent: `hideContentType` takes it out of `headers`, as fastify refuses what it cannot parse,
 * and an upload may call itself whatever it likes.
 */
function contentTypeOfRequest(request: IncomingMessage): string | undefined {
  const at = request.rawHeaders.findIndex((each, i) => i % 2 === 0 && each.toLowerCase() === 'content-type');
  return at < 0 ? undefined : request.rawHeaders[at + 1];
}

export function hideContentType(request: IncomingMessage): void {
  delete request.headers['content-type'];
}

/** Which methods a path answers, for 405. */
class RouteTable {
  private readonly exact = new Map<string, Set<string>>();
  /** Routes with parameters, and those that end with anything. */
  private readonly patterns = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();

  add(method: string | string[], url: string): void {
    const methods = this.methodsFor(url);
    [method].flat().forEach((each) => methods.add(each));
  }

  methodsOf(path: string): string[] {
    const found =
      this.exact.get(path) ?? [...this.patterns.values()].find(({ pattern }) => pattern.test(path))?.methods;
    return [...(found ?? [])].sort();
  }

  private methodsFor(url: string): Set<string> {
    if (!/[:*]/.test(url)) {
      const methods = this.exact.get(url) ?? new Set();
      this.exact.set(url, methods);
      return methods;
    }
    const source = url.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+').replace(/\*$/, '.*');
    const known = this.patterns.get(url) ?? { pattern: new RegExp(`^${source}$`), methods: new Set() };
    this.patterns.set(url, known);
    return known.methods;
  }
}
