import assert from 'node:assert/strict';
import { curve, experimentScenario, fakeRun, type Scenario } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel } from './panelPage';

const line = curve(50, (step) => step);
const runs = [0, 1, 2].map((slot) => fakeRun(slot, { metrics: { 'a/x': line, 'a/y': line, 'b/z': line } }));
const slow = (method: string, milliseconds = 60_000): Scenario => ({
  ...experimentScenario(runs),
  delays: { [method]: milliseconds },
});
const count = (panel: Panel, method: string): Promise<number> =>
  panel.host(({ page, argument }) => page.host.requests.filter((each) => each.method === argument).length, method);
const aborted = (panel: Panel): Promise<string[]> => panel.host(({ page }) => [...page.host.aborted], undefined);

describe('While the experiment panel loads', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('it says after a moment how far it is, and gives up for good when told to', async () => {
    const panel = await browser.show(slow('tableRows'));
    await panel.page.getByText('Loading runs…').waitFor();
    assert.equal(await panel.page.getByRole('progressbar', { name: 'Loading runs…' }).count(), 1);
    await panel.host(({ page }) => page.host.tellRead({ read: 2000 }), undefined);
    await panel.page.getByText('Loading runs: 2,000 so far').waitFor();
    await panel.host(({ page }) => page.host.tellRead({ read: 5, total: 22 }), undefined);
    await panel.page.getByText('Loading runs: 5 of 22').waitFor();
    await panel.photograph('experiment-loading');
    await panel.page.getByRole('button', { name: 'Cancel' }).click();
    await panel.page.getByText('The runs were not loaded').waitFor();
    assert.deepEqual(await aborted(panel), ['tableRows']);
    // What changes meanwhile starts nothing.
    const [id = ''] = runs.map(({ run }) => run.id);
    const before = await count(panel, 'tableRows');
    await panel.host(({ page, argument }) => page.host.change(argument, { name: 'other' }), id);
    await panel.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 700)));
    assert.equal(await count(panel, 'tableRows'), before);
    await panel.page.getByRole('button', { name: 'Load Runs' }).click();
    await until('it is asked again', async () => (await count(panel, 'tableRows')) === before + 1);
    await panel.page.getByText('Loading runs…').waitFor();
    assert.deepEqual(panel.errors, []);
  });

  it('it shows nothing of that where the answer comes soon', async () => {
    const panel = await browser.show(experimentScenario(runs), {
      prepare: () => {
        const seen: string[] = [];
        Object.assign(window, { seen });
        document.addEventListener('DOMContentLoaded', () => {
          new MutationObserver(() => {
            if (document.querySelector('.lb-loading')) {
              seen.push('line');
            }
          }).observe(document.body, { childList: true, subtree: true });
        });
      },
    });
    await panel.page.getByRole('treegrid').waitFor();
    assert.deepEqual(
      await panel.page.evaluate(() => Object.getOwnPropertyDescriptor(window, 'seen')?.value as never),
      [],
    );
  });

  it('each chart waits, fails and is given up alone', async () => {
    const panel = await browser.show({ ...experimentScenario(runs), delays: {} }, { height: 1400 });
    await panel.drawn('a/x');
    await panel.host(({ page }) => page.host.fail('series', 'the disk is away', ['a/y']), undefined);
    await panel.page.getByRole('combobox', { name: 'x', exact: true }).selectOption('relative');
    await panel.chart('a/y').getByRole('alert').waitFor();
    await panel.drawn('a/x');
    const failed = panel.chart('a/y').getByRole('alert');
    assert.match(await failed.innerText(), /the disk is away/);
    assert.equal(await failed.getByRole('button', { name: 'Show Log' }).count(), 1);
    await panel.host(({ page }) => page.host.fail('series', undefined), undefined);
    await failed.getByRole('button', { name: 'Try Again' }).click();
    await panel.drawn('a/y');
  });

  it('a chart whose curves take long says so, and can be given up and asked for again', async () => {
    const panel = await browser.show(slow('series'), { height: 1400 });
    const chart = panel.chart('a/x');
    await chart.getByText('Loading 3 curves…').waitFor();
    for (const metric of ['a/x', 'a/y', 'b/z']) {
      await panel.chart(metric).getByRole('button', { name: 'Cancel' }).click();
    }
    await chart.getByText('Not loaded').waitFor();
    await until('the host was told', async () => (await aborted(panel)).includes('series'));
    const before = await count(panel, 'series');
    await chart.getByRole('button', { name: 'Load' }).click();
    await until('it is asked again', async () => (await count(panel, 'series')) > before);
    await chart.getByText('Loading 3 curves…').waitFor();
    await panel.chart('a/y').getByText('Not loaded').waitFor();
    assert.deepEqual(panel.errors, []);
  });

  it('and later is without its server, it offers no edits, says since when, and has them again afterwards', async () => {
    const run = fakeRun(0, { name: 'run-0', metrics: { loss: { steps: [0, 1], values: [2, 1] } } });
    const panel = await browser.show(experimentScenario([run]));
    await panel.page.getByRole('row', { name: /run-0,/ }).click();
    const remove = panel.page.locator('.lb-footer').getByRole('button', { name: 'Delete' });
    await remove.waitFor();
    await panel.host(
      ({ page }) => page.host.connection({ state: 'disconnected', reason: 'The host data1:5000 does not answer.' }),
      null,
    );
    await remove.waitFor({ state: 'detached' });
    await panel.page.getByText(/since .* The host data1:5000 does not answer\./).waitFor();
    await panel.page.getByRole('button', { name: 'Try Now' }).waitFor();
    await panel.page.locator('.lb-footer', { hasText: /as of \d/ }).waitFor();
    await panel.host(({ page }) => page.host.connection({ state: 'connected' }), null);
    await remove.waitFor();
    assert.deepEqual(panel.errors, []);
  });
});
