import assert from 'node:assert/strict';
import { curve, experimentScenario, fakeRun } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until } from './panelPage';

describe('What is said aloud in the experiment panel', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('is how many runs a filter leaves, once, and that a run ended; values are not', async () => {
    const line = curve(20, (step) => step);
    const going = fakeRun(1, { name: 'going', status: 'RUNNING', metrics: { loss: line } });
    const panel = await browser.show(
      experimentScenario([going, fakeRun(0, { name: 'done', metrics: { loss: line } })]),
    );
    const { page } = panel;
    await panel.drawn('loss');
    const region = page.locator('.lb-experiment > [aria-live]');
    const spoken = async (): Promise<string> => (await region.innerText()).trim();
    assert.equal(await spoken(), '');
    const query = page.getByRole('combobox', { name: 'Filter runs' });
    await query.fill('metrics.loss > 10');
    await query.press('Enter');
    await until('the filter is told', async () => (await spoken()) === '2 of 2 runs match.');
    await panel.host(({ page: fake, argument }) => fake.host.append(argument, 'loss', [[20, 1]]), going.run.id);
    await page.locator('.lb-footer').getByText('1 of 2 runs').first().waitFor();
    assert.equal(await spoken(), '2 of 2 runs match.');
    await panel.host(({ page: fake, argument }) => fake.host.change(argument, { status: 'FAILED' }), going.run.id);
    await until('the end is told', async () => (await spoken()).includes('going ended: failed.'));
    await query.fill('metrics.loss > 0.5');
    await query.press('Enter');
    await until('the next one is told', async () => (await spoken()).startsWith('2 of 2 runs match.'));
    await query.fill('metrics.loss > 18');
    await query.press('Enter');
    await until('and the next', async () => (await spoken()).startsWith('1 of 2 runs match.'));
    assert.deepEqual(panel.errors, []);
  });
});
