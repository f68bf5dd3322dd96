// The experiment panel in the real workbench's Chromium against its goals, and the same charts in MLflow's own UI.
// `--parts charts,table,live,mlflow` measures some of it, `--minutes 60` watches live runs for an hour, `--quick` is small and short.
import { parseArgs } from 'node:util';
import { endWithSignals, step } from '../../scripts/run.mjs';
import { save } from '../lib/report.mjs';
import { measureCharts } from './charts.mjs';
import { measureLive } from './live.mjs';
import { measureMlflow } from './mlflow.mjs';
import { filledStore, sizesOf } from './stores.mjs';
import { measureTable } from './table.mjs';
import { Window } from './window.mjs';

endWithSignals();
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    parts: { type: 'string', default: 'charts,table,live,mlflow' },
    minutes: { type: 'string' },
  },
});
const { quick } = values;
const minutes = Number(values.minutes ?? (quick ? 0.25 : 2));
const parts = values.parts.split(',');
const verdict = (value, wanted) => (wanted === undefined ? undefined : value <= wanted ? 'reached' : 'missed');
const atMost = (wanted) => (wanted === undefined ? undefined : `≤ ${Math.round(wanted).toLocaleString('en-US')}`);

let failed = false;

/** Measures a part; where that fails the others are measured all the same. */
async function part(name, title, measure, window) {
  if (parts.includes(name)) {
    try {
      await step(title, measure);
    } catch (error) {
      failed = true;
      console.error(error);
      await window?.photograph();
    }
  }
}

async function inWorkbench(measure) {
  const store = await filledStore(quick);
  const { runs } = sizesOf(quick);
  const window = await Window.open(store, { 'labbook.charts.initialRuns': Math.max(...runs) });
  await measure(window);
  await window.dispose();
}

const timeColumns = ['milliseconds', 'median', 'longest', 'work of the main thread', 'wanted', ''];
const timeRows = (rows) =>
  rows.map(({ what, median, longest, work, wanted }) => {
    return [what, median, longest, work, atMost(wanted), verdict(median, wanted)];
  });

async function measureAll() {
  const tables = [];
  let opened = [];
  const charts = async (window) => {
    opened = await measureCharts(window, quick);
    tables.push({ heading: 'Charts', columns: timeColumns, rows: timeRows(opened) });
  };
  const table = async (window) => {
    tables.push({ heading: 'Table', columns: timeColumns, rows: timeRows(await measureTable(window, quick)) });
  };
  const live = async (window) => tables.push(...liveTables(await measureLive(window, quick, minutes)));
  const mlflow = async () => tables.push(mlflowTable(await measureMlflow(quick), opened));
  if (parts.some((each) => each !== 'mlflow')) {
    await inWorkbench(async (window) => {
      await part('charts', 'charts', () => charts(window), window);
      await part('table', 'table', () => table(window), window);
      await part('live', 'live runs', () => live(window), window);
    });
  }
  await part('mlflow', 'MLflow UI', mlflow);
  return tables;
}

function liveTables({ lag, busy, memory }) {
  const { what, median, p99, longest, wanted } = lag;
  const rows = [...busy, ...memory].map(([name, value, most]) => [name, value, atMost(most), verdict(value, most)]);
  return [
    {
      heading: 'Live runs',
      columns: ['milliseconds', 'median', '99 %', 'longest', 'wanted', ''],
      rows: [[what, median, p99, longest, atMost(wanted), verdict(longest, wanted)]],
    },
    { columns: ['', 'measured', 'wanted', ''], rows },
  ];
}

/** @param opened rows of the charts; empty where they were not measured */
function mlflowTable(theirs, opened) {
  const { metrics, points } = sizesOf(quick);
  const rows = theirs.map(({ runs, wall, work }) => {
    const what = `${runs} runs × ${metrics} metrics × ${points.toLocaleString('en-US')} steps`;
    const ours = opened.find((each) => each.what.startsWith(`${what}: click`))?.median;
    return [what, wall, work, ours, ours === undefined ? undefined : wall / ours];
  });
  return {
    heading: 'Beside MLflow’s own UI',
    columns: [
      'click to all visible charts drawn, ms',
      'MLflow UI',
      'work of its main thread',
      'Labbook',
      'Labbook is faster by',
    ],
    rows,
  };
}

const tables = await measureAll();
save('ui', {
  title: 'The experiment panel, in VS Code’s workbench in Chromium',
  tables,
  notes: [
    'Chromium draws without a graphics card. The workbench and the panel share one main thread here, so the work is that of both; in ' +
      'desktop VS Code panels have a process of their own. Of live runs, the panel’s part is what it adds to the same window without it. Work is processor time of that thread, which other programs do not lengthen. ' +
      `A click is on the experiment in the side bar; charts count as drawn when they have painted the last answer of the server.${quick ? ' Measured with `--quick`: small and short.' : ''}`,
  ],
});
process.exit(failed ? 1 : 0);
