// What the machine can do at most: synced appends of its disk, and answers of a Node handler that does nothing, or nothing but write.
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { ask, bytes, drive, medianOf, request } from './load.mjs';
import { folder, startBare } from './servers.mjs';

/** Bytes of a journal frame with one point. */
const frame = 120;

export const limits = {
  disk: 'append and fdatasync of 120 bytes, calls/s',
  'bare-1': 'a bare Node HTTP handler, one connection, calls/s',
  'bare-16': 'a bare Node HTTP handler, 16 connections, calls/s',
  'bare-upload': 'a bare Node HTTP handler that writes a file and syncs it, MB/s',
};

const measures = {
  disk: (_bare, seconds) => diskRate(seconds),
  'bare-1': (bare, seconds) => rate(bare, seconds, 1),
  'bare-16': (bare, seconds) => rate(bare, seconds, 16),
  'bare-upload': (bare) => uploadRate(bare),
};

/** @param {string[]} ids of `limits`. @returns a number for each */
export async function measureLimits(ids, seconds) {
  const bare = await startBare();
  const found = {};
  for (const id of ids) {
    found[id] = await measures[id](bare, seconds);
  }
  await bare.stop();
  return found;
}

async function rate(bare, seconds, connections) {
  const body = { run_id: 'f'.repeat(32), key: 'loss', value: 0.5, timestamp: 1_700_000_000_000, step: 1 };
  const post = request({ port: bare.port, token: 'x'.repeat(43) }, 'POST', '/api/2.0/mlflow/runs/log-metric', body);
  return (await drive(bare, { connections, seconds }, (ask) => ask(post))).rate;
}

async function uploadRate(bare) {
  const size = 256 * 1024 * 1024;
  const rates = [];
  for (let i = 0; i < 3; i++) {
    rates.push(size / 1000 / (await ask(bare, 'PUT', '/file', { body: bytes(size), length: size })).ms);
  }
  return medianOf(rates);
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
