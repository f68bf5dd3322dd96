import assert from 'node:assert/strict';
import { startLabbook, type StartOptions } from '../../fakes/labbookServer';
import type { Target } from './rest';

/**
 * LABBOOK_REFERENCE: the address of an `mlflow server` to run the scripts against instead, without a token. That is how to
 * see that what the tests expect is what MLflow does.
 */
export const reference = process.env['LABBOOK_REFERENCE'];

export interface StrictServer extends Target {
  dispose(): Promise<void>;
}

/** Starts a server whose log must stay free of errors: `dispose` ends it and checks that. */
export async function startStrictly(options: StartOptions = {}): Promise<StrictServer> {
  if (reference !== undefined) {
    return { url: reference, token: '', dispose: () => Promise.resolve() };
  }
  const server = await startLabbook(options);
  return {
    url: server.url,
    token: server.token,
    dispose: async () => {
      const code = await server.stop();
      await server.dispose();
      assert.doesNotMatch(server.output().stderr, /^\S+ error /m, 'the server logged an error');
      assert.equal(code, 0, 'the server ended cleanly');
    },
  };
}
