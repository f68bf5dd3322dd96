import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { EventConnections } from '../../../src/server/api/labbook/events';
import { unknownEndpoint } from '../../../src/server/api/unsupported';
import { ArtifactStore } from '../../../src/server/artifacts/artifactStore';
import { LocalFolders } from '../../../src/server/artifacts/localFolders';
import { ArtifactPlaces } from '../../../src/server/artifacts/places';
import { ChangeHub } from '../../../src/server/changeHub';
import { createApp } from '../../../src/server/http/app';
import { openStore } from '../../../src/server/store/store';

/** The table of endpoints in docs/protocol.md. */
function documented(): { method: string; path: string; state: string }[] {
  const text = readFileSync('docs/protocol.md', 'utf8').split('## Endpoints')[1]?.split('\n## ')[0] ?? '';
  return text.split('\n').flatMap((line) => {
    const [, method = '', where = '', state = ''] = line.split('|').map((cell) => cell.trim());
    return /^[A-Z]+$/.test(method) ? [{ method, path: where.replaceAll('`', ''), state }] : [];
  });
}

/** The forms under which an endpoint is also served, as the one that the table names. */
function canonical(route: string): string | undefined {
  if (route.includes('/api/labbook/') || route.startsWith('HEAD ')) {
    return undefined;
  }
  // Two are for MLflow's page only.
  if (/ajax-api.*\/(?:upload-artifact|artifacts\/files)$/.test(route)) {
    return route;
  }
  return route
    .replace(/\/(?:ajax-api\/2\.0|api\/2\.0\/preview)\/mlflow(?=[/-])/, '/api/2.0/mlflow')
    .replace(/\/mpu\/(create|complete|abort)$/, '/mpu/$1/*');
}

describe('the table of endpoints', () => {
  let folder: string;
  let routes: readonly string[];

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'labbook-endpoints-'));
    const store = await openStore({ folder, artifactRoot: 'mlflow-artifacts:/' });
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const local = new LocalFolders({ store: folder, workspace: undefined, allowed: [] });
    const places = new ArtifactPlaces(new ArtifactStore(folder), local);
    const events = new EventConnections(new ChangeHub(store.revision));
    const app = createApp({ store, places, events, log, onRequest: () => undefined, shutdown: () => undefined });
    routes = await app.ready();
    await app.close();
    await store.close();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('names each supported endpoint, and nothing else is served', () => {
    const supported = documented().flatMap(({ method, path: where, state }) =>
      state.startsWith('supported') ? [`${method} ${where}`] : [],
    );
    const served = new Set(routes.flatMap((route) => canonical(route) ?? []));
    assert.deepEqual([...served].sort(), [...supported].sort());
    assert.ok(supported.length > 70, String(supported.length));
  });

  it('is served under every prefix', () => {
    for (const { method, path: where, state } of documented()) {
      const below = /^\/api\/2\.0\/mlflow\/(.*)/.exec(where)?.[1];
      if (state.startsWith('supported') && below !== undefined) {
        assert.ok(routes.includes(`${method} /ajax-api/2.0/mlflow/${below}`), `${method} ${below}`);
        assert.ok(routes.includes(`${method} /api/2.0/preview/mlflow/${below}`), `${method} ${below}`);
      }
    }
  });

  it('names the feature of what is out of scope, with a status that clients do not repeat', () => {
    const rest = documented().filter(({ state }) => !state.startsWith('supported'));
    assert.ok(rest.length > 15, String(rest.length));
    for (const { method, path: where, state } of rest) {
      const [, status = '', feature = ''] = /^out of scope \((501|404)\)[:,] ([^,:]*)/.exec(state) ?? [];
      const error = unknownEndpoint(method, where.replace('*', 'x'));
      assert.equal(error.code, status === '501' ? 'NOT_IMPLEMENTED' : 'ENDPOINT_NOT_FOUND', `${method} ${where}`);
      if (status === '501' && !feature.startsWith('as MLflow')) {
        assert.ok(error.message.includes(feature), `${error.message}: ${feature}`);
      }
    }
  });
});
