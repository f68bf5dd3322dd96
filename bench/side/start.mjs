// From the start of the process to the first answer of /health, with an empty store.
import { folder, startLabbook, startMlflow } from '../lib/servers.mjs';
import { medianOf } from '../lib/load.mjs';

export const figures = [{ id: 'start', title: 'start to ready, empty store', unit: 'ms', better: 'less', wanted: 50 }];

/** Starts further servers of the same kind, each with a store that was made before. */
export async function measure(server, { python, quick }) {
  if (quick && server.kind === 'mlflow') {
    // To try things out, the start of the server that is measured will do.
    return { start: server.startMs };
  }
  const times = [];
  const tries = server.kind === 'labbook' ? 5 : 2;
  const home = folder(`start-${server.kind}-${server.workers ?? ''}`);
  for (let i = 0; i <= tries; i++) {
    const started =
      server.kind === 'labbook'
        ? await startLabbook(`${home}/store`)
        : await startMlflow({ python, workers: server.workers, home });
    await started.stop();
    if (i > 0) {
      times.push(started.startMs);
    }
  }
  return { start: medianOf(times) };
}
