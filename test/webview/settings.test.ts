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
      (await rows.locator('.lb-best-value').count()) === best;
    await until('the lowest is the best', () => isFirst('run-0', 1));
    await panel.host(({ page }) => page.host.changeFacts({ higherIsBetter: ['*gap'], lowerIsBetter: [] }), undefined);
    await until('the highest is the best', () => isFirst('run-1', 1));
    await panel.host(({ page }) => page.host.changeFacts({ higherIsBetter: [] }), undefined);
    await until('none is', () => isFirst('run-1', 0));
    await panel.host(({ page }) => page.host.changeFacts({ directions: { 'test/gap': 'lower' } }), undefined);
    await until('it is as was said of this one', () => isFirst('run-0', 1));
    assert.deepEqual(panel.errors, []);
  });

  it('say with how many digits values are written, in charts and beside them, one format for all bars of a chart', async () => {
    const metrics = (value: number) => ({ 'test/ms': { steps: [9], values: [value] }, loss: line });
    const runs = [4975, 4975.5, 123.25].map((value, slot) => fakeRun(slot, { metrics: metrics(value) }));
    const facts = { digits: 6, lowerIsBetter: [], higherIsBetter: [] };
    const panel = await browser.show({ ...compareScenario(runs), facts });
    const values = (): Promise<string[]> =>
      panel.chart('test/ms').locator('.lb-bar-room > span:not(.lb-faint)').allInnerTexts();
    const are = (...expected: string[]) =>
      until(expected.join(' '), async () => String(await values()) === String(expected));
    await are('4975.50', '4975.00', '123.25');
    await panel.host(({ page }) => page.host.changeFacts({ digits: 4 }), undefined);
    await are('4976', '4975', '123');
    await panel.page.getByRole('tab', { name: 'Differences' }).click();
    await panel.page.getByRole('cell', { name: '4975', exact: true }).waitFor();
    await panel.host(({ page }) => page.host.changeFacts({ digits: 5 }), undefined);
    await panel.page.getByRole('cell', { name: '4975.0', exact: true }).waitFor();
    const single = await browser.show({
      ...runScenario(fakeRun(0, { metrics: { loss: curve(9, () => 0.123456) } })),
      facts,
    });
    await until('the last value', async () => /0\.123456/.test(await single.chart('loss').innerText()));
    await single.page.getByRole('tab', { name: 'Overview' }).click();
    await until('in the table', async () => /0\.123456/.test(await single.page.locator('.lb-metrics').innerText()));
    assert.deepEqual([...panel.errors, ...single.errors], []);
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
