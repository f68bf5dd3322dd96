import assert from 'node:assert/strict';
import { experimentScenario, fakeRun } from '../fakes/fakeHost/scenario';
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

  it('say the first of several lines, and how many there are', async () => {
    const runs = [0, 1].map((i) =>
      fakeRun(i, { name: `run-${i}`, params: { plan: `warm up ${i}\nthen rest\nthen go` } }),
    );
    const panel = await browser.show(experimentScenario(runs), { width: 1200, height: 400 });
    const texts = panel.page.locator('.lb-row [data-field="param:plan"] > span');
    await texts.first().waitFor();
    assert.deepEqual((await texts.allInnerTexts()).sort(), [
      'warm up 0',
      'warm up 1',
      '\u00a0⏎ 3 lines',
      '\u00a0⏎ 3 lines',
    ]);
    const wider = await texts.evaluateAll((all) => all.filter((each) => each.scrollWidth > each.clientWidth).length);
    assert.equal(wider, 0);
  });

  it('are fitted by a double click on their edge to groups, their children and names at any depth', async () => {
    const name = (i: number): string => `a rather long name of a run in a sweep with many others, number ${i}`;
    const runs = [0, 1, 2].map((i) => {
      const made = fakeRun(2 - i, {
        name: name(i),
        metrics: { loss: { steps: [0], values: [12_345.678 * (i + 1)] } },
        params: { model: 'a model with a name that is long, too' },
      });
      return i < 2 ? { ...made, run: { ...made.run, parentId: fakeRun(0).run.id } } : made;
    });
    const panel = await browser.show(experimentScenario(runs), { width: 1400, height: 400 });
    const { page } = panel;
    await page.getByRole('button', { name: 'Group', exact: true }).click();
    await page.getByRole('dialog').getByRole('checkbox', { name: 'model' }).click();
    await page.keyboard.press('Escape');
    await page.locator('.lb-group').dblclick();
    await page.getByRole('button', { name: `Open ${name(2)}` }).click();
    await until('all are there', async () => (await page.locator('.lb-row').count()) === 4);
    for (const column of ['Name', 'loss min']) {
      const edge = page.getByRole('columnheader', { name: column, exact: true }).locator('.lb-resizer');
      const box = await edge.boundingBox();
      assert.ok(box);
      // As narrow as can be, and then as wide as it needs to be.
      await page.mouse.move(box.x + 2, box.y + 8);
      await page.mouse.down();
      await page.mouse.move(box.x - 400, box.y + 8, { steps: 3 });
      await page.mouse.up();
      await edge.dblclick();
    }
    const cutAnyhow = (): Promise<(string | null)[]> =>
      page
        .locator('.lb-row .lb-name .lb-cut-text, .lb-row [data-field="metric:min:loss"] > *')
        .evaluateAll((all) =>
          all.filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.textContent),
        );
    await until('nothing is cut', async () => (await cutAnyhow()).length === 0).catch(async (error: unknown) => {
      throw new Error(`These are cut: ${(await cutAnyhow()).join(', ')}`, { cause: error });
    });
    assert.deepEqual(panel.errors, []);
  });
});
