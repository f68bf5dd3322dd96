import assert from 'node:assert/strict';
import {
  compareScenario,
  curve,
  experimentScenario,
  fakeRun,
  runScenario,
  type Scenario,
} from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel } from './panelPage';

const line = curve(300, (step) => step);
const oneRun = (): Scenario => runScenario(fakeRun(0, { metrics: { loss: line } }));

/** What the curves of charts were asked with; those of the table's trends have fewer points. */
const asked = async (panel: Panel) => (await panel.asked('series')).filter(({ maxPoints }) => maxPoints >= 120);
const xAxis = (panel: Panel) => panel.page.getByRole('combobox', { name: 'x', exact: true });
const bands = (panel: Panel) => panel.page.getByRole('button', { name: 'min/max' });
const isOn = async (panel: Panel): Promise<boolean> => (await bands(panel).getAttribute('aria-pressed')) === 'true';

describe('Settings of charts', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('are how charts open', async () => {
    const chartDefaults = { x: 'relative', smoothing: 0.5, smoothingKind: 'median', bands: false } as const;
    for (const scenario of [
      { ...oneRun(), chartDefaults },
      { ...experimentScenario([fakeRun(0, { metrics: { loss: line } })]), chartDefaults },
    ]) {
      const panel = await browser.show(scenario);
      await panel.drawn('loss');
      assert.equal(await xAxis(panel).inputValue(), 'relative');
      assert.equal(await isOn(panel), false);
      const requests = await asked(panel);
      assert.ok(requests.length > 0);
      // Not with the defaults first, and then again.
      for (const { x, smoothing } of requests) {
        assert.deepEqual([x, smoothing?.kind], ['relative', 'median']);
        assert.ok((smoothing?.amount ?? 0) > 3);
      }
      assert.deepEqual(panel.errors, []);
    }
  });

  it('say in comparisons too which values of a metric are better, also while they are open', async () => {
    const one = (slot: number, value: number) =>
      fakeRun(slot, { metrics: { 'test/gap': { steps: [9], values: [value] } } });
    const scenario = compareScenario([one(0, 0.7), one(1, 0.9), one(2, 0.8)]);
    const panel = await browser.show({ ...scenario, facts: { lowerIsBetter: ['*gap'] } });
    const rows = panel.chart('test/gap').locator('.lb-bar-row');
    const isFirst = async (name: string, best: number): Promise<boolean> =>
      (await rows.count()) === 3 &&
      (await rows.first().innerText()).startsWith(name) &&
      (await rows.locator('.lb-best').count()) === best;
    await until('the lowest is the best', () => isFirst('run-0', 1));
    await panel.host(({ page }) => page.host.changeFacts({ higherIsBetter: ['*gap'], lowerIsBetter: [] }), undefined);
    await until('the highest is the best', () => isFirst('run-1', 1));
    await panel.host(({ page }) => page.host.changeFacts({ higherIsBetter: [] }), undefined);
    await until('none is', () => isFirst('run-1', 0));
    await panel.host(({ page }) => page.host.changeFacts({ directions: { 'test/gap': 'lower' } }), undefined);
    await until('it is as was said of this one', () => isFirst('run-0', 1));
    assert.deepEqual(panel.errors, []);
  });

  it('change charts that are open, but not what was chosen by hand, also after a reload', async () => {
    const panel = await browser.show(oneRun());
    await panel.drawn('loss');
    await xAxis(panel).selectOption('time');
    await panel.host(({ page }) => page.host.changeChartDefaults({ x: 'relative', bands: false }), undefined);
    await until('min/max follows', async () => !(await isOn(panel)));
    assert.equal(await xAxis(panel).inputValue(), 'time');
    await panel.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    // The fake host of the new page says again what it did at first.
    await panel.page.reload();
    await panel.drawn('loss');
    assert.equal(await xAxis(panel).inputValue(), 'time');
    assert.equal(await isOn(panel), true);
  });
});
