import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { panelStrings } from '../../src/protocol/panelStrings';
import { curve, experimentScenario, fakeRun, type Scenario } from '../fakes/fakeHost/scenario';
import { PanelBrowser } from './panelPage';

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

describe('The popup of the columns', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

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
