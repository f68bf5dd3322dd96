// What grows with the store and what does not: by the number of runs, by the points of one run, by the points of all.
// `--sizes 'runs:100,1000;points:1e4,1e6;store:1e8'`, or `--sizes all` (100,000 runs, 10^7 points in a run, 10^8 in a store: a quarter of
// an hour). `--add`: to what was measured last, so that it can be done in pieces. Needs 2 GB in out/bench/, for a while.
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { root } from '../scripts/root.mjs';
import { step } from '../scripts/run.mjs';
import { fillLong, fillPoints, fillRuns, withStore } from './lib/fillStore.mjs';
import { logPoints } from './lib/filling.mjs';
import { ask, drive, medianOf, request } from './lib/load.mjs';
import { startProbe } from './lib/probe.mjs';
import { lastOf, save } from './lib/report.mjs';
import { newRun } from './side/logMetric.mjs';

// Not in /tmp, which is memory on some machines.
process.env.LABBOOK_BENCH_FOLDER ??= path.join(root, 'out', 'bench', 'stores');
mkdirSync(process.env.LABBOOK_BENCH_FOLDER, { recursive: true });
const { folder, memoryOf, startLabbook } = await import('./lib/servers.mjs');

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    add: { type: 'boolean', default: false },
    sizes: { type: 'string' },
  },
});
const everything = 'runs:100,1000,10000,100000;points:1e4,1e5,1e6,1e7;store:1e8';
const usual = values.quick ? 'runs:100;points:1e4' : 'runs:100,1000,10000;points:1e4,1e5,1e6';
const sizes = readSizes(values.sizes === 'all' ? everything : (values.sizes ?? usual));
sizes.many = sizes.runs;

/** Runs of the curves that are asked for together, and the points of each. */
const curves = values.quick ? { runs: 10, points: 1000 } : { runs: 100, points: 10_000 };
/** Points that are written while the longest wait is looked for: their journal makes a checkpoint due. */
const pressure = values.quick ? 20_000 : 800_000;
/** Points of each run in the store of very many. */
const pointsPerRun = 100_000;
const seconds = values.quick ? 1 : 4;

function readSizes(text) {
  const found = { runs: [], points: [], store: [] };
  for (const part of text.split(';')) {
    const [kind, list = ''] = part.split(':');
    const numbers = list.split(',').map(Number);
    if (found[kind] === undefined || numbers.some((each) => !(each > 0))) {
      throw new Error(`--sizes wants such as 'runs:100,1000;points:1e4', not '${text}'`);
    }
    found[kind] = numbers;
  }
  return found;
}

function bytesIn(place) {
  return readdirSync(place, { withFileTypes: true }).reduce((sum, entry) => {
    const at = path.join(place, entry.name);
    return sum + (entry.isDirectory() ? bytesIn(at) : statSync(at).size);
  }, 0);
}

/** A quiet log-metric, and the longest wait of one while a checkpoint is made of all that was written. */
async function writes(server, runId) {
  const quiet = await drive(server, { seconds }, (asked, at) => {
    const body = { run_id: runId, key: 'quiet', value: at, timestamp: Date.now(), step: at };
    return asked(request(server, 'POST', '/api/2.0/mlflow/runs/log-metric', body));
  });
  const probe = startProbe(server, runId);
  await logPoints(server, runId, 'pressure', { count: pressure });
  const { longest } = await probe.stop();
  return { median: quiet.median, p99: quiet.p99, longest };
}

/** Ends the server and starts it again. @returns what that takes and needs */
async function reopen(server) {
  await server.stop();
  const bytes = bytesIn(server.store);
  Object.assign(server, await startLabbook(server.store));
  return { open: server.startMs, memory: (memoryOf(server.pid) ?? NaN) / 1e6, bytes };
}

/** Times a read a few times. @returns the middle one's milliseconds */
async function timeOf(read) {
  const times = [];
  for (let i = 0; i < 5; i++) {
    const from = performance.now();
    await read();
    times.push(performance.now() - from);
  }
  return medianOf(times);
}

async function search(server) {
  const body = { experiment_ids: ['0'], max_results: 100 };
  await ask(server, 'POST', '/api/2.0/mlflow/runs/search', { body });
}

