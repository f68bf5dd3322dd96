import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { extrasPrefix } from '../../protocol/extras';
import { apiPrefix } from '../../protocol/mlflow';
import { artifactEndpoints } from '../api/artifacts';
import type { Endpoint } from '../api/endpoint';
import { experimentEndpoints } from '../api/experiments';
import { inputEndpoints } from '../api/inputs';
import type { EventConnections } from '../api/labbook/events';
import { extraEndpoints } from '../api/labbook/extras';
import { answerLiveness } from '../api/labbook/liveness';
import { purge } from '../api/labbook/purge';
import { loggedModelEndpoints } from '../api/loggedModels';
import { loggingEndpoints } from '../api/logging';
import { logModelEndpoints } from '../api/logModel';
import { bulkMetricEndpoints } from '../api/metricBulk';
import { metricEndpoints } from '../api/metrics';
import { modelVersionEndpoints } from '../api/modelVersions';
import { presignedEndpoints } from '../api/presigned';
import { registeredModelEndpoints } from '../api/registeredModels';
import { runEndpoints } from '../api/runs';
import type { ArtifactPlaces } from '../artifacts/places';
import { KeptProcesses } from '../liveness/keptProcesses';
import { Liveness } from '../liveness/liveness';
import type { Log } from '../log';
import { machine } from '../store/processIdentity';
import type { Store } from '../store/types';
import { nextTurn } from '../turns';
import { mlflowVersion } from '../version';
import { readInput, readJsonBody, readWhole } from './body';
import { answerError, toApiError } from './errors';
import { extraRoutes } from './extraRoutes';
import { pathOf, setSafetyHeaders } from './gate';
import { RouteTable } from './routeTable';
import { sendAnswer, sendText } from './sendAnswer';
import type { AnswerBody } from './shortWay';

export interface AppContext {
  store: Store;
  places: ArtifactPlaces;
  events: EventConnections;
  log: Log;
  /** Called with each request that the gate let in. */
  readonly onRequest: () => void;
  /** Ends the server cleanly; called after the answer to POST shutdown is on its way. */
  readonly shutdown: () => void;
}

