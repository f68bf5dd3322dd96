import assert from 'node:assert/strict';
import { experimentScenario } from '../fakes/fakeHost/scenario';
import { exampleRuns } from './examples';
import { PanelBrowser, until, type Panel } from './panelPage';

describe('Bar above the charts', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const zoomIn = async (panel: Panel): Promise<void> => {
    const box = await panel.canvas('val/acc').boundingBox();
    assert.ok(box);
    await panel.page.mouse.move(box.x + 90, box.y + 50);
    await panel.page.mouse.down();
    await panel.page.mouse.move(box.x + 180, box.y + 52, { steps: 4 });
    await panel.page.mouse.up();
    await panel.page.getByRole('button', { name: /Reset the zoom/ }).waitFor();
  };

  it('is one row at any width, with groups and a zoom too', async () => {
    const panel = await browser.show(experimentScenario(exampleRuns()), { width: 1400, height: 900 });
    await panel.drawn('val/acc');
    await panel.page.getByRole('button', { name: 'Group' }).click();
    await panel.page.getByRole('dialog').getByText('model', { exact: true }).click();
    await panel.page.keyboard.press('Escape');
    await panel.drawn('val/acc');
    await zoomIn(panel);
    for (const width of [1400, 1100, 1080, 1030, 960, 899, 760, 620, 600, 500, 320]) {
      await panel.page.setViewportSize({ width, height: 900 });
      await until(`rows at ${width} px`, () =>
        panel.page
          .getByRole('toolbar')
          .evaluateAll(
            (all) =>
              all.length === 2 &&
              all.every((bar) => bar.clientHeight <= 36 && bar.scrollWidth === bar.clientWidth && bar.clientWidth > 0),
          ),
      );
    }
  });

  it('has icons for words below 900 px, and says the words on hover and aloud', async () => {
    const panel = await browser.show(experimentScenario(exampleRuns()), { width: 899, height: 900 });
    await panel.drawn('val/acc');
    const bar = panel.page.getByRole('toolbar').nth(1);
    const clip = bar.getByRole('button', { name: 'Clip outliers' });
    assert.equal(await clip.innerText(), '');
    assert.match((await clip.getAttribute('title')) ?? '', /^Clip outliers: y from/);
    await clip.click();
    assert.equal(await clip.getAttribute('aria-pressed'), 'true');
    const columns = bar.getByRole('combobox', { name: 'Columns' });
    await columns.selectOption('1');
    const title = () => columns.locator('xpath=..').getAttribute('title');
    await until('it tells the number of columns', async () => (await title()) === 'Columns: 1');
    await panel.page.setViewportSize({ width: 900, height: 900 });
    await bar.getByText('Clip outliers').waitFor();
    await panel.page.setViewportSize({ width: 599, height: 900 });
    await clip.waitFor({ state: 'detached' });
    await bar.getByRole('button', { name: 'Chart options' }).click();
    await panel.page.getByRole('dialog').getByText('Clip outliers').waitFor();
    assert.deepEqual(panel.errors, []);
  });
});