async function history(server, runId, key) {
  const query = `run_id=${runId}&metric_key=${key}&max_results=25000`;
  await ask(server, 'GET', `/api/2.0/mlflow/metrics/get-history?${query}`);
}

async function series(server, run_ids, key, range) {
  const body = { run_ids, keys: [key], x: 'step', max_points: 1000, ...(range === undefined ? {} : { range }) };
  await ask(server, 'POST', '/api/labbook/1.0/series', { body });
}

/** Milliseconds after which a server has long done what it puts off at its start, as it has when a panel is opened. */
const afterStart = 1000;

/** The first answer after a start, when nothing is in memory. */
async function once(read) {
  const from = performance.now();
  await read();
  return performance.now() - from;
}

/**
 * Starts asking for `/health`. What the generator needs for its own first steps, above all to start a thread, is no part of what the server
 * needs for its first answer.
 */
async function probeReady(server) {
  const probe = startProbe(server);
  await probe.ready;
  await ask(server, 'GET', '/health');
  return probe;
}

/** Asks, and meanwhile for `/health`. @returns milliseconds, and the longest wait of the latter */
async function withPause(server, asked) {
  const probe = await probeReady(server);
  const ms = await once(asked);
  return [ms, (await probe.stop()).longest];
}

/** Rows of the table of what goes through many runs, by their number. */
const ofMany = new Map();

/** What goes through many of a store's runs, the last of it leaving fewer of them. */
async function manyRuns(server, runs) {
  const post = (call, body) => ask(server, 'POST', `/api/2.0/mlflow/${call}`, { body });
  const extra = (call, body) => ask(server, 'POST', `/api/labbook/1.0/${call}`, { body });
  const experiment_id = '0';
  const experiment_ids = [experiment_id];
  const all = { experiment_ids, max_results: 1000 };
  const filtered = {
    ...all,
    max_results: 100,
    filter: "metrics.m1 > 0.5 and params.p3 = 'v7'",
    order_by: ['metrics.m2 DESC'],
  };
  const row = [
    await withPause(server, () => post('runs/search', all)),
    await withPause(server, () => post('runs/search', filtered)),
    await withPause(server, () => extra('table/rows', { experiment_ids })),
    await withPause(server, () => post('experiments/delete', { experiment_id })),
    await withPause(server, () => post('experiments/restore', { experiment_id })),
  ];
  const { text } = await post('runs/search', all);
  const run_ids = JSON.parse(text).runs.map((run) => run.info.run_id);
  let next = 0;
  await drive(server, { connections: 8, while: () => next < run_ids.length }, (asked) =>
    asked(request(server, 'POST', '/api/2.0/mlflow/runs/delete', { run_id: run_ids[next++] })),
  );
  row.push(await withPause(server, () => extra('purge', { run_ids })));
  ofMany.set(runs, [runs, ...row.flat()]);
}

async function byRuns(runs) {
  const home = folder(`runs-${runs}`);
  const drawn = await withStore(`${home}/store`, async (store) => {
    const ids = (await fillRuns(store, runs)).slice(0, curves.runs);
    for (const id of ids) {
      await fillPoints(store, id, 'curve', curves.points);
    }
    return ids;
  });
  const server = await startLabbook(`${home}/store`);
  const written = await writes(server, await newRun(server));
  const opened = await reopen(server);
  const probe = await probeReady(server);
  const read = {
    search: await timeOf(() => search(server)),
    history: await timeOf(() => history(server, drawn[0], 'curve')),
    first: await once(() => series(server, drawn, 'curve')),
    again: await timeOf(() => series(server, drawn, 'curve')),
  };
  const { longest } = await probe.stop();
  await manyRuns(server, runs);
  await server.stop();
  rmSync(home, { recursive: true, force: true });
  return [
    runs,
    ...[written.median, written.p99, written.longest],
    ...[opened.open, opened.memory, opened.bytes / 1e6],
    ...[read.search, read.history, read.first, read.again, longest],
  ];
}

