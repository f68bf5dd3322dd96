// Runs measurements of `bench/side` on Labbook and on `mlflow server` with 1 and with 4 workers, in turn.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { step } from '../../scripts/run.mjs';
import { pythonFor } from '../../scripts/setup/python.mjs';
import { newRun } from '../side/logMetric.mjs';
import { fillLabbook, logPoints, mlflowDatabase, mlflowRunId } from './filling.mjs';
import { limits, measureLimits } from './limits.mjs';
import { save } from './report.mjs';
import { folder, hold, startLabbook, startMlflow } from './servers.mjs';

/** In the order of running: memory is measured after all the others. */
const order = ['start', 'logMetric', 'logBatch', 'wholeRun', 'search', 'history', 'artifacts', 'memory'];

/** Measurements by their names on the command line. */
export const sideNames = order.map((each) => each.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));

/**
 * @param {string[]} names of `sideNames`
 * @param {{quick: boolean, runs?: number, workers: number[]}} options `quick`: small stores and short times, to try things out;
 *   `workers`: numbers of workers of the `mlflow server`s
 */
export async function measureSideBySide(names, { quick, runs = quick ? 300 : 10_000, workers }) {
  const modules = [];
  for (const [i, name] of sideNames.entries()) {
    if (names.includes(name)) {
      modules.push({ name, ...(await import(`../side/${order[i]}.mjs`)) });
    }
  }
  const points = quick ? 30_000 : 100_000;
  const python = workers.length > 0 ? await pythonFor('mlflow3') : undefined;
  const servers = await startAll(python, { runs, points, workers });
  const context = { python, quick, runs, points, newRun, seconds: quick ? 1 : 6 };
  const results = new Map(servers.map((server) => [server, {}]));
  let bounds = {};
  for (const { name, measure, figures } of modules) {
    const ids = figures.flatMap(({ limit }) => limit?.id ?? []);
    if (ids.length > 0) {
      const found = await alone(servers, () =>
        step('the limits of the machine', () => measureLimits(ids, quick ? 1 : 3)),
      );
      bounds = { ...bounds, ...found };
    }
    for (const server of servers) {
      const others = servers.filter((each) => each !== server);
      const found = await alone(others, () => step(`${name}: ${server.name}`, () => measure(server, context)));
      const before = results.get(server);
      results.set(server, { ...before, ...found, details: { ...before.details, ...found.details } });
    }
  }
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder('artifacts'), { recursive: true, force: true });
  const figures = modules.flatMap((module) => module.figures);
  save(names.length === 1 ? names[0] : 'side-by-side', report(figures, results, bounds, { runs, points, quick }));
}

/** Measures while the other servers do nothing, and after the disk has what they wrote. */
async function alone(others, measure) {
  const letGoOn = hold(others);
  try {
    settleDisk();
    return await measure();
  } finally {
    letGoOn();
  }
}

/**
 * Has the system write what was left in its memory: `mlflow server` leaves uploads there, and whoever syncs next would wait for them, too.
 * Windows has no such command.
 */
function settleDisk() {
  if (process.platform !== 'win32') {
    spawnSync('sync', { timeout: 120_000 });
  }
}

async function startAll(python, { runs, points, workers: numbers }) {
  const database = python === undefined ? undefined : await mlflowDatabase(python, { runs, points });
  const labbook = { kind: 'labbook', ...(await startLabbook(`${folder('labbook')}/store`)) };
  await step(`fill Labbook with ${runs} runs`, async () => {
    const [first] = await fillLabbook(labbook, { to: runs });
    labbook.longRun = first;
    await logPoints(labbook, first, 'long', { count: points });
  });
  await labbook.stop();
  Object.assign(labbook, await startLabbook(labbook.store));
  const others = [];
  for (const workers of numbers) {
    const home = folder(`mlflow-${workers}`);
    const server = await step(`start mlflow server with ${workers} workers`, () =>
      startMlflow({ python, workers, home, database }),
    );
    others.push({ kind: 'mlflow', workers, longRun: mlflowRunId(0), ...server });
  }
  return [...others, labbook];
}

