import assert from 'node:assert/strict';
import { curve, experimentScenario, fakeRun, madeUpScenario, type Scenario } from '../fakes/fakeHost/scenario';
import { exampleRuns } from './examples';
import { forPictures, looksAsKept } from './kept';
import { PanelBrowser, until, type Panel } from './panelPage';

const odd: Record<number, number> = { 20: NaN, 40: Infinity, 60: -Infinity };
const oddKeys = {
  html: '<b>bold</b>/<img src=x onerror=alert(1)>',
  long: `${'long/'.repeat(49)}12345`,
  unicode: 'мера/größe',
  slashes: '//a///b/',
  plain: 'loss',
};

describe('The looks of states of the experiment panel', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const open = (scenario: Scenario, options: { width?: number } = {}): Promise<Panel> =>
    browser.show(scenario, { ...forPictures, ...options });
  const footer = (panel: Panel, text: string | RegExp): Promise<void> => panel.page.getByText(text).first().waitFor();
  const keys = (panel: Panel, key: string): Promise<number> => panel.page.locator(`[data-chart="${key}"]`).count();

  it('loading', async () => {
    const panel = await open({ ...experimentScenario(exampleRuns()), delays: { tableRows: 60_000 } });
    await panel.page.getByText('Loading runs…').waitFor();
    await panel.host(({ page }) => page.host.tellRead({ read: 5, total: 22 }), undefined);
    await panel.page.getByText('Loading runs: 5 of 22').waitFor();
    await panel.page.getByRole('progressbar').waitFor();
    await looksAsKept(panel, 'experiment-loading');
  });

  it('empty', async () => {
    const panel = await open(experimentScenario([]));
    await panel.page.getByText('No runs yet').waitFor();
    await looksAsKept(panel, 'experiment-empty');
  });

  it('no match, then grouped', async () => {
    const panel = await open(experimentScenario(exampleRuns()));
    await panel.drawn('val/loss');
    await panel.page.getByRole('combobox', { name: 'Filter runs' }).fill('metrics.`val/acc` > 2');
    await panel.page.getByText('No run matches').waitFor();
    await looksAsKept(panel, 'experiment-no-match');
    await panel.page.getByRole('button', { name: 'Clear Filter' }).last().click();
    await panel.page.getByRole('button', { name: 'Group', exact: true }).click();
    await panel.page.getByRole('checkbox', { name: 'model' }).click();
    await panel.page.getByRole('checkbox', { name: 'model' }).press('Escape');
    await panel.page.getByRole('checkbox', { name: 'model' }).waitFor({ state: 'detached' });
    await panel.page.getByText('3 groups · 14 runs').waitFor();
    await looksAsKept(panel, 'experiment-grouped');
    assert.deepEqual(panel.errors, []);
  });

  it('server gone and back: the data stay, and edits wait', async () => {
    const panel = await open(experimentScenario(exampleRuns()));
    await panel.drawn('val/loss');
    const gone = { state: 'connecting', host: 'mlflow.lab.example', awayFor: 1_080_000, nextTryIn: 12_000 } as const;
    await panel.host(({ page, argument }) => page.host.connection(argument), gone);
    await panel.page.getByText(/Not connected to mlflow\.lab\.example .* Next try in 12 s\./).waitFor();
    await looksAsKept(panel, 'experiment-disconnected');
    const read = () =>
      panel.host(({ page }) => page.host.requests.filter(({ method }) => method === 'tableRows').length, null);
    const before = await read();
    await panel.host(({ page }) => page.host.connection({ state: 'connected' }), null);
    await panel.page.getByText(/Not connected/).waitFor({ state: 'detached' });
    await until('the table was read again', async () => (await read()) > before);
    await looksAsKept(panel, 'experiment-dark');
    assert.deepEqual(panel.errors, []);
  });

  it('500 px narrow', async () => {
    const panel = await open(experimentScenario(exampleRuns()), { width: 500 });
    await panel.drawn('val/loss');
    await looksAsKept(panel, 'experiment-narrow');
  });

  it('NaN and infinities, and metrics that some runs have (partial data)', async () => {
    const values = (shift: number) => curve(81, (step) => odd[step - shift] ?? 5 + Math.sin(step / 9) + shift / 9);
    const only = { steps: [0, 1, 2], values: ['NaN', 'NaN', 'NaN'] as const };
    const runs = [0, 1, 2].map((slot) =>
      fakeRun(slot, {
        metrics: { loss: values(slot * 7), ...(slot === 1 ? { never: only, single: curve(9, (x) => x) } : {}) },
      }),
    );
    const panel = await open(experimentScenario(runs));
    await panel.drawn('loss');
    await panel.host(({ page }) => page.host.fail('series', 'the disk is away', ['single']), undefined);
    await panel.page.getByRole('combobox', { name: 'x', exact: true }).selectOption('relative');
    await panel.chart('single').getByRole('alert').waitFor();
    await panel.drawn('loss');
    await looksAsKept(panel, 'experiment-odd-values');
  });

  it('metrics with odd names', async () => {
    const metrics = (slot: number) =>
      Object.fromEntries(Object.values(oddKeys).map((key, i) => [key, curve(30, (step) => step * (i + 1) + slot)]));
    const runs = [0, 1].map((slot) => fakeRun(slot, { name: `<i>${slot}</i> größe`, metrics: metrics(slot) }));
    const panel = await open(experimentScenario(runs));
    await panel.drawn(oddKeys.plain);
    for (const key of Object.values(oddKeys)) {
      assert.equal(await keys(panel, key.replaceAll('"', '\\"')), 1, key);
    }
    assert.equal(await panel.page.locator('img[src="x"]').count(), 0);
    assert.equal(
      await panel.page
        .locator('#root b, #root i')
        .filter({ hasText: /^(bold|\d)$/ })
        .count(),
      0,
    );
    await looksAsKept(panel, 'experiment-odd-names');
    assert.deepEqual(panel.errors, []);
  });

  it('0, 1, 2 and 1,000 selected', async () => {
    const panel = await open(madeUpScenario({ runs: 1000, metrics: 4, params: 4, tags: 2 }));
    const rows = panel.page.locator('.lb-row');
    await rows.first().waitFor();
    const compare = panel.page.getByRole('button', { name: /^Compare/ });
    assert.equal(await panel.page.getByText(/\d selected/).count(), 0);
    await rows.nth(0).click();
    await footer(panel, '1 selected');
    await rows.nth(1).click({ modifiers: ['Control'] });
    await footer(panel, '2 selected');
    assert.equal(await compare.count(), 1);
    await panel.page.keyboard.press('Control+a');
    await footer(panel, '1,000 selected');
    await looksAsKept(panel, 'experiment-1000-selected');
    await panel.page.keyboard.press('Escape');
    await panel.page.getByText(/\d selected/).waitFor({ state: 'detached' });
    assert.deepEqual(panel.errors, []);
  });

  it('a run with 12,000 metrics', async () => {
    const metrics = Object.fromEntries(
      Array.from({ length: 12_000 }, (_, i) => [
        `grad/layer_${String(i).padStart(5, '0')}`,
        { steps: [0, 1], values: [i, 1] },
      ]),
    );
    const panel = await open(experimentScenario([fakeRun(0, { metrics })]));
    await until('there are charts', async () => (await keys(panel, 'grad/layer_00000')) === 1, 20_000);
    await panel.drawn('grad/layer_00000');
    assert.ok((await panel.page.locator('[data-chart]').count()) < 300);
    await looksAsKept(panel, 'experiment-12000-metrics');
    await panel.page.getByRole('textbox', { name: 'Find charts' }).fill('layer_11999');
    await panel.drawn('grad/layer_11999');
    assert.deepEqual(panel.errors, []);
  });
});
