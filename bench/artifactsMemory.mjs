// The server's memory while a file of 5 GB goes up and down through the artifact proxy: as one request, in parts, whole and a range.
// `--sizes N`: gigabytes instead of 5; `--quick`: a quarter of one.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ask, bytes } from './lib/load.mjs';
import { save } from './lib/report.mjs';
import { folder, residentOf, startLabbook } from './lib/servers.mjs';
import { newRun } from './side/logMetric.mjs';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, sizes: { type: 'string' } } });
const gigabytes = Number(values.sizes ?? (values.quick ? 0.25 : 5));
const size = Math.round(gigabytes * 1000 ** 3);
/** As MLflow's client cuts large files: 10 MB, several at a time. */
const partSize = 10 * 1024 * 1024;
const atOnce = 4;

const home = folder('memory');
const { bavail, bsize } = await statfs(home);
if (bavail * bsize < 2.5 * size) {
  console.error(
    `The disk of ${home} has ${((bavail * bsize) / 1e9).toFixed(1)} GB left; ${(2.5 * gigabytes).toFixed(1)} are needed.`,
  );
  process.exit(1);
}
if (!existsSync('/proc/self/status')) {
  console.error("Only Linux tells a process's memory in the way that this needs.");
  process.exit(1);
}

const server = await startLabbook(`${home}/store`);
const runId = await newRun(server);
const root = `/api/2.0/mlflow-artifacts`;
const place = `${server.experiment}/${runId}/artifacts`;
const rows = [];
const before = residentOf(server.pid).now;

/** Does something with `amount` bytes and notes the most memory that the server had meanwhile. */
async function phase(title, amount, work) {
  // Forgets the peak of the phase before.
  writeFileSync(`/proc/${server.pid}/clear_refs`, '5');
  const from = performance.now();
  await work();
  const seconds = (performance.now() - from) / 1000;
  const { now, most } = residentOf(server.pid);
  rows.push([title, amount / 1e9, seconds, amount / 1e6 / seconds, most / 1e6, now / 1e6]);
  console.log(`${title}: ${seconds.toFixed(1)} s, most ${(most / 1e6).toFixed(0)} MB`);
}

/** Reads a file, or a part of it, and checks that it is what was sent. */
async function download(name, start = 0) {
  const [pattern] = await first(bytes(1024 * 1024));
  let at = start;
  const take = (chunk) => {
    for (let i = 0; i < chunk.length; i += 4099) {
      if (chunk[i] !== pattern[(at + i) % pattern.length]) {
        throw new Error(`${name} differs at byte ${at + i}`);
      }
    }
    at += chunk.length;
  };
  const headers = start === 0 ? {} : { range: `bytes=${start}-` };
  await ask(server, 'GET', `${root}/artifacts/${place}/${name}`, { take, headers });
  if (at !== size) {
    throw new Error(`${name} ended at byte ${at} of ${size}`);
  }
}

async function first(chunks) {
  for await (const chunk of chunks) {
    return [chunk];
  }
  return [];
}

async function uploadInParts(name) {
  const count = Math.ceil(size / partSize);
  const body = { path: name, num_parts: count };
  const created = JSON.parse((await ask(server, 'POST', `${root}/mpu/create/${place}`, { body })).text);
  const parts = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < count; i = next++) {
      const length = Math.min(partSize, size - i * partSize);
      // Parts begin where the pattern does: their size is a multiple of its length.
      const { url, part_number } = created.credentials[i];
      const { headers } = await ask(server, 'PUT', new URL(url).pathname, { body: bytes(length), length });
      parts.push({ part_number, etag: headers.etag, url });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const done = { path: name, upload_id: created.upload_id, parts };
  await ask(server, 'POST', `${root}/mpu/complete/${place}`, { body: done });
}

await phase('upload, one request', size, () =>
  ask(server, 'PUT', `${root}/artifacts/${place}/one.bin`, { body: bytes(size), length: size }),
);
await phase('download, whole', size, () => download('one.bin'));
const half = Math.floor(size / 2);
await phase('download, a range: the second half', size - half, () => download('one.bin', half));
await ask(server, 'DELETE', `${root}/artifacts/${place}/one.bin`);
await phase(`upload, parts of 10 MB, ${atOnce} at once`, size, () => uploadInParts('parts.bin'));
await phase('download, whole', size, () => download('parts.bin'));
await server.stop();
rmSync(home, { recursive: true, force: true });

save('artifacts-memory', {
  title: `Memory with a file of ${gigabytes} GB`,
  tables: [{ columns: ['', 'GB', 'seconds', 'MB/s', 'most resident, MB', 'resident after, MB'], rows }],
  notes: [`Resident memory of the server's process; before the first of these ${(before / 1e6).toFixed(0)} MB.`],
});
