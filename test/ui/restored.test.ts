import assert from 'node:assert/strict';
import { journey } from './journey';
import { until, type Workbench } from './workbench';

const count = 60;

/** Sixty runs with a short curve, as a sweep leaves them. */
async function logRuns(server: { url: string; token: string }): Promise<void> {
  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${server.url}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${server.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 200, path);
    return (await answer.json()) as Record<string, unknown>;
  };
  const { experiment_id } = await post('experiments/create', { name: 'sweep' });
  for (let place = 0; place < count; place++) {
    const start = { experiment_id, run_name: `run-${place}`, start_time: 1_700_000_000_000 + place };
    const { run } = (await post('runs/create', start)) as { run: { info: { run_id: string } } };
    const point = (step: number) => {
      const timestamp = start.start_time + 1000 * step;
      return { key: 'val/acc', value: (step + place) / 100, timestamp, step };
    };
    await post('runs/log-batch', {
      run_id: run.info.run_id,
      metrics: Array.from({ length: 20 }, (_, step) => point(step)),
      params: [
        { key: 'seed', value: String(place % 3) },
        { key: 'model', value: place % 2 === 0 ? 'a' : 'b' },
      ],
    });
    await post('runs/update', { run_id: run.info.run_id, status: 'FINISHED', end_time: 1_700_000_100_000 });
  }
}

/** All that is to come back, as it is seen. */
function arranged({ panel }: Workbench) {
  return panel.locator('body').evaluate(() => {
    const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
    const valueOf = (label: string) =>
      all(`[aria-label="${label}"]`).flatMap((each) =>
        each instanceof HTMLInputElement || each instanceof HTMLSelectElement ? each.value : [],
      )[0];
    const box = document.querySelector('.lb-table-box');
    const charts = document.querySelector('.lb-charts-part');
    return {
      view: document.querySelector('.lb-view-button')?.textContent,
      query: valueOf('Filter runs'),
      columns: all('.lb-head').map((each) => [each.dataset['field'], each.style.width, each.ariaSort]),
      top: box && Math.round(box.scrollTop / 22),
      selected: all('.lb-row[aria-selected="true"] .lb-name').map((each) => each.textContent),
      sash: document.querySelector('.lb-sash')?.getAttribute('aria-valuenow'),
      x: valueOf('x'),
      zoom: all('canvas').map((each) => each.dataset['range'])[0],
      isZoomed: all('[aria-label^="Reset the zoom"]').length,
      charts: charts && Math.round(charts.scrollTop),
    };
  });
}

/** Whether the window's storage, which outlives it, has a text. */
function isStored({ page }: Workbench, text: string): Promise<boolean> {
  return page.evaluate(async (wanted) => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error(request.error?.message));
      });
    for (const { name = '' } of await indexedDB.databases()) {
      if (name.startsWith('vscode-web-state-db')) {
        const database = await done(indexedDB.open(name));
        const values: unknown[] = await done(database.transaction('ItemTable').objectStore('ItemTable').getAll());
        database.close();
        if (values.some((value) => String(value).includes(wanted))) {
          return true;
        }
      }
    }
    return false;
  }, text);
}

journey('A panel comes back as it was', {}, (workbench) => {
  const panel = () => workbench().panel;
  const head = (name: string) => panel().getByRole('columnheader', { name, exact: true });
  const comesBack = async (before: Awaited<ReturnType<typeof arranged>>): Promise<void> => {
    await workbench().waitForPanel();
    const isSame = async () => JSON.stringify(await arranged(workbench())) === JSON.stringify(before);
    await until('all is back', isSame).catch(async () => assert.deepEqual(await arranged(workbench()), before));
  };
  /** How it is written that a run is on top. */
  const onTop = () =>
    panel()
      .locator('.lb-table-box')
      .evaluate((box) => {
        const row = document.getElementById(`lb-row-${Math.round(box.scrollTop / 22)}`);
        return `\\"top\\":\\"${row?.dataset['key']}`;
      });
  const filter = async (query: string, found: RegExp): Promise<void> => {
    await panel().getByRole('combobox', { name: 'Filter runs' }).fill(query);
    await panel().locator('.lb-footer').getByText(found).waitFor();
  };

  it('opens with a view that was saved', async () => {
    await workbench().openLabbook();
    const server = await until('the server is there', () => workbench().session.server());
    await logRuns(server);
    await workbench().runCommand('Labbook: Open Experiment...');
    await workbench().pick('sweep');
    await workbench().waitForPanel();
    await filter('seed != 2', /40 of 60 runs/);
    await workbench().runCommand('Labbook: Save View As...');
    await workbench().answer('mine');
    await panel().getByText('mine').first().waitFor();
    await workbench().reloadWindow();
    await workbench().waitForPanel();
    await panel()
      .locator('.lb-footer')
      .getByText(/40 of 60 runs/)
      .waitFor();
  });

  it('after the window was killed right after it was arranged, which VS Code had not written yet', async () => {
    await filter('seed = 1', /20 of 60 runs/);
    await head('seed').click();
    await head('model').click({ button: 'right' });
    await panel().getByRole('menuitem', { name: 'Pin Column' }).click();
    await panel().getByRole('combobox', { name: 'x', exact: true }).selectOption('relative');
    await panel().locator('canvas').first().click();
    await workbench().page.keyboard.press('+');
    await panel()
      .getByRole('button', { name: /^Reset the zoom/ })
      .first()
      .waitFor();
    await panel().locator('.lb-row', { hasText: 'run-52' }).click();
    await panel()
      .locator('.lb-row', { hasText: 'run-49' })
      .click({ modifiers: ['Control'] });
    await panel()
      .locator('.lb-table-box')
      .evaluate((box) => box.scrollTo({ top: 22 * 4 }));
    const before = await arranged(workbench());
    await workbench().session.photograph('14-before-kill');
    await until('what was done last is on disk', async () => isStored(workbench(), await onTop()));
    await workbench().session.crash();
    await comesBack(before);
    await workbench().session.photograph('14-after-kill');
  });

  it('after the workbench was stopped and started again', async () => {
    await filter('seed != 1', /40 of 60 runs/);
    await panel()
      .locator('.lb-table-box')
      .evaluate((box) => box.scrollTo({ top: 22 * 3 }));
    await until('what was done last is on disk', async () => isStored(workbench(), await onTop()));
    const before = await arranged(workbench());
    await workbench().session.restart();
    await comesBack(before);
    await workbench().session.photograph('14-after-restart');
  });
});
