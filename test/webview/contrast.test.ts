import assert from 'node:assert/strict';
import themes from '../fakes/fakeHost/themes.json';
import type { ThemeName } from '../fakes/fakeHost/page';
import { experimentScenario, fakeRun } from '../fakes/fakeHost/scenario';
import { weakTexts } from './contrast';
import { exampleRuns } from './examples';
import { PanelBrowser } from './panelPage';

const now = Date.UTC(2026, 8, 15, 0, 20);

describe('Texts and marks can be read', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  /** Opens the panel, and notes what in each state is hard to read. */
  const open = async (theme: ThemeName) => {
    const odd = fakeRun(40, {
      name: 'odd',
      status: 'FAILED',
      params: { note: 'a\nb', empty: '' },
      metrics: { 'val/acc': { steps: [0, 1], values: [0.2, 'NaN'] } },
    });
    const runs = [odd, ...exampleRuns()];
    const scenario = { ...experimentScenario(runs), facts: { baseline: runs[3]?.run.id ?? '' } };
    const panel = await browser.show(scenario, { theme, now, isFixed: true, width: 1400, height: 900 });
    await panel.drawn('val/loss');
    const found: string[] = [];
    const look = async (state: string): Promise<void> => {
      for (const { text, place, contrast } of await weakTexts(panel)) {
        found.push(`${state}: ${contrast} ${text} ${place}`);
      }
    };
    const { page } = panel;
    const row = (name: string) => page.locator('.lb-table-body .lb-row', { hasText: name });
    const query = page.getByRole('combobox', { name: 'Filter runs' });
    return { panel, page, look, found, row, query };
  };

  for (const theme of Object.keys(themes) as ThemeName[]) {
    it(`in the table and the query line, ${theme}`, async () => {
      const { page, look, found, row, query } = await open(theme);
      await look('at rest');
      await row('r50-cosine-s1').click();
      await row('r50-mixup-s0').click({ modifiers: ['Control'] });
      await page.keyboard.press('Space');
      await row('r50-cosine-s1').getByRole('button', { name: /^Show/ }).waitFor();
      await look('selected and hidden, with the focus');
      // Each colour of runs once.
      const rows = page.locator('.lb-table-body .lb-row');
      for (let place = 0; place < 12; place++) {
        await rows.nth(place).hover();
        await look('under the pointer');
      }
      await page.keyboard.press('Control+a');
      await page.locator('.lb-footer', { hasText: 'selected' }).waitFor();
      await look('all selected, with the focus');
      await query.focus();
      await look('selected and hidden');
      await page.keyboard.type('nam');
      await page.getByRole('option').first().waitFor();
      await look('completion');
      await page.keyboard.press('Escape');
      await query.fill('nam = "x');
      await page.getByText('Not applied').waitFor();
      await look('a filter that is wrong');
      await query.fill('name = "nobody"');
      await page.getByText('No run matches').waitFor();
      await look('no match');
      assert.deepEqual(found, []);
    });

    it(`in menus, the tooltip and errors, ${theme}`, async () => {
      const { panel, page, look, found, row } = await open(theme);
      for (const name of ['Group', 'Columns', 'More actions', 'Views']) {
        await page.getByRole('button', { name, exact: true }).first().click();
        await page.locator('.lb-popup').first().waitFor();
        await look(name);
        await page.keyboard.press('Escape');
        await page.locator('.lb-popup').waitFor({ state: 'detached' });
      }
      await row('r50-cosine-s1').click({ button: 'right' });
      await page.locator('.lb-menu').waitFor();
      await page.keyboard.press('ArrowDown');
      await look('menu of a run');
      await page.keyboard.press('Escape');
      await page.locator('.lb-menu').waitFor({ state: 'detached' });
      await panel.canvas('val/loss').hover({ position: { x: 150, y: 60 } });
      await page.locator('.lb-tooltip').waitFor();
      await look('tooltip');
      await panel.host(({ page: fake }) => fake.host.fail('series', 'the disk is away', ['val/acc']), null);
      await page.getByRole('combobox', { name: 'x', exact: true }).selectOption('relative');
      await panel.chart('val/acc').getByRole('alert').waitFor();
      await panel.host(({ page: fake }) => fake.host.connection({ state: 'disconnected', reason: 'Gone.' }), null);
      await page.locator('.lb-banner').waitFor();
      await look('errors');
      assert.deepEqual(found, []);
    });
  }
});