/** What more than a limit of the machine would be needed for, in sentences. */
function beyondLimits(figures, all, bounds) {
  return figures.flatMap(({ id, title, unit, wanted, limit }) => {
    const theirs = all.filter(([{ kind }]) => kind === 'mlflow').map(([, found]) => found[id]);
    const needed = wanted * Math.max(...theirs);
    const bound = bounds[limit?.id];
    // What is shown only to compare is no limit.
    return limit?.wanted !== undefined && needed > bound
      ? [
          `${wanted} times what MLflow does of “${title}” are ${digits(needed)} ${unit}; the machine's limit is ${digits(bound)}.`,
        ]
      : [];
  });
}

const digits = (value) => Math.round(value).toLocaleString('en-US');

function report(figures, results, bounds, { runs, points, quick }) {
  const all = [...results];
  const columns = ['', 'unit', ...all.map(([{ name }]) => name), 'Labbook is better by', 'wanted', ''];
  const rows = figures.map(({ id, title, unit, better, wanted }) => {
    const values = all.map(([, found]) => found[id]);
    const theirs = all.filter(([{ kind }]) => kind === 'mlflow').map(([, found]) => found[id]);
    const best = better === 'more' ? Math.max(...theirs) : Math.min(...theirs);
    const ours = all.find(([{ kind }]) => kind === 'labbook')?.[1][id] ?? NaN;
    const ratio = better === 'more' ? ours / best : best / ours;
    const verdict = theirs.length === 0 ? undefined : ratio >= wanted ? 'reached' : 'missed';
    return [title, unit, ...values, theirs.length === 0 ? undefined : ratio, `≥ ${wanted}`, verdict];
  });
  const ours = all.find(([{ kind }]) => kind === 'labbook')?.[1] ?? {};
  const againstLimits = figures
    .filter(({ limit }) => limit !== undefined)
    .map(({ id, title, limit }) => {
      const part = ours[id] / bounds[limit.id];
      const { wanted } = limit;
      const verdict =
        wanted === undefined
          ? [undefined, undefined]
          : [`≥ ${wanted.toFixed(2)}`, part >= wanted ? 'reached' : 'missed'];
      return [title, ours[id], limits[limit.id], bounds[limit.id], part, ...verdict];
    });
  const details = Object.entries(ours.details ?? {}).map(([id, { median, p99, longest }]) => [
    figures.find((figure) => figure.id === id)?.title ?? id,
    median,
    p99,
    longest,
  ]);
  return {
    title: 'Labbook and `mlflow server` side by side',
    tables: [
      { columns, rows },
      ...(againstLimits.length === 0
        ? []
        : [
            {
              heading: 'Against what the machine can do',
              columns: ['', 'Labbook', 'limit', 'measured', 'part', 'wanted', ''],
              rows: againstLimits,
            },
          ]),
      ...(details.length === 0
        ? []
        : [{ heading: 'Times of one, in milliseconds', columns: ['', 'median', 'p99', 'longest'], rows: details }]),
    ],
    notes: [
      `Both stores begin with ${runs.toLocaleString('en-US')} runs in one experiment and a history of ` +
        `${points.toLocaleString('en-US')} points. MLflow's column that counts is the better one of 1 and 4 workers, on its default ` +
        'SQLite store. Servers are started without NODE_EXTRA_CA_CERTS, as the extension starts its own: Node would read those ' +
        `certificates before all else. Memory is the proportional share (PSS) of all processes. Before each measurement the system writes what earlier ` +
        'ones left in its memory, and while one server is measured the others are held: an `mlflow server` of which nobody asks anything takes half ' +
        `a core.${quick ? ' Measured with `--quick`: small and short.' : ''}`,
      ...beyondLimits(figures, all, bounds),
    ],
  };
}
