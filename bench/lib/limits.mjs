// What the machine can do at most: synced appends of its disk, and answers of a Node handler that does nothing.
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { drive, request } from './load.mjs';
import { folder, startBare } from './servers.mjs';

/** Bytes of a journal frame with one point. */
const frame = 120;

export const limits = {
  disk: 'append and fdatasync of 120 bytes, calls/s',
  'bare-1': 'a bare Node HTTP handler, one connection, calls/s',
  'bare-16': 'a bare Node HTTP handler, 16 connections, calls/s',
};

/** @returns a number for each of `limits` */
export async function measureLimits(seconds) {
  const bare = await startBare();
  const body = { run_id: 'f'.repeat(32), key: 'loss', value: 0.5, timestamp: 1_700_000_000_000, step: 1 };
  const bytes = request({ port: bare.port, token: 'x'.repeat(43) }, 'POST', '/api/2.0/mlflow/runs/log-metric', body);
  const rate = async (connections) => (await drive(bare, { connections, seconds }, (ask) => ask(bytes))).rate;
  const found = { disk: diskRate(seconds), 'bare-1': await rate(1), 'bare-16': await rate(16) };
  await bare.stop();
  return found;
}

function diskRate(seconds) {
  const file = path.join(folder('disk'), 'appended');
  const handle = openSync(file, 'a');
  const data = Buffer.alloc(frame, 1);
  const until = performance.now() + seconds * 1000;
  let count = 0;
  try {
    for (; performance.now() < until; count++) {
      writeSync(handle, data);
      fdatasyncSync(handle);
    }
  } finally {
    closeSync(handle);
    rmSync(file);
  }
  return count / seconds;
}
