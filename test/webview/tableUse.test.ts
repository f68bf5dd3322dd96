import assert from 'node:assert/strict';
import { experimentScenario, fakeRun, madeUpScenario, type FakeRun, type Scenario } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel } from './panelPage';

const point = (value: number): FakeRun['metrics'][string] => ({ steps: [0, 10], values: [value / 2, value] });
const idOf = (slot: number): string => `f26e71d5${slot.toString(16).padStart(24, '0')}`;
const note = 'first\nsecond';

/** Four runs: a, the newest, to d, the best. */
function scenario(more: Partial<Scenario> = {}): Scenario {
  const runs = [0.5, 0.6, 0.7, 0.9].map((value, i) =>
    fakeRun(3 - i, {
      name: `run-${'abcd'[i]}`,
      metrics: { 'val/acc': point(value) },
      params: { model: i < 2 ? 'r50' : 'r18', seed: String(i) },
      tags: { owner: i === 0 ? 'ada' : 'grace', note: i === 0 ? 'none' : note },
    }),
  );
  return { ...experimentScenario(runs), ...more };
}

const grid = (panel: Panel) => panel.page.getByRole('treegrid', { name: 'Runs' });
const row = (panel: Panel, name: string) => panel.page.locator('.lb-row', { hasText: name });
const head = (panel: Panel, name: string) => panel.page.getByRole('columnheader', { name, exact: true });
const cell = (panel: Panel, name: string, field: string) => row(panel, name).locator(`[data-field="${field}"]`);
const item = (panel: Panel, name: string) => panel.page.getByRole('menuitem', { name, exact: true });
const field = (panel: Panel) => panel.page.locator('.lb-edit');

async function order(panel: Panel, expected: string): Promise<void> {
  const names = (): Promise<string> =>
    panel.page.locator('.lb-row').evaluateAll((all) =>
      all
        .map((each) => ({ top: each.getBoundingClientRect().top, name: each.querySelector('.lb-name')?.textContent }))
        .sort((a, b) => a.top - b.top)
        .map(({ name }) => name?.replace('run-', ''))
        .join(''),
    );
  await until(`the order is ${expected}`, async () => (await names()) === expected);
}

