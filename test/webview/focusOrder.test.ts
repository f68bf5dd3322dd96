import assert from 'node:assert/strict';
import { experimentScenario } from '../fakes/fakeHost/scenario';
import { exampleRuns } from './examples';
import { PanelBrowser, until, type Panel } from './panelPage';

/** What has the focus: its label, else its text; empty for nothing in the panel. */
const focused = (panel: Panel): Promise<string> =>
  panel.page.evaluate(() => {
    const { activeElement: element, body } = document;
    if (element?.closest('.lb-bar-end')) {
      return 'end of the toolbar';
    }
    return element && element !== body ? (element.getAttribute('aria-label') ?? element.textContent) : '';
  });

describe('The focus in the experiment panel', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const open = async (): Promise<Panel> => {
    const panel = await browser.show(experimentScenario(exampleRuns()), { width: 1300, height: 800 });
    await panel.drawn('val/loss');
    await panel.page.locator('.lb-row', { hasText: 'r50-sam' }).click();
    await panel.page.locator('.lb-row', { hasText: 'r50-mixup-s0' }).click({ modifiers: ['Control'] });
    await panel.page.getByRole('button', { name: 'Add tag…' }).waitFor();
    return panel;
  };

  it('goes from the query to the charts, with one stop for each part', async () => {
    const panel = await open();
    await panel.page.getByRole('combobox', { name: 'Filter runs' }).focus();
    const stops: string[] = [];
    for (let at = await focused(panel); at !== '' && !at.startsWith('val/acc,'); at = await focused(panel)) {
      stops.push(at);
      assert.ok(stops.length < 30, stops.join('\n'));
      await panel.page.keyboard.press('Tab');
    }
    assert.deepEqual(stops, [
      'Filter runs',
      'Views',
      'Group',
      'Columns',
      'end of the toolbar',
      'Runs',
      'Compare',
      'Height of the table',
      'Find charts',
    ]);
  });

  it('goes on by arrows inside of a part, which remembers where it was', async () => {
    const panel = await open();
    const { page } = panel;
    const press = (...keys: string[]) =>
      keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    await page.getByRole('button', { name: 'Compare', exact: true }).focus();
    await press('ArrowRight', 'ArrowRight');
    assert.equal(await focused(panel), 'Add tag…');
    await press('Shift+Tab', 'Tab');
    assert.equal(await focused(panel), 'Add tag…');
    await press('ArrowRight', 'ArrowRight');
    assert.equal(await focused(panel), 'Delete');
    // What it stood on goes away: the next is the part's first.
    await panel.host(({ page: fake }) => fake.host.connection({ state: 'connecting' }), null);
    await page.getByRole('button', { name: 'Delete', exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('treegrid').focus();
    await press('Tab');
    assert.equal(await focused(panel), 'Compare');
    await page.getByRole('textbox', { name: 'Find charts' }).focus();
    await page.keyboard.type('va');
    await press('ArrowLeft');
    assert.equal(await focused(panel), 'Find charts');
    await press('ArrowRight', 'ArrowRight');
    assert.equal(await focused(panel), 'Clear');
    await press('ArrowRight');
    assert.equal(await focused(panel), 'x');
    await press('ArrowRight');
    assert.equal(await focused(panel), 'Smoothing');
    await press('ArrowUp', 'ArrowUp', 'ArrowRight');
    assert.equal(await focused(panel), 'Kind of smoothing');
    const slider = page.getByRole('slider', { name: 'Smoothing' });
    await until('the slider moved', async () => (await slider.inputValue()) === '2');
    await page.getByRole('button', { name: 'More options of the charts' }).focus();
    await press('Enter');
    await page.getByRole('menu').waitFor();
    await press('ArrowDown');
    assert.notEqual(await focused(panel), 'More options of the charts');
    await press('Escape');
    await until('the focus is back', async () => (await focused(panel)) === 'More options of the charts');
    assert.deepEqual(panel.errors, []);
  });
});