/** @param {number} points of all runs together @param {number} runs that have as many of them each */
async function byPoints(points, runs) {
  const home = folder(`points-${points}-${runs}`);
  const [id] = await withStore(`${home}/store`, (store) => fillLong(store, runs, 'long', points / runs));
  const server = await startLabbook(`${home}/store`);
  const written = await writes(server, id);
  const opened = await reopen(server);
  const each = points / runs;
  const [early, pause] = await withPause(server, () => series(server, [id], 'long'));
  await reopen(server);
  const probe = await probeReady(server);
  await delay(afterStart);
  const read = {
    first: await once(() => series(server, [id], 'long')),
    again: await timeOf(() => series(server, [id], 'long')),
    zoom: await timeOf(() => series(server, [id], 'long', { min: each * 0.4, max: each * 0.45 })),
    history: await timeOf(() => history(server, id, 'long')),
  };
  const { longest } = await probe.stop();
  const memory = (memoryOf(server.pid) ?? NaN) / 1e6;
  await server.stop();
  rmSync(home, { recursive: true, force: true });
  return [
    points,
    ...[written.median, written.p99, written.longest],
    ...[opened.open, opened.memory, memory, opened.bytes / (points + pressure)],
    ...[early, read.first, read.again, read.zoom, read.history, Math.max(pause, longest)],
  ];
}

const writeColumns = ['write: median', 'p99', 'longest, with a checkpoint'];
const pointColumns = [
  'points',
  ...writeColumns,
  ...['open', 'memory, MB', 'memory after reading, MB', 'bytes a point'],
  ...[
    'curve: right after the start',
    'first',
    'again',
    'a zoom',
    'history: 25,000 points',
    'longest pause while reading',
  ],
];
const parts = [
  {
    kind: 'runs',
    heading: 'By the number of runs',
    columns: [
      'runs',
      ...writeColumns,
      ...['open', 'memory, MB', 'store, MB', 'search: 100 runs', 'history: 10,000 points'],
      ...['100 curves: right after the start', 'again', 'longest pause while reading'],
    ],
    measure: byRuns,
  },
  {
    kind: 'many',
    heading: 'What goes through many runs',
    columns: [
      'runs',
      ...[
        ...['search: up to 1,000 runs', 'filtered, ordered', 'table, nothing in memory'],
        ...['delete the experiment', 'restore it', 'delete up to 1,000 runs for good'],
      ].flatMap((each) => [each, 'longest pause']),
    ],
    // Measured with the row above.
    measure: (runs) => ofMany.get(runs),
  },
  {
    kind: 'points',
    heading: 'By the points of one run',
    columns: pointColumns,
    measure: (points) => byPoints(points, 1),
  },
  {
    kind: 'store',
    heading: 'By the points of the store',
    columns: pointColumns,
    measure: (points) => byPoints(points, Math.max(1, Math.round(points / pointsPerRun))),
  },
];

/** Keeps what is measured so far. */
function keep(rows) {
  const tables = parts
    .map(({ kind, heading, columns }) => ({ heading, columns, rows: rows[kind].sort((a, b) => a[0] - b[0]) }))
    .filter(({ rows: some }) => some.length > 0);
  save('scale', { title: 'What grows with the store', tables, notes });
}

const notes = [
  'Times are milliseconds. A write is one log-metric on one connection; the longest is one of many that were sent while ' +
    `${pressure.toLocaleString('en-US')} further points went into the same run, so that checkpoints came due. Opening is from the ` +
    'start of the process to the first answer; memory is that of the process after it. Runs have 20 params, 20 metrics and 5 tags; ' +
    `curves are ${curves.runs} runs of ${curves.points.toLocaleString('en-US')} points, thinned to 1,000 buckets, first right after ` +
    'the start, when the generator’s own threads have started. A zoom shows a twentieth of the curve. The longest pause is the longest ' +
    `that a question for \`/health\` waited meanwhile; of what goes through many runs, each time is followed by its pause.${values.quick ? ' Measured with `--quick`: small and short.' : ''}`,
];
const before = values.add ? lastOf('scale') : undefined;
const rows = {};
for (const { kind, heading } of parts) {
  const known = before?.tables.find((table) => table.heading === heading)?.rows ?? [];
  rows[kind] = known.filter(([size]) => !sizes[kind].includes(size));
}
for (const { kind, heading, measure } of parts) {
  for (const size of sizes[kind]) {
    rows[kind].push(await step(`${heading}: ${size.toLocaleString('en-US')}`, () => measure(size)));
    // After each, so that an interrupted run keeps what it has.
    keep(rows);
  }
}
