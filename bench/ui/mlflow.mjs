// The same curves in MLflow's own UI: `mlflow server` and the same Chromium.
import { rmSync } from 'node:fs';
import { pythonFor } from '../../scripts/setup/python.mjs';
import { folder, startMlflow } from '../lib/servers.mjs';
import { mlflowCurves, sizesOf } from './stores.mjs';
import { openBrowser } from './window.mjs';

/** Longest wait for the charts, milliseconds. */
const patience = 180_000;

/** From the change to the charts' view until all charts in sight have lines, milliseconds. */
async function openCharts(port) {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const view = (mode) => `http://127.0.0.1:${port}/#/experiments/0/runs?compareRunsMode=${mode}`;
    const listed = page.waitForResponse(/runs\/search/, { timeout: patience });
    await page.goto(view('TABLE'));
    // Scripts and the list of runs are there: what is measured is what the click costs.
    await listed;
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    const from = performance.now();
    await page.goto(view('CHART'));
    await page.waitForFunction(
      () => {
        const seen = [...globalThis.document.querySelectorAll('.js-plotly-plot')].filter((plot) => {
          const { top, bottom, width } = plot.getBoundingClientRect();
          return top < globalThis.innerHeight && bottom > 0 && width > 0;
        });
        return seen.length >= 3 && seen.every((plot) => plot.querySelector('.trace path.js-line'));
      },
      undefined,
      { timeout: patience, polling: 100 },
    );
    const wall = performance.now() - from;
    const { metrics } = await cdp.send('Performance.getMetrics');
    return { wall, work: (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1000 };
  } finally {
    await browser.close();
  }
}

/** @returns for each number of runs the milliseconds from the click to all visible charts drawn, undefined: not within the limit */
export async function measureMlflow(quick) {
  const { runs, metrics, points } = sizesOf(quick);
  const python = await pythonFor('mlflow3');
  const results = [];
  for (const count of runs) {
    const database = await mlflowCurves(python, { runs: count, metrics, points });
    const home = folder(`mlflow-ui-${count}`);
    const server = await startMlflow({ python, workers: 2, home, database });
    try {
      results.push({ runs: count, ...(await openCharts(server.port)) });
    } catch (error) {
      console.error(`MLflow UI, ${count} runs: ${error.message.split('\n')[0]}`);
      results.push({ runs: count, wall: NaN, work: NaN });
    } finally {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    }
  }
  return results;
}