describe('Using the table of runs', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const open = (given = scenario(), width = 1200): Promise<Panel> => browser.show(given, { width });

  /** Opens the field of a cell by its menu. */
  const edit = async (panel: Panel, name: string, tag: string): Promise<void> => {
    await cell(panel, name, `tag:${tag}`).click({ button: 'right' });
    await item(panel, `Edit Tag ${tag}`).click();
    await field(panel).waitFor();
  };

  it('edits a tag by the menu of its cell, and copies what is in the cell', async () => {
    const panel = await open();
    await edit(panel, 'run-b', 'owner');
    await panel.page.keyboard.type('linus');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.askedFor('setTag'), [{ runIds: [idOf(2)], key: 'owner', value: 'linus' }]);
    await cell(panel, 'run-b', 'tag:owner').getByText('linus').waitFor();
    await cell(panel, 'run-b', 'metric:max:val/acc').click({ button: 'right' });
    assert.equal(await item(panel, 'Edit Tag owner').count(), 0);
    await item(panel, 'Copy Cell').click();
    assert.deepEqual(await panel.copied(), ['0.6']);
    await row(panel, 'run-c').click({ modifiers: ['Control'] });
    await cell(panel, 'run-c', 'tag:owner').click({ button: 'right' });
    await item(panel, 'Copy 2 Cells').click();
    assert.equal((await panel.copied(2))[1], 'grace\nlinus');
    assert.deepEqual(panel.errors, []);
  });

  it('keeps the lines of a tag that is looked at, or changed', async () => {
    const panel = await open();
    await edit(panel, 'run-b', 'note');
    await panel.page.getByRole('combobox', { name: 'Filter runs' }).click();
    await field(panel).waitFor({ state: 'detached' });
    await edit(panel, 'run-c', 'note');
    assert.equal(await field(panel).inputValue(), note);
    await panel.page.keyboard.press('Control+End');
    await panel.page.keyboard.press('Shift+Enter');
    await panel.page.keyboard.type('third');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.askedFor('setTag'), [{ runIds: [idOf(1)], key: 'note', value: `${note}\nthird` }]);
  });

  it('shows all lines of a tag that is edited, in the place of its cell, and takes lines that are pasted', async () => {
    const panel = await open();
    const { page } = panel;
    const box = async () => {
      const found = await field(panel).boundingBox();
      assert.ok(found);
      return found;
    };
    await edit(panel, 'run-b', 'owner');
    const place = await cell(panel, 'run-b', 'tag:owner').boundingBox();
    const one = await box();
    assert.ok(place && Math.abs(one.y - place.y) <= 1 && one.height === 20 && one.x === place.x);
    await page.evaluate(() => document.execCommand('insertText', false, 'first\nsecond'));
    await page.keyboard.press('Alt+Enter');
    await page.keyboard.type('third');
    assert.equal(await field(panel).inputValue(), 'first\nsecond\nthird');
    const three = await box();
    assert.deepEqual([three.x, three.y, three.height], [one.x, one.y, 20 + 2 * 18]);
    // Over the rows below, whatever is in them.
    const isOver = await field(panel).evaluate((element) => {
      const { left, right, bottom } = element.getBoundingClientRect();
      return document.elementFromPoint((left + right) / 2, bottom - 4) === element;
    });
    assert.ok(isOver);
    await panel.photograph('edit-lines-dark');
    await page.keyboard.press('Control+Z');
    await page.keyboard.type('last');
    await page.keyboard.press('Enter');
    const [set] = await panel.askedFor('setTag');
    assert.match(set?.value ?? '', /^first\nsecond\n/);
    await edit(panel, 'run-b', 'owner');
    await page.keyboard.type('not this');
    await page.keyboard.press('Escape');
    await field(panel).waitFor({ state: 'detached' });
    assert.equal((await panel.asked('setTag')).length, 1);
    assert.deepEqual(panel.errors, []);
  });

  it('grows upwards where the table ends below the tag that is edited', async () => {
    const runs = Array.from({ length: 60 }, (_, slot) => fakeRun(slot, { tags: { note: `tag of ${slot}` } }));
    const panel = await open(experimentScenario(runs));
    const { page } = panel;
    await page.getByRole('treegrid').focus();
    await page.keyboard.press('End');
    const last = page.locator('.lb-table-body [data-field="tag:note"]').last();
    await last.click({ button: 'right' });
    await item(panel, 'Edit Tag note').click();
    await field(panel).waitFor();
    for (let line = 0; line < 3; line++) {
      await page.keyboard.press('Shift+Enter');
    }
    const [own, table] = [await field(panel).boundingBox(), await page.locator('.lb-table-box').boundingBox()];
    assert.ok(own && table && own.y + own.height <= table.y + table.height + 1, 'it ends where the table does');
    assert.equal(own.height, 20 + 3 * 18);
    assert.deepEqual(panel.errors, []);
  });

  it('renames a baseline that stands in its group, too, and a run by the button of its row, however far it is scrolled away', async () => {
    const runs = Array.from({ length: 60 }, (_, i) =>
      fakeRun(59 - i, { name: `run-${i}`, params: { model: 'r50' }, metrics: { loss: point(i) } }),
    );
    const panel = await open({ ...experimentScenario(runs), facts: { baseline: idOf(59) } });
    const body = panel.page.locator('.lb-table-body .lb-row');
    await body.first().hover();
    await body.first().getByRole('button', { name: 'Menu of run-1', exact: true }).click();
    await panel.page.getByRole('menuitem', { name: /^Rename/ }).click();
    await panel.page.keyboard.type('far');
    await grid(panel).evaluate((each) => (each.scrollTop = 1000));
    await panel.page.locator('.lb-row[aria-rowindex="50"]').waitFor();
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.askedFor('setName'), [{ runId: idOf(58), name: 'far' }]);
    await panel.page.getByRole('button', { name: 'Group', exact: true }).click();
    await panel.page.getByRole('dialog').getByRole('checkbox', { name: 'model' }).click();
    await panel.page.keyboard.press('Escape');
    await panel.page.locator('.lb-group').dblclick();
    await body.filter({ hasText: 'run-0' }).click();
    await panel.page.keyboard.press('F2');
    await panel.page.keyboard.type('best');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual((await panel.askedFor('setName', 2))[1], { runId: idOf(59), name: 'best' });
  });

  it('leaves Enter and Escape to what composes letters', async () => {
    const panel = await open();
    await row(panel, 'run-b').click();
    await panel.page.keyboard.press('F2');
    await field(panel).fill('けっか');
    for (const key of ['Enter', 'Escape']) {
      await field(panel).dispatchEvent('keydown', { key, isComposing: true, bubbles: true });
    }
    assert.equal(await field(panel).inputValue(), 'けっか');
    await field(panel).press('Enter');
    assert.deepEqual(await panel.askedFor('setName'), [{ runId: idOf(2), name: 'けっか' }]);
  });

  it('moves no row under the pointer while columns are sized, moved or hidden', async () => {
    const panel = await open();
    const { mouse } = panel.page;
    await order(panel, 'dcba');
    await row(panel, 'run-c').hover();
    await panel.host(({ page, argument }) => page.host.append(argument, 'val/acc', [[11, 0.99]]), idOf(3));
    await panel.page.getByText('Order changed').waitFor();
    const width = async (): Promise<number> => (await head(panel, 'seed').boundingBox())?.width ?? NaN;
    const [before, box] = [await width(), await head(panel, 'seed').boundingBox()];
    assert.ok(box);
    await mouse.move(box.x + box.width - 2, box.y + 12);
    await mouse.down();
    await mouse.move(box.x + box.width + 38, box.y + 12, { steps: 3 });
    await mouse.up();
    await until('it is wider', async () => (await width()) > before + 30);
    await head(panel, 'model').click({ button: 'right' });
    await item(panel, 'Move Right').click();
    await head(panel, 'seed').click({ button: 'right' });
    await item(panel, 'Hide Column').click();
    await head(panel, 'seed').waitFor({ state: 'detached' });
    await panel.page.getByText('Order changed').waitFor();
    await order(panel, 'dcba');
    await panel.page.getByRole('button', { name: 'Sort', exact: true }).click();
    await order(panel, 'adcb');
  });

  it('scrolls while a column is dragged to its edge, and gives up a drag by Escape', async () => {
    const panel = await open(madeUpScenario({ runs: 20, metrics: 40, params: 10, tags: 4 }), 900);
    const { mouse, keyboard } = panel.page;
    const heads = panel.page.locator('.lb-head:not(.lb-pinned)');
    await heads.first().waitFor();
    const fields = (): Promise<(string | null)[]> =>
      heads.evaluateAll((all) => all.map((each) => each.getAttribute('data-field')));
    const left = (): Promise<number> => grid(panel).evaluate((each) => each.scrollLeft);
    const before = await fields();
    const box = await heads.nth(3).boundingBox();
    assert.ok(box);
    const drag = async (): Promise<void> => {
      await mouse.move(box.x + 60, box.y + 12);
      await mouse.down();
      await mouse.move(600, box.y + 12, { steps: 3 });
      await mouse.move(895, box.y + 12, { steps: 3 });
      // So far that the dragged column itself is no longer drawn.
      await until('it has scrolled', async () => (await left()) > 720);
    };
    await drag();
    await keyboard.press('Escape');
    await panel.page.locator('.lb-drop-mark').waitFor({ state: 'detached' });
    await mouse.up();
    await grid(panel).evaluate((each) => (each.scrollLeft = 0));
    await until('nothing moved', async () => (await fields()).join() === before.join());
    assert.equal(await heads.nth(3).getAttribute('aria-sort'), 'none');
    await drag();
    await mouse.up();
    await grid(panel).evaluate((each) => (each.scrollLeft = 0));
    const after = [...before.slice(0, 3), ...before.slice(4)].slice(0, 5).join();
    await until('it is elsewhere', async () => (await fields()).slice(0, 5).join() === after);
    assert.deepEqual(panel.errors, []);
  });

  it('stays where it is scrolled to when the run with the focus is deleted elsewhere', async () => {
    const panel = await open(madeUpScenario({ runs: 1000, metrics: 2, params: 2, tags: 1 }));
    const fifth = panel.page.locator('.lb-row[aria-rowindex="7"]');
    await fifth.click();
    const id = (await fifth.getAttribute('data-key'))?.replace('run:', '') ?? '';
    const top = (): Promise<number> => grid(panel).evaluate((each) => each.scrollTop);
    await panel.page.getByRole('combobox', { name: 'Filter runs' }).click();
    await grid(panel).evaluate((each) => (each.scrollTop = 8800));
    await panel.host(({ page, argument }) => page.host.change(argument, { stage: 'deleted' }), id);
    // Once at the latest what was held for two seconds comes.
    await panel.page.getByText('999 runs').waitFor();
    await panel.page.getByText(/selected/).waitFor({ state: 'detached' });
    assert.equal(await top(), 8800);
    await panel.host(({ page, argument }) => page.host.experiment.select([argument]), idOf(990));
    await panel.page.getByText('1 selected').waitFor();
    await until('what is chosen elsewhere is brought into view', async () => (await top()) !== 8800);
  });

  it('selects rows, never text, and says how it is sorted also under the pointer', async () => {
    const panel = await open();
    await row(panel, 'run-d').click();
    await row(panel, 'run-b').click({ modifiers: ['Shift'] });
    await row(panel, 'run-b').locator('[data-field="param:model"]').dblclick();
    assert.equal(await panel.page.evaluate(() => getSelection()?.toString()), '');
    for (const name of ['seed', 'model', 'val/acc max']) {
      await head(panel, name).click();
      await until('it is sorted', async () => (await head(panel, name).getAttribute('aria-sort')) !== 'none');
      const [button, mark] = [head(panel, name).locator('.lb-head-menu'), head(panel, name).locator('.lb-sort')];
      const [a, b] = [await button.boundingBox(), await mark.boundingBox()];
      assert.ok(a && b, `both are there in ${name}`);
      assert.ok(a.x + a.width <= b.x + 1 || b.x + b.width <= a.x + 1, `they are apart in ${name}`);
    }
  });

  it('selects all by Ctrl+A, also under closed parents, and no header by Shift+Up', async () => {
    const given = scenario();
    const runs = given.runs.map((each, i) => (i < 2 ? { ...each, run: { ...each.run, parentId: idOf(0) } } : each));
    const panel = await open({ ...given, runs });
    await order(panel, 'd2c');
    await row(panel, 'run-d').click();
    await panel.page.keyboard.press('Shift+ArrowUp');
    await panel.page.keyboard.press('Shift+ArrowDown');
    await panel.page.getByText('2 selected').waitFor();
    await panel.page.keyboard.press('Control+a');
    await panel.page.getByText('4 selected').waitFor();
  });

  it('has the values of a column under each other, also where there is no difference or deviation beside them', async () => {
    const { runs } = scenario();
    const bare = fakeRun(9, { name: 'run-x', params: { model: 'r9' }, metrics: { 'val/acc': point(0.3) } });
    const panel = await open({ ...experimentScenario([bare, ...runs]), facts: { baseline: idOf(3) } });
    await panel.page.locator('.lb-delta').first().waitFor();
    const edges = (): Promise<number[]> =>
      panel.page
        .locator('.lb-row [data-field="metric:max:val/acc"] > :first-child')
        .evaluateAll((all) => [...new Set(all.map((each) => Math.round(each.getBoundingClientRect().right)))]);
    await until('all have the same edge', async () => (await edges()).length === 1);
    await row(panel, 'run-a').first().click({ button: 'right' });
    await item(panel, 'Clear Baseline').click();
    await panel.page.getByRole('button', { name: 'Group', exact: true }).click();
    await panel.page.getByRole('dialog').getByRole('checkbox', { name: 'model' }).click();
    await panel.page.keyboard.press('Escape');
    await panel.page.locator('.lb-group').first().dblclick();
    await until('it is open', async () => (await panel.page.locator('.lb-row').count()) > 3);
    await until('they have the same edge', async () => (await edges()).length === 1);
  });

  it('leaves the focus on a run that becomes the baseline', async () => {
    const panel = await open();
    await row(panel, 'run-b').click();
    await panel.page.keyboard.press('Shift+F10');
    await item(panel, 'Set as Baseline').click();
    await order(panel, 'bdca');
    await panel.page.keyboard.press('F2');
    assert.equal(await field(panel).inputValue(), 'run-b');
  });

  it('takes back that all runs were moved to the trash', async () => {
    const panel = await open();
    await row(panel, 'run-a').click();
    await panel.page.keyboard.press('Control+a');
    await panel.page.keyboard.press('Delete');
    await panel.page.locator('.lb-state').getByText('4 runs moved to the trash.').waitFor();
    await panel.page.getByRole('button', { name: 'Undo' }).click();
    await order(panel, 'dcba');
  });

  it('asks before a run goes to the trash to which a script still logs, and only then', async () => {
    const runs = [fakeRun(1, { name: 'over' }), fakeRun(0, { name: 'goes on', status: 'RUNNING' })];
    const panel = await open(experimentScenario(runs));
    await panel.host(({ page }) => (page.host.experiment.agrees = false), undefined);
    await row(panel, 'goes on').click();
    await panel.page.keyboard.press('Control+a');
    await panel.page.keyboard.press('Delete');
    const ids = runs.map(({ run }) => run.id);
    const [first] = await panel.askedFor('trashRuns');
    assert.deepEqual([first?.runIds.sort(), first?.running], [[...ids].sort(), 'goes on']);
    assert.equal(await panel.page.getByRole('button', { name: 'Undo' }).count(), 0);
    await row(panel, 'over').click();
    await panel.page.keyboard.press('Delete');
    await panel.page.getByText('1 run moved to the trash.').waitFor();
    assert.deepEqual((await panel.asked('trashRuns'))[1], { runIds: [ids[0]] });
    assert.equal(await row(panel, 'goes on').count(), 1);
  });

  it('says by what it is sorted where that column is hidden, shows it again, or sorts no more', async () => {
    const panel = await open();
    const { page } = panel;
    await head(panel, 'val/acc max').click({ button: 'right' });
    const names = () => page.locator('.lb-table-body .lb-name').allInnerTexts();
    const before = await names();
    assert.equal(await page.getByRole('button', { name: /^Sorted by/ }).count(), 0);
    await item(panel, 'Hide Column').click();
    const sorted = page.getByRole('button', { name: 'Sorted by val/acc max, descending' });
    await sorted.waitFor();
    assert.deepEqual(await names(), before);
    assert.equal(await sorted.innerText(), 'Sorted by val/acc max');
    await panel.photograph('hidden-sort-dark');
    // A stop among the footer's, by arrows.
    await sorted.focus();
    await page.keyboard.press('Enter');
    await item(panel, 'Show Column val/acc max').press('Enter');
    await head(panel, 'val/acc max').waitFor();
    await sorted.waitFor({ state: 'detached' });
    await head(panel, 'val/acc max').click({ button: 'right' });
    await item(panel, 'Hide Column').click();
    await sorted.click();
    await item(panel, 'Do Not Sort by val/acc max').click();
    await sorted.waitFor({ state: 'detached' });
    assert.deepEqual(panel.errors, []);
  });

  it('has the menu of a metric for its value at a step, too', async () => {
    const panel = await open(scenario({ facts: { baseline: idOf(3) } }));
    await head(panel, 'val/acc max').click({ button: 'right' });
    await item(panel, 'Show at a Step…').click();
    await panel.page.keyboard.type('10');
    await panel.page.keyboard.press('Enter');
    await head(panel, 'val/acc at 10').click({ button: 'right' });
    const radio = (name: string) => panel.page.getByRole('menuitemradio', { name });
    assert.equal(await radio('Higher Is Better').getAttribute('aria-checked'), 'true');
    await radio('Differences as Percentages').click();
    await cell(panel, 'run-d', 'at:10:val/acc').getByText('+80 %').waitFor();
    await head(panel, 'val/acc at 10').click({ button: 'right' });
    await item(panel, 'Filter…').click();
    await panel.page.keyboard.type('0.55');
    await order(panel, 'adcb');
  });

  it('reads what runs can be grouped by when the menu opens, so that the first click finds it', async () => {
    // So many columns that the params are far out of view.
    const runs = [0, 1].map((i) =>
      fakeRun(i, {
        metrics: Object.fromEntries(Array.from({ length: 60 }, (_, key) => [`m${key}`, point(key + i)])),
        params: { model: `r${i}` },
      }),
    );
    const panel = await open(experimentScenario(runs), 700);
    const wasRead = async (key: string): Promise<boolean> =>
      (await panel.asked('tableColumns')).some(({ columns }) => columns.some((column) => column.key === key));
    await panel.page.locator('.lb-row').nth(1).waitFor();
    assert.equal(await wasRead('model'), false);
    await panel.page.getByRole('button', { name: 'Group', exact: true }).click();
    await until('the values are asked for', () => wasRead('model'));
    const before = (await panel.asked('tableColumns')).length;
    await panel.page.getByRole('checkbox', { name: 'model' }).click();
    await panel.page.locator('.lb-row.lb-group').nth(1).waitFor();
    assert.equal((await panel.asked('tableColumns')).length, before);
    assert.deepEqual(panel.errors, []);
  });
});
