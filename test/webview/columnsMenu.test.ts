import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { panelStrings } from '../../src/protocol/panelStrings';
import { curve, experimentScenario, fakeRun, type Scenario } from '../fakes/fakeHost/scenario';
import { PanelBrowser, type Panel } from './panelPage';

const long = 'mean_absolute_percentage_error_of_the_second_head';

function scenario(): Scenario {
  const line = (slope: number) => curve(20, (step) => 1 + slope * step);
  const runs = [0, 1, 2].map((slot) =>
    fakeRun(slot, { metrics: { 'val/loss': line(-slot), 'val/acc': line(slot), [`val/${long}`]: line(slot + 1) } }),
  );
  return experimentScenario(runs);
}

function german(): Record<string, string> {
  const bundle = JSON.parse(readFileSync('l10n/bundle.l10n.de.json', 'utf8')) as Record<string, string>;
  return Object.fromEntries(Object.entries<string>(panelStrings).map(([key, text]) => [key, bundle[text] ?? text]));
}

const focused = (panel: Panel): Promise<string> =>
  panel.page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
  });

describe('The popup of the columns', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('adds a metric’s value at a step by the keyboard alone, and takes it away', async () => {
    const panel = await browser.show(scenario());
    const { page } = panel;
    const press = (...keys: string[]) =>
      keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    await page.getByRole('button', { name: 'Columns', exact: true }).first().focus();
    await press('Enter');
    await page.keyboard.type('acc');
    const metric = (name: string) => page.locator('.lb-choose').getByRole('group', { name });
    await metric('val/acc').waitFor();
    await metric('val/loss').waitFor({ state: 'detached' });
    // The title of the section, the metric, its five columns, and the step.
    await press('ArrowDown', 'ArrowDown');
    assert.equal(await focused(panel), 'acc');
    await press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight');
    assert.equal(await focused(panel), 'Show at a Step…');
    await press('Enter');
    await page.getByRole('dialog', { name: 'At which step?' }).waitFor();
    await press('Tab');
    await page.keyboard.type('7');
    await press('Enter');
    const head = page.getByRole('columnheader', { name: 'val/acc at 7', exact: true });
    await head.waitFor();
    // The popup is still open, with the step among what the metric is shown as.
    assert.equal(await focused(panel), 'Show at a Step…');
    await press('ArrowLeft');
    assert.equal(await focused(panel), 'at 7');
    await press(' ');
    await head.waitFor({ state: 'detached' });
    assert.equal(await focused(panel), 'acc');
    await press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter');
    await page.getByRole('dialog', { name: 'At which step?' }).waitFor();
    await press('Escape');
    await page.getByRole('dialog', { name: 'At which step?' }).waitFor({ state: 'detached' });
    await page.getByRole('dialog', { name: 'Columns' }).waitFor();
    await press('Escape');
    await page.getByRole('dialog', { name: 'Columns' }).waitFor({ state: 'detached' });
    assert.deepEqual(panel.errors, []);
  });

  for (const theme of ['dark', 'light', 'hc'] as const) {
    it(`cuts no name where there is little room and words are long, ${theme}`, async () => {
      const panel = await browser.show(scenario(), { width: 320, theme, language: 'de', strings: german() });
      const { page } = panel;
      await page.getByRole('button', { name: 'Spalten', exact: true }).first().click();
      const list = page.locator('.lb-choose-list');
      await list.getByText(long).waitFor();
      await panel.photograph(`columns-narrow-de-${theme}`);
      const cut = await page
        .locator('.lb-choose')
        .locator('.lb-check > span, .lb-aggregates button')
        .evaluateAll((all) =>
          all.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent),
        );
      assert.deepEqual(cut, []);
      const isWide = () => list.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
      assert.equal(await isWide(), false);
      assert.deepEqual(panel.errors, []);
    });
  }
});
