import assert from 'node:assert/strict';
import { experimentScenario } from '../fakes/fakeHost/scenario';
import { exampleRuns } from './examples';
import { PanelBrowser, until, type Panel } from './panelPage';

/** What cells and titles of columns have no room for, in the columns of numbers and of times. */
const cut = (panel: Panel): Promise<string[]> =>
  panel.page.evaluate(() =>
    [...document.querySelectorAll('.lb-row .lb-cell.lb-number > *, .lb-row .lb-dim, .lb-head .lb-cut-text')]
      .filter((each) => each instanceof HTMLElement && each.scrollWidth > each.clientWidth)
      .filter((each) => each.closest('[data-field="attribute:id"]') === null)
      .map((each) => each.textContent ?? ''),
  );

const totalWidth = (panel: Panel): Promise<number> =>
  panel.page.locator('.lb-table-body').evaluate((body) => body.clientWidth);

describe('Columns that nobody sized', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('have room for what is in them, in the font that they are drawn in, and in another that comes later', async () => {
    const runs = exampleRuns();
    const scenario = { ...experimentScenario(runs), facts: { baseline: runs[3]?.run.id ?? '' } };
    const panel = await browser.show(scenario, { width: 1800, height: 700 });
    await panel.page.locator('.lb-delta').first().waitFor();
    await panel.page.locator('.lb-best').first().waitFor();
    assert.deepEqual(await cut(panel), []);
    const before = await totalWidth(panel);
    const wear = (font: string): Promise<void> =>
      panel.page.evaluate((name) => document.documentElement.style.setProperty('--vscode-font-family', name), font);
    // Its letters are all of one width.
    await wear('"DejaVu Sans Mono", monospace');
    await until('the columns follow', async () => (await totalWidth(panel)) !== before);
    assert.deepEqual(await cut(panel), []);
    await panel.page.getByRole('button', { name: 'Group', exact: true }).click();
    await panel.page.getByRole('dialog').getByText('model', { exact: true }).click();
    await panel.page.locator('.lb-spread').first().waitFor();
    assert.deepEqual(await cut(panel), []);
    assert.deepEqual(panel.errors, []);
  });
});