export interface App {
  /** Answers a request, with safety headers; the gate stands before it. */
  handle(this: void, request: IncomingMessage, response: ServerResponse): void;
  /** How a request that the gate lets in is answered by its body alone; undefined where it takes more. */
  answerOf(this: void, request: IncomingMessage): AnswerBody | undefined;
  /** Makes all routes ready that `handle` would wait for. @returns them, as `METHOD path` */
  ready(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What scripts, and not the UI, send while a run goes on. */
const signsOfLife = new Set([
  '/runs/create',
  '/runs/log-metric',
  '/runs/log-batch',
  '/runs/log-parameter',
  '/runs/log-inputs',
]);

/** What scripts send again and again. The answers are plain objects. */
const repeated = new Set([...signsOfLife, '/runs/update', '/runs/set-tag']);

/** Where MLflow's clients of all ages look for the same operations. */
const apiPrefixes = [apiPrefix, '/ajax-api/2.0/mlflow', '/api/2.0/preview/mlflow'];

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The routes. Most are a path and JSON, and are answered from a map: that is ready at once, and costs logging least. The others are
 * fastify's (otherRoutes.ts), which takes longer to load than all the rest of the server: that happens with the first of their requests,
 * or when `ready` is called, a part at a time.
 */
export function createApp(context: AppContext): App {
  const { store, log, onRequest } = context;
  const routes = new RouteTable();
  const plain = new Map<string, Answer>();
  const byBody = new Map<string, AnswerBody>();
  const withParameters: Endpoint[] = [];
  const add = (method: string, path: string, answer: Answer): void => {
    routes.add(method, path);
    plain.set(`${method} ${path}`, answer);
  };
  const addEndpoint = (prefix: string, endpoint: Endpoint, noteLife?: NoteLife): void => {
    const { method, path, handle } = endpoint;
    if (/[:*]/.test(path)) {
      withParameters.push({ method, path: prefix + path, handle });
      return;
    }
    add(method, prefix + path, answerTo(endpoint, noteLife, log));
    if (method === 'POST' && repeated.has(path)) {
      byBody.set(prefix + path, answerToBody(endpoint, noteLife, onRequest));
    }
  };
  add('GET', '/health', (_request, response) => sendText(response, 'text/plain', 'OK'));
  add('GET', '/version', (_request, response) => sendText(response, 'text/plain', mlflowVersion));
  const liveness = new Liveness(new KeptProcesses(path.join(store.folder, 'processes.json'), machine, log));
  const endpoints = endpointsOf(context);
  for (const prefix of apiPrefixes) {
    endpoints.forEach((each) => addEndpoint(prefix, each, noteLifeIn(liveness)));
  }
  const extras: Endpoint[] = [
    ...extraEndpoints(store),
    { method: 'POST', path: `${extrasPrefix}/purge`, handle: (input) => purge(context, input) },
    { method: 'POST', path: `${extrasPrefix}/liveness`, handle: (input) => answerLiveness(liveness, input) },
  ];
  extras.forEach((each) => addEndpoint('', each));
  for (const { method, path, answer } of extraRoutes(context)) {
    add(method, path, (request, response) => {
      const answered = async (): Promise<void> => answer(request, response);
      answered().catch((error: unknown) => answerError(request, response, toApiError(error, log)));
    });
  }

  let loading: ReturnType<typeof loadOthers> | undefined;
  const others = () => (loading ??= loadOthers(context, withParameters, routes));
  return {
    handle: (request, response) => {
      onRequest();
      const path = pathOf(request);
      const answer = plain.get(`${request.method} ${path.includes('%') ? decodeURIComponent(path) : path}`);
      if (answer !== undefined) {
        answer(request, response);
        return;
      }
      others().then(
        (app) => {
          hideContentType(request);
          setSafetyHeaders(response);
          app.routing(request, response);
        },
        (error: unknown) => answerError(request, response, toApiError(error, log)),
      );
    },
    answerOf: (request) => (request.method === 'POST' ? byBody.get(pathOf(request)) : undefined),
    ready: async () => {
      await others();
      return routes.all;
    },
    close: async () => {
      await (await loading)?.close();
      await liveness.close();
    },
  };
}

function answerTo({ method, path, handle, scan }: Endpoint, noteLife: NoteLife | undefined, log: Log): Answer {
  const answered = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const contentType = request.headers['content-type'];
      const input = await (method === 'POST'
        ? readJsonBody(request, contentType, scan)
        : readInput(request, contentType, scan));
      const answer = await handle(input);
      noteLife?.(path, input, answer, request);
      sendAnswer(request, response, answer, log);
    } catch (error) {
      answerError(request, response, toApiError(error, log));
    }
  };
  return (request, response) => void answered(request, response);
}

/** The same without all that a request's head decides. */
function answerToBody(
  { path, handle, scan }: Endpoint,
  noteLife: NoteLife | undefined,
  onRequest: () => void,
): AnswerBody {
  return async (body, socket) => {
    onRequest();
    const input = readWhole(body, scan);
    const answer = await handle(input);
    noteLife?.(path, input, answer, { socket });
    return answer;
  };
}

/** A part at a time, as some take 20 ms. */
async function loadOthers(context: AppContext, endpoints: readonly Endpoint[], routes: RouteTable) {
  for (const load of [() => import('node:http2'), () => import('../later')]) {
    await load();
    await nextTurn();
  }
  const { createOtherRoutes } = await import('./otherRoutes');
  await nextTurn();
  const app = createOtherRoutes(context, endpoints, routes);
  await app.ready();
  return app;
}

/** MLflow's, without their prefix. */
function endpointsOf({ store, places }: AppContext): Endpoint[] {
  return [
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
}

type NoteLife = (path: string, input: unknown, answer: object, request: Pick<IncomingMessage, 'socket'>) => void;

/** To be told of every request that was answered without an error. */
function noteLifeIn(liveness: Liveness): NoteLife {
  return (path, input, answer, request) => {
    const runId = signsOfLife.has(path) ? runIdOf(path === '/runs/create' ? answer : input) : undefined;
    if (runId !== undefined) {
      liveness.note(runId, request);
    }
  };
}

/** The run that a request names, or an answer tells of. */
function runIdOf(message: unknown): string | undefined {
  const field = (value: unknown, name: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  const id =
    field(message, 'run_id') ?? field(message, 'run_uuid') ?? field(field(field(message, 'run'), 'info'), 'run_id');
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Fastify refuses what it cannot parse, and an upload may call itself whatever it likes: it is still in `rawHeaders`. */
function hideContentType(request: IncomingMessage): void {
  delete request.headers['content-type'];
}
