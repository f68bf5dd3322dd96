import assert from 'node:assert/strict';
import { experimentScenario, fakeRun } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel } from './panelPage';

const sections = 600;
const chartsOfSection = 10;
const keyOf = (section: number, chart: number): string => `layer_${String(section).padStart(4, '0')}/m${chart}`;

describe('Thousands of charts in many sections', function () {
  this.timeout(120_000);
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const open = async (): Promise<Panel> => {
    const metrics = Object.fromEntries(
      Array.from({ length: sections * chartsOfSection }, (_, i) => [
        keyOf(Math.floor(i / chartsOfSection), i % chartsOfSection),
        { steps: [0, 1], values: [i, 1] },
      ]),
    );
    const panel = await browser.show(experimentScenario([fakeRun(0, { metrics })]));
    await panel.chart(keyOf(0, 0)).waitFor({ timeout: 60_000 });
    await panel.drawn(keyOf(0, 0));
    return panel;
  };
  const made = (panel: Panel): Promise<number> => panel.page.locator('[data-chart]').count();
  const focused = (panel: Panel): Promise<string> =>
    panel.page.evaluate(() => document.activeElement?.closest<HTMLElement>('[data-chart]')?.dataset['chart'] ?? '');

  it('only those near what is in sight are made, wherever somebody scrolls', async () => {
    const panel = await open();
    assert.ok((await made(panel)) < 150, `${await made(panel)} charts`);
    assert.equal(await panel.page.locator('section[data-section]').count(), sections);
    await panel.page.locator('.lb-charts-part').evaluate((part) => part.scrollTo(0, part.scrollHeight));
    await panel.drawn(keyOf(sections - 1, chartsOfSection - 1));
    await until('those above went', async () => (await panel.chart(keyOf(2, 0)).count()) === 0);
    assert.ok((await made(panel)) < 150, `${await made(panel)} charts`);
    // The stop of the Tab key is still there.
    assert.equal(await panel.page.locator('.lb-grid .lb-chart-frame[tabindex="0"]').count(), 1);
    assert.deepEqual(panel.errors, []);
  });

  it('arrows go through all of them, and a search finds any', async () => {
    const panel = await open();
    await panel.chart(keyOf(0, 0)).locator('.lb-chart-frame').focus();
    for (const [section] of Array.from({ length: 2 }).entries()) {
      for (let chart = 1; chart <= chartsOfSection; chart++) {
        const next = chart < chartsOfSection ? keyOf(section, chart) : keyOf(section + 1, 0);
        await panel.chart(next).waitFor();
        await panel.page.keyboard.press('ArrowRight');
        await until(`${next} has the focus`, async () => (await focused(panel)) === next);
      }
    }
    await panel.drawn(keyOf(2, 0));
    await panel.page.getByRole('textbox', { name: 'Find charts' }).fill('layer_0550/m7');
    await panel.drawn(keyOf(550, 7));
    await until('it is alone', async () => (await made(panel)) === 1);
    assert.deepEqual(panel.errors, []);
  });
});
