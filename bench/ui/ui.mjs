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
const minutes = Number(values.minutes ?? (quick ? 0.25 : 5));
const parts = values.parts.split(',');
const verdict = (value, wanted) => (wanted === undefined ? undefined : value <= wanted ? 'reached' : 'missed');
const atMost = (wanted) => (wanted === undefined ? undefined : `≤ ${Math.round(wanted).toLocaleString('en-US')}`);

async function inWorkbench(measure) {
  const store = await filledStore(quick);
  const { runs } = sizesOf(quick);
  const window = await Window.open(store, { 'labbook.charts.initialRuns': Math.max(...runs) });
  try {
    await measure(window);
  } catch (error) {
    await window.fail(error);
  }
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
  await inWorkbench(async (window) => {
    if (parts.includes('charts')) {
      opened = await step('charts', () => measureCharts(window, quick));
      tables.push({ heading: 'Charts', columns: timeColumns, rows: timeRows(opened) });
    }
    if (parts.includes('table')) {
      const rows = await step('table', () => measureTable(window, quick));
      tables.push({ heading: 'Table', columns: timeColumns, rows: timeRows(rows) });
    }
    if (parts.includes('live')) {
      const { lag, busy, memory } = await step('live runs', () => measureLive(window, quick, minutes));
      const { what, median, p99, longest, wanted } = lag;
      tables.push({
        heading: 'Live runs',
        columns: ['milliseconds', 'median', '99 %', 'longest', 'wanted', ''],
        rows: [[what, median, p99, longest, atMost(wanted), verdict(longest, wanted)]],
      });
      const rows = [...busy, ...memory].map(([name, value, most]) => [name, value, atMost(most), verdict(value, most)]);
      tables.push({ columns: ['', 'measured', 'wanted', ''], rows });
    }
  });
  if (parts.includes('mlflow')) {
    const theirs = await step('MLflow UI', () => measureMlflow(quick));
    const { metrics, points } = sizesOf(quick);
    const rows = theirs.map(({ runs, wall, work }) => {
      const what = `${runs} runs × ${metrics} metrics × ${points.toLocaleString('en-US')} steps`;
      const ours = opened.find((each) => each.what.startsWith(`${what}: click`))?.median;
      return [what, wall, work, ours, ours === undefined ? undefined : wall / ours];
    });
    tables.push({
      heading: 'Beside MLflow’s own UI',
      columns: [
        'click to all visible charts drawn, ms',
        'MLflow UI',
        'work of its main thread',
        'Labbook',
        'Labbook is faster by',
      ],
      rows,
    });
  }
  return tables;
}

const tables = await measureAll();
save('ui', {
  title: 'The experiment panel, in VS Code’s workbench in Chromium',
  tables,
  notes: [
    'Chromium draws without a graphics card. The workbench and the panel share one main thread here, so the work is that of both; in ' +
      'desktop VS Code panels have a process of their own. Work is processor time of that thread, which other programs do not lengthen. ' +
      `A click is on the experiment in the side bar; charts count as drawn when they have painted the last answer of the server.${quick ? ' Measured with `--quick`: small and short.' : ''}`,
  ],
});
process.exit(0);
