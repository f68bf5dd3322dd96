// Prints how long MLflow's own UI takes from the click on its charts to the first ones drawn, for the same curves as `charts.mjs`.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumArguments, ensureChromium } from '../scripts/setup/chromium.mjs';
import { pythonFor } from '../scripts/setup/python.mjs';
import { root } from '../scripts/root.mjs';
import { folder, startMlflow } from './lib/servers.mjs';

/** Longest wait for the charts, milliseconds. */
const patience = 300_000;
const [metrics, points] = [10, 10_000];
const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10, 100];
const python = await pythonFor('mlflow3');

/** From the change to the charts' view until all charts in sight have lines. */
async function measure(port) {
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumArguments });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const view = (mode) => `http://127.0.0.1:${port}/#/experiments/0/runs?compareRunsMode=${mode}`;
    const listed = page.waitForResponse(/runs\/search/, { timeout: patience });
    await page.goto(view('TABLE'));
    // Scripts and the list of runs are there: what is measured is what the click costs.
    await listed;
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
    return performance.now() - from;
  } finally {
    await browser.close();
  }
}

for (const runs of counts) {
  const home = folder(`mlflow-ui-${runs}`);
  const database = path.join(home, 'mlflow.db');
  const filler = path.join(root, 'bench', 'lib', 'fillCurves.py');
  const filled = spawnSync(python, [filler, database, runs, metrics, points].map(String), { stdio: 'inherit' });
  if (filled.status !== 0) {
    throw new Error('The database could not be filled');
  }
  const server = await startMlflow({ python, workers: 2, home });
  try {
    const took = await measure(server.port);
    console.log(`MLflow UI, ${runs} runs x ${metrics} charts x ${points} steps: ${(took / 1000).toFixed(1)} s`);
  } finally {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
