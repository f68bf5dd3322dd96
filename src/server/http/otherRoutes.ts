import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { ApiError } from '../../core/errors';
import { artifactPrefix } from '../../protocol/mlflow';
import type { Endpoint } from '../api/endpoint';
import { unknownEndpoint } from '../api/unsupported';
import { registerMultipart } from '../artifacts/multipartRoutes';
import { registerArtifactProxy } from '../artifacts/proxy';
import { registerRunFiles } from '../artifacts/runFiles';
import { fastify } from '../later';
import type { AppContext } from './app';
import { readInput } from './body';
import { answerError, toApiError } from './errors';
import { pathOf } from './gate';
import type { RouteTable } from './routeTable';
import { sendAnswer } from './sendAnswer';

const artifactPrefixes = [artifactPrefix, '/ajax-api/2.0/mlflow-artifacts/artifacts'];
const multipartPrefixes = ['/api/2.0/mlflow-artifacts', '/ajax-api/2.0/mlflow-artifacts'];

/**
 * The routes that are more than a path: files and parameters in the path; and what is said of paths that nothing answers. Requests come in by `routing` when `ready()` has ended, without a Content-Type (`hideContentType`).
 * @param endpoints those with parameters in their path
 * @param routes is given those that are made here
 */
export function createOtherRoutes(
  context: AppContext,
  endpoints: readonly Endpoint[],
  routes: RouteTable,
): FastifyInstance {
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

  for (const { method, path, handle } of endpoints) {
    app.route({
      method,
      url: path,
      handler: async ({ raw, params }, reply) => {
        const answer = await handle(withParams(await readInput(raw, contentTypeOfRequest(raw)), params));
        reply.hijack();
        sendAnswer(raw, reply.raw, answer, log);
      },
    });
  }
  const proxied = { store, artifacts: places.own };
  for (const prefix of artifactPrefixes) {
    registerArtifactProxy(app, prefix, proxied);
  }
  for (const prefix of multipartPrefixes) {
    registerMultipart(app, prefix, proxied, contentTypeOfRequest);
  }
  registerRunFiles(app, context);
  return app;
}

function noSchemas(): never {
  throw new Error('routes have no JSON schemas here');
}

/** Parameters in the path count before fields of the same name. */
function withParams(input: unknown, params: unknown): unknown {
  const named = typeof params === 'object' && params !== null ? params : {};
  return Object.keys(named).length > 0 && typeof input === 'object' && input !== null ? { ...input, ...named } : input;
}

/**
 * The Content-Type as it was sent: `hideContentType` takes it out of `headers`, as fastify refuses what it cannot parse,
 * and an upload may call itself whatever it likes.
 */
function contentTypeOfRequest(request: IncomingMessage): string | undefined {
  const at = request.rawHeaders.findIndex((each, i) => i % 2 === 0 && each.toLowerCase() === 'content-type');
  return at < 0 ? undefined : request.rawHeaders[at + 1];
}
