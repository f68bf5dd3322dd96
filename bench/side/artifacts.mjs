// One large file through the artifact proxy, up and down.
import { ask, bytes, medianOf } from '../lib/load.mjs';

export const figures = [
  { id: 'upload', title: 'upload of one file', unit: 'MB/s', better: 'more', wanted: 2 },
  { id: 'download', title: 'download of one file', unit: 'MB/s', better: 'more', wanted: 4 },
];

export async function measure(server, { newRun, quick }) {
  const size = (quick ? 32 : 256) * 1024 * 1024;
  const runId = await newRun(server);
  const path = `/api/2.0/mlflow-artifacts/artifacts/${server.experiment}/${runId}/artifacts/file.bin`;
  const rates = { upload: [], download: [] };
  for (let i = 0; i < 3; i++) {
    const sent = await ask(server, 'PUT', path, { body: bytes(size), length: size });
    rates.upload.push(size / 1000 / sent.ms);
    const read = await ask(server, 'GET', path, { take: () => undefined });
    if (read.size !== size) {
      throw new Error(`${server.name} sent ${read.size} bytes, not ${size}`);
    }
    rates.download.push(size / 1000 / read.ms);
  }
  return { upload: medianOf(rates.upload), download: medianOf(rates.download) };
}
