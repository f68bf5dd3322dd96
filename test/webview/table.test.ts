import assert from 'node:assert/strict';
import { runColours } from '../../src/core/runColour';
import { curve, experimentScenario, fakeRun, type FakeRun, type Scenario } from '../fakes/fakeHost/scenario';
import { exampleRuns } from './examples';
import { ofColour, PanelBrowser, until, type Panel } from './panelPage';

/** The parameters of all requests of a kind. */
const point = (value: number): FakeRun['metrics'][string] => ({ steps: [0], values: [value] });

/** Five runs: a, the newest, to e. */
function smallScenario(more: Partial<Scenario> = {}): Scenario {
  const values = [0.5, 0.9, 0.7, 0.9, 0.1];
  const runs = values.map((value, i) =>
    fakeRun(4 - i, {
      name: `run-${'abcde'[i]}`,
      status: i === 4 ? 'KILLED' : 'FINISHED',
      metrics: { 'val/acc': point(value), loss: point(1 - value) },
      params: { model: i < 3 ? 'r50' : 'r18', seed: String(i), fixed: 'x' },
      tags: { owner: i === 0 ? 'ada' : 'grace' },
    }),
  );
  return { ...experimentScenario(runs), ...more };
}

const idOf = (slot: number): string => `f26e71d5${slot.toString(16).padStart(24, '0')}`;

/** Names of the runs from top to bottom, the baseline first. */
async function names(panel: Panel): Promise<string[]> {
  const rows = panel.page.locator('.lb-row');
  const places = await rows.evaluateAll((elements) =>
    elements
      .map((element) => ({
        top: element.getBoundingClientRect().top,
        name: element.querySelector('.lb-name .lb-cut-text')?.textContent ?? '',
      }))
      .sort((a, b) => a.top - b.top)
      .map(({ name }) => name),
  );
  return places;
}

const grid = (panel: Panel) => panel.page.getByRole('treegrid', { name: 'Runs' });
const row = (panel: Panel, name: string) => panel.page.locator('.lb-row', { hasText: name });
const head = (panel: Panel, name: string) => panel.page.getByRole('columnheader', { name, exact: true });
const cell = (panel: Panel, name: string, field: string) => row(panel, name).locator(`[data-field="${field}"]`);

/** Names of the runs that are selected. */
async function selected(panel: Panel): Promise<string[]> {
  const texts = await panel.page.locator('.lb-row[aria-selected="true"] .lb-name').allInnerTexts();
  return texts.map((text) => text.trim().split('\n')[0] ?? '').sort();
}

async function order(panel: Panel, expected: readonly string[]): Promise<void> {
  await until(`the order is ${expected.join()}`, async () => (await names(panel)).join() === expected.join()).catch(
    async (error: unknown) => {
      throw new Error(`It is ${(await names(panel)).join()}`, { cause: error });
    },
  );
}

describe('The table of runs', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const open = (scenario = smallScenario(), width = 1200): Promise<Panel> => browser.show(scenario, { width });

  it('begins with the best of the primary metric, marks it, ties too, and hides what is equal', async () => {
    const panel = await open();
    await order(panel, ['run-b', 'run-d', 'run-c', 'run-a', 'run-e']);
    assert.equal(await head(panel, 'val/acc max').getAttribute('aria-sort'), 'descending');
    assert.equal(await panel.page.locator('.lb-best', { hasText: '▲' }).count(), 2);
    assert.equal(await panel.page.locator('.lb-best', { hasText: '▼' }).count(), 2);
    assert.equal(await head(panel, 'fixed').count(), 0);
    await panel.page.getByRole('button', { name: 'Columns' }).click();
    await panel.page.getByText('hides 1 equal column').waitFor();
    await panel.page.getByRole('checkbox', { name: 'Only differing' }).click();
    await head(panel, 'fixed').waitFor();
    assert.deepEqual(panel.errors, []);
  });

  it('has no column for states while all runs are finished, and keeps it once there is another', async () => {
    const runs = [0, 1].map((i) => fakeRun(i, { name: `run-${i}`, params: { seed: `${i}` } }));
    const panel = await open(experimentScenario(runs));
    await head(panel, 'seed').waitFor();
    assert.equal(await head(panel, 'State').count(), 0);
    const [id = ''] = runs.map(({ run }) => run.id);
    await panel.host(({ page, argument }) => page.host.change(argument, { status: 'RUNNING' }), id);
    await head(panel, 'State').waitFor();
    await panel.host(({ page, argument }) => page.host.change(argument, { status: 'FINISHED' }), id);
    await until('it has ended', async () => (await row(panel, 'run-0').innerText()).includes('running') === false);
    assert.equal(await head(panel, 'State').count(), 1);
  });

  it('sorts by clicks: down, up, off; with Shift by several', async () => {
    const panel = await open();
    await head(panel, 'seed').click();
    await order(panel, ['run-e', 'run-d', 'run-c', 'run-b', 'run-a']);
    await head(panel, 'seed').click();
    await order(panel, ['run-a', 'run-b', 'run-c', 'run-d', 'run-e']);
    await head(panel, 'seed').click();
    assert.equal(await head(panel, 'seed').getAttribute('aria-sort'), 'none');
    await head(panel, 'model').click();
    await head(panel, 'val/acc max').click({ modifiers: ['Shift'] });
    await order(panel, ['run-b', 'run-c', 'run-a', 'run-d', 'run-e']);
    assert.match(await head(panel, 'val/acc max').innerText(), /2/);
  });

  it('selects by click, Ctrl and Shift, and acts on what is selected', async () => {
    const panel = await open();
    await row(panel, 'run-d').click();
    assert.deepEqual(await selected(panel), ['run-d']);
    await row(panel, 'run-a').click({ modifiers: ['Control'] });
    assert.deepEqual(await selected(panel), ['run-a', 'run-d']);
    await row(panel, 'run-e').click({ modifiers: ['Shift'] });
    assert.deepEqual(await selected(panel), ['run-a', 'run-e']);
    await panel.page.getByText('2 selected').waitFor();
    await panel.page.getByRole('button', { name: 'Compare', exact: true }).click();
    assert.deepEqual(await panel.askedFor('command'), [{ command: 'compareSelected', runIds: [idOf(4), idOf(0)] }]);
    await row(panel, 'run-b').dblclick();
    assert.deepEqual(await panel.askedFor('openRun'), [{ runId: idOf(3), toSide: false }]);
  });

  it('goes by the keyboard: lines, ranges, cells, header, names', async () => {
    const panel = await open();
    const { keyboard } = panel.page;
    await row(panel, 'run-b').click();
    await keyboard.press('ArrowDown');
    assert.deepEqual(await selected(panel), ['run-d']);
    await keyboard.press('Shift+ArrowDown');
    assert.deepEqual(await selected(panel), ['run-c', 'run-d']);
    await keyboard.press('Control+ArrowDown');
    await keyboard.press('Control+ArrowDown');
    assert.deepEqual(await selected(panel), ['run-c', 'run-d']);
    await keyboard.press('Control+Space');
    assert.deepEqual(await selected(panel), ['run-c', 'run-d', 'run-e']);
    await keyboard.press('Home');
    assert.deepEqual(await selected(panel), ['run-b']);
    await keyboard.press('Control+a');
    assert.equal((await selected(panel)).length, 5);
    await keyboard.press('Escape');
    assert.deepEqual(await selected(panel), []);
    await keyboard.type('run-c');
    assert.deepEqual(await selected(panel), ['run-c']);
    await keyboard.press('Control+Enter');
    assert.deepEqual(await panel.askedFor('openRun'), [{ runId: idOf(2), toSide: true }]);
    await keyboard.press('Home');
    await keyboard.press('ArrowUp');
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight');
    assert.match(
      (await grid(panel).getAttribute('aria-activedescendant')) ?? '',
      /^lb-table-header-metric:max:val\/acc$/,
    );
    await keyboard.press('Enter');
    await order(panel, ['run-e', 'run-a', 'run-c', 'run-b', 'run-d']);
    await keyboard.press('Shift+F10');
    await panel.page.getByRole('menuitem', { name: 'Hide Column' }).click();
    await head(panel, 'val/acc max').waitFor({ state: 'detached' });
    await keyboard.press('Control+f');
    assert.equal(await panel.page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Filter runs');
    assert.deepEqual(panel.errors, []);
  });

  it('shows and hides runs in the charts, one by one and all but one', async () => {
    const panel = await open();
    await panel.page.getByText('5 runs · 5 in charts').waitFor();
    await row(panel, 'run-b').click();
    await panel.page.keyboard.press('Space');
    await panel.page.getByText('5 runs · 4 in charts').waitFor();
    await row(panel, 'run-b').getByRole('button', { name: 'Show run-b in charts' }).waitFor();
    await row(panel, 'run-c').hover();
    await row(panel, 'run-c')
      .getByRole('button', { name: 'Hide run-c in charts' })
      .click({ modifiers: ['Alt'] });
    await panel.page.getByText('5 runs · 1 in charts').waitFor();
    await panel.page.getByRole('button', { name: 'Show all in charts' }).click();
    await panel.page.getByText('5 runs · 5 in charts').waitFor();
  });

  it('keeps the focus when a row’s eye is clicked: the keys go on, and none acts on a run that scrolled there', async () => {
    const panel = await open();
    await row(panel, 'run-d').click();
    await row(panel, 'run-c').hover();
    await row(panel, 'run-c').getByRole('button', { name: 'Hide run-c' }).click();
    await row(panel, 'run-c').getByRole('button', { name: 'Show run-c' }).waitFor();
    await panel.page.keyboard.press('ArrowUp');
    await until('the line above is selected', async () => (await selected(panel)).join() === 'run-b');
  });

  it('keeps the baseline under the header and shows what is better than it', async () => {
    const panel = await open(smallScenario({ facts: { baseline: idOf(2) } }));
    await order(panel, ['run-c', 'run-b', 'run-d', 'run-a', 'run-e']);
    const acc = (name: string) => cell(panel, name, 'metric:max:val/acc');
    await until('differences are there', async () => /\+0\.2000/.test(await acc('run-b').innerText()));
    assert.equal(await acc('run-b').locator('.lb-better').count(), 1);
    assert.match(await acc('run-a').innerText(), /−0\.2000/);
    assert.equal(await acc('run-a').locator('.lb-better').count(), 0);
    assert.equal(await acc('run-c').innerText(), '0.7000');
    assert.equal(
      await row(panel, 'run-b').getAttribute('aria-label'),
      'run-b, finished, shown, val/acc max 0.9000, +0.2000 to baseline, better',
    );
    // Not by colour alone; of what is not known to be good or bad nothing is said.
    const weightOf = (name: string) =>
      acc(name)
        .locator('.lb-delta')
        .evaluate((each) => getComputedStyle(each).fontWeight);
    assert.deepEqual([await weightOf('run-b'), await weightOf('run-a')], ['600', '400']);
    await acc('run-b').getByRole('img', { name: '+0.2000, better' }).waitFor();
    await acc('run-a').getByRole('img', { name: '−0.2000, worse' }).waitFor();
    await acc('run-b').hover();
    assert.match((await acc('run-b').getAttribute('title')) ?? '', /^Δ \+0\.2.* \(\+29 %\), better$/m);
    await head(panel, 'val/acc max').click({ button: 'right' });
    await panel.page.getByRole('menuitemradio', { name: 'Differences as Percentages' }).click();
    await until('they are percentages', async () => /\+29 %/.test(await acc('run-b').innerText()));
    await row(panel, 'run-e').click({ button: 'right' });
    await panel.page.getByRole('menuitem', { name: 'Set as Baseline' }).click();
    await order(panel, ['run-e', 'run-b', 'run-d', 'run-c', 'run-a']);
  });

  it('tells where a last value, a least and a greatest one were logged, on hover and of the cell with the focus', async () => {
    const loss = { steps: [1, 1000, 2500, 4000], values: [3, 0.5, 9, 1] };
    const runs = [0, 1].map((slot) => fakeRun(slot, { name: `run-${'ab'[slot]}`, metrics: { loss } }));
    const odd = fakeRun(2, { name: 'run-odd', metrics: { loss: { steps: [7], values: ['NaN'] } } });
    const panel = await browser.show(experimentScenario([...runs, odd]), {
      width: 1200,
      prepare: () => {
        const added = ['min', 'max', 'mean', 'last'].map((each) => `metric:${each}:loss`);
        const subject = { panel: 'experiment', experimentId: '1' };
        sessionStorage.setItem('labbook-state', JSON.stringify({ subject, table: { columns: { added } } }));
      },
    });
    const titleOf = async (name: string, figure: string): Promise<string> =>
      (await cell(panel, name, `metric:${figure}:loss`).getAttribute('title')) ?? '';
    const hasTitle = async (name: string, figure: string, wanted: RegExp): Promise<void> => {
      let title = '';
      await until(`${name} ${figure} tells ${wanted.source}`, async () => {
        title = await titleOf(name, figure);
        return wanted.test(title);
      }).catch((error: unknown) => {
        throw new Error(`It is ${title}`, { cause: error });
      });
    };
    await order(panel, ['run-b', 'run-a', 'run-odd']);
    assert.ok(!JSON.stringify(await panel.asked('tableColumns')).includes('Step'));
    for (const [figure, title] of [
      ['min', /^0\.5\nStep 1,000$/],
      ['max', /^9\nStep 2,500$/],
      ['mean', /^3\.375$/],
      ['last', /^1\nStep 4,000\n/],
    ] as const) {
      // What is read meanwhile is told without another move of the pointer.
      await cell(panel, 'run-a', `metric:${figure}:loss`).hover();
      await hasTitle('run-a', figure, title);
    }
    // A title that is no longer looked at is gone, as the element may be another run's soon.
    assert.equal(await titleOf('run-a', 'max'), '');
    await cell(panel, 'run-odd', 'metric:min:loss').hover();
    await hasTitle('run-odd', 'min', /^NaN$/);
    await row(panel, 'run-b').locator('.lb-name').click();
    for (const [figure, title] of [
      ['min', /^0\.5\nStep 1,000$/],
      ['max', /^9\nStep 2,500$/],
    ] as const) {
      do {
        await panel.page.keyboard.press('ArrowRight');
      } while (
        (await row(panel, 'run-b').locator('.lb-focused-cell').getAttribute('data-field')) !== `metric:${figure}:loss`
      );
      await hasTitle('run-b', figure, title);
    }
    assert.equal(await titleOf('run-b', 'min'), '');
    assert.deepEqual(panel.errors, []);
  });

  it('groups runs, with mean and deviation, and opens groups', async () => {
    const panel = await open();
    await panel.page.getByRole('button', { name: 'Group', exact: true }).click();
    await panel.page.getByRole('checkbox', { name: 'model' }).click();
    await panel.page.keyboard.press('Escape');
    await order(panel, ['r50', 'r18']);
    assert.match(await cell(panel, 'r50', 'metric:max:val/acc').innerText(), /^0\.7000\s*± 0\.20$/);
    await panel.page.getByText('2 groups · 5 runs').waitFor();
    // Its trend is that of all of its runs.
    await until('their curves are read', async () => {
      const asked = await panel.asked('series');
      return asked.some(({ maxPoints, runIds }) => maxPoints === 60 && runIds.length === 5);
    });
    await cell(panel, 'r50', 'trend:val/acc').locator('path').waitFor({ state: 'attached' });
    await row(panel, 'r18').click();
    assert.equal(await row(panel, 'r18').getAttribute('aria-expanded'), 'false');
    await panel.page.keyboard.press('ArrowRight');
    await order(panel, ['r50', 'r18', 'run-d', 'run-e']);
    assert.equal(await row(panel, 'run-d').getAttribute('aria-level'), '2');
    await panel.page.keyboard.press('ArrowLeft');
    await order(panel, ['r50', 'r18']);
  });

  it('is grouped by the keyboard alone, in levels that say what they are of, and keeps runs with children open', async () => {
    const scenario = smallScenario();
    const runs = scenario.runs.map((each, i) =>
      i === 1 ? { ...each, run: { ...each.run, parentId: idOf(4) } } : each,
    );
    const panel = await open({ ...scenario, runs }, 800);
    const { page } = panel;
    const press = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) {
        await page.keyboard.press(key);
      }
    };
    await row(panel, 'run-a').getByRole('button', { name: 'Open run-a' }).click();
    await row(panel, 'run-b').waitFor();
    const button = page.getByRole('button', { name: 'Group', exact: true });
    assert.equal(await button.getAttribute('data-on'), null);
    await button.press('Enter');
    const chosen = page.getByRole('dialog').locator('[aria-checked="true"]');
    // From the field to the first, and back.
    await press('ArrowDown', 'ArrowUp', 'ArrowDown', 'Enter');
    await page.getByRole('checkbox', { name: 'model', checked: true }).waitFor();
    await press('ArrowDown', 'Space');
    await page.getByRole('checkbox', { name: 'seed', checked: true }).waitFor();
    assert.deepEqual(await chosen.allInnerTexts(), ['model', 'seed']);
    // The list is one stop.
    await press('Tab', 'Space', 'Escape');
    await order(panel, ['r50', 'r18']);
    assert.equal(await row(panel, 'r50').getAttribute('aria-label'), 'model r50, group of 3 runs');
    assert.equal(await page.locator('[data-on]').getAttribute('title'), 'model, seed');
    await row(panel, 'r50').click();
    await press('ArrowRight');
    assert.equal(await row(panel, 'seed').first().getAttribute('aria-level'), '2');
    await page.locator('[data-on]').press('Enter');
    await page.getByRole('button', { name: 'No Groups' }).click();
    await press('Escape');
    await row(panel, 'run-b').waitFor();
    assert.equal(await row(panel, 'run-b').getAttribute('aria-level'), '2');
    assert.deepEqual(panel.errors, []);
  });

  it('takes a width for a column from the keyboard', async () => {
    const panel = await open();
    const { page } = panel;
    await row(panel, 'run-b').click();
    for (const key of ['Home', 'ArrowUp', 'ArrowRight', 'Shift+F10']) {
      await page.keyboard.press(key);
    }
    await page.getByRole('menuitem', { name: 'Set Width…' }).press('Enter');
    await page.getByLabel('Width in pixels').last().fill('321');
    await page.keyboard.press('Enter');
    const width = async (): Promise<number | undefined> => (await head(panel, 'State').boundingBox())?.width;
    await until('it is as wide', async () => (await width()) === 321);
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'treegrid');
  });

  it('takes what was found by Enter, one after the other, in the order of names', async () => {
    const params = { p1: '1', p10: '1', p2: '1', model: 'a' };
    const runs = ['a', 'b'].map((model, i) => fakeRun(i, { name: model, params: { ...params, model } }));
    const panel = await open(experimentScenario(runs));
    const { page } = panel;
    await page.getByRole('button', { name: 'Group', exact: true }).click();
    const boxes = page.getByRole('dialog', { name: 'Group by' }).locator('.lb-choose-list').getByRole('checkbox');
    assert.deepEqual(await boxes.allInnerTexts(), ['model', 'p1', 'p2', 'p10']);
    for (const [word, chosen] of [
      ['p10', 'p10'],
      ['mod', 'p10, model'],
    ] as const) {
      await page.keyboard.type(word);
      await until('it is found', async () => (await boxes.count()) === 1);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: chosen, exact: true }).waitFor();
    }
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Columns', exact: true }).first().click();
    await page.keyboard.type('p2');
    const column = page.locator('.lb-choose-row').getByRole('checkbox', { name: 'p2' });
    await column.waitFor();
    await page.keyboard.press('Enter');
    await until('the column is on', async () => (await column.getAttribute('aria-checked')) === 'true');
  });

  it('closes what chooses the groups by Escape, whatever was pressed in it last', async () => {
    const panel = await open(smallScenario());
    const { page } = panel;
    const button = page.getByRole('button', { name: 'Group', exact: true });
    const dialog = page.getByRole('dialog', { name: 'Group by' });
    const box = dialog.getByRole('checkbox', { name: 'model' });
    await button.click();
    await box.click();
    await until('the row that was ticked has the focus', () => box.evaluate((each) => each === document.activeElement));
    await page.keyboard.press('Space');
    await until('it is off again', async () => (await box.getAttribute('aria-checked')) === 'false');
    await page.keyboard.press('Space');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'model', exact: true }).click();
    const none = dialog.getByText('No groups');
    await none.click();
    await none.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('groups at once also while the focus is in the table and the column is still to be read', async () => {
    const panel = await open();
    await row(panel, 'run-c').click();
    await panel.page.getByRole('button', { name: 'Group', exact: true }).click();
    await panel.page.getByRole('checkbox', { name: 'fixed' }).click();
    await order(panel, ['x']);
    assert.equal(await panel.page.getByText('Order changed').count(), 0);
  });

  it('puts children under their parents', async () => {
    const scenario = smallScenario();
    const runs = scenario.runs.map((each, i) => (i < 2 ? { ...each, run: { ...each.run, parentId: idOf(0) } } : each));
    const panel = await open({ ...scenario, runs });
    await order(panel, ['run-d', 'run-c', 'run-e']);
    await row(panel, 'run-e').getByRole('button', { name: 'Open run-e' }).click();
    await order(panel, ['run-d', 'run-c', 'run-e', 'run-b', 'run-a']);
  });

  it('filters, says so, keeps the last right filter, and says when nothing matches', async () => {
    const panel = await open();
    const query = panel.page.getByRole('combobox', { name: 'Filter runs' });
    await query.fill('params.model = "r50"');
    await order(panel, ['run-b', 'run-c', 'run-a']);
    await panel.page.getByText('3 of 5 runs · 3 in charts').waitFor();
    await query.fill('params.model = ');
    await panel.page.getByText(/^Not applied: .* Still showing 3 of 5 runs\.$/).waitFor();
    await order(panel, ['run-b', 'run-c', 'run-a']);
    await query.fill('metrics.`val/acc` > 2');
    await panel.page.getByText('No run matches').waitFor();
    await panel.page.getByText('5 runs in cifar100. The highest val/acc is 0.9000 (run-b).').waitFor();
    await panel.photograph('table-no-match-dark');
    await panel.page.getByRole('button', { name: 'Clear Filter' }).last().click();
    await order(panel, ['run-b', 'run-d', 'run-c', 'run-a', 'run-e']);
  });

  it('renames and edits tags in place', async () => {
    const panel = await open();
    await row(panel, 'run-c').click();
    await panel.page.keyboard.press('F2');
    const widths = await panel.page.locator('.lb-edit').evaluate((field) => {
      const { width } = field.getBoundingClientRect();
      return { field: width, cell: field.closest('.lb-name')?.clientWidth ?? NaN };
    });
    assert.ok(widths.field > widths.cell - 50, `the field has the cell's room: ${JSON.stringify(widths)}`);
    await panel.page.keyboard.type('better');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.askedFor('setName'), [{ runId: idOf(2), name: 'better' }]);
    await row(panel, 'better').waitFor();
    await panel.page.keyboard.press('F2');
    await panel.page.keyboard.type('worse');
    await panel.page.keyboard.press('Escape');
    assert.equal((await panel.asked('setName')).length, 1);
    await panel.page.keyboard.press('End');
    for (let i = 0; i < 12; i++) {
      await panel.page.keyboard.press('ArrowRight');
      if (/tag:owner$/.test((await grid(panel).getAttribute('aria-activedescendant')) ?? '')) {
        break;
      }
    }
    await panel.page.keyboard.press('F2');
    await panel.page.keyboard.type('linus');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.askedFor('setTag'), [{ runIds: [idOf(0)], key: 'owner', value: 'linus' }]);
    await until('it is there', async () => (await cell(panel, 'run-e', 'tag:owner').innerText()) === 'linus');
  });

  it('moves runs to the trash, and back', async () => {
    const panel = await open();
    await row(panel, 'run-b').click();
    await row(panel, 'run-c').click({ modifiers: ['Control'] });
    await panel.page.keyboard.press('Delete');
    await order(panel, ['run-d', 'run-a', 'run-e']);
    await panel.page.getByText('2 runs moved to the trash.').waitFor();
    await panel.page.getByRole('button', { name: 'Undo' }).click();
    await order(panel, ['run-b', 'run-d', 'run-c', 'run-a', 'run-e']);
  });

  it('leaves selected runs alone that the filter hides, by key, menu and footer, and says how many these are', async () => {
    const panel = await open();
    await row(panel, 'run-d').click();
    await row(panel, 'run-a').click({ modifiers: ['Control'] });
    const query = panel.page.getByRole('combobox', { name: 'Filter runs' });
    await query.fill('params.model = "r50"');
    await order(panel, ['run-b', 'run-c', 'run-a']);
    await panel.page.getByText('2 selected, 1 hidden').waitFor();
    assert.equal(await panel.page.getByRole('button', { name: 'Compare', exact: true }).count(), 0);
    assert.equal(await panel.page.getByRole('button', { name: 'Show only this', exact: true }).count(), 1);
    await row(panel, 'run-a').click({ button: 'right' });
    await panel.page.getByRole('menuitem', { name: 'Copy Run ID' }).waitFor();
    await panel.page.keyboard.press('Escape');
    await grid(panel).focus();
    await panel.page.keyboard.press('Delete');
    await order(panel, ['run-b', 'run-c']);
    await panel.page.getByText('1 run moved to the trash.').waitFor();
    await query.fill('params.model = "r50" and seed >= 0');
    await order(panel, ['run-b', 'run-c']);
    await grid(panel).focus();
    await panel.page.keyboard.press('Delete');
    await panel.page.getByRole('button', { name: 'Show all 4' }).click();
    await order(panel, ['run-b', 'run-d', 'run-c', 'run-e']);
    assert.deepEqual(await selected(panel), ['run-d']);
    assert.equal(await panel.page.getByRole('button', { name: /^Show all \d/ }).count(), 0);
  });

  it('counts rows that no longer match while they wait under the pointer', async () => {
    const panel = await open();
    await panel.page.getByRole('combobox', { name: 'Filter runs' }).fill('metrics.`val/acc` < 0.95');
    await panel.page.getByText('5 of 5 runs · ').waitFor();
    assert.equal(await panel.page.getByRole('button', { name: /^Show all \d/ }).count(), 0);
    await row(panel, 'run-d').hover();
    await panel.host(({ page, argument }) => page.host.append(argument, 'val/acc', [[1, 0.99]]), idOf(0));
    await panel.page.getByText('1 run no longer matches').waitFor();
    await order(panel, ['run-b', 'run-d', 'run-c', 'run-a', 'run-e']);
    await panel.page.getByRole('button', { name: 'Update', exact: true }).click();
    await order(panel, ['run-b', 'run-d', 'run-c', 'run-a']);
  });

  it('cuts long names in the middle where there is little room, and leaves a group’s value the room of its key', async () => {
    const runs = [0, 1].map((i) =>
      fakeRun(1 - i, {
        name: `resnet50-cutmix-cosine-warmup-sweep-lr0.${i}1-s${i}`,
        metrics: { 'val/acc': point(0.5 + i / 10) },
        params: { a_rather_long_name_of_optimizer: i === 0 ? 'adam' : 'adamw' },
      }),
    );
    const panel = await open(experimentScenario(runs), 400);
    await row(panel, 'resnet50').last().waitFor();
    const ends = await panel.page.locator('.lb-table-body .lb-cut-middle').evaluateAll((all) =>
      all.map((each) => {
        const [box, end] = [each.getBoundingClientRect(), each.lastElementChild?.getBoundingClientRect()];
        return end !== undefined && end.width > 0 && end.right <= box.right + 0.5;
      }),
    );
    assert.deepEqual(ends, [true, true]);
    await panel.page.getByRole('button', { name: 'Group' }).click();
    await panel.page.getByRole('dialog').getByText('a_rather_long_name_of_optimizer').click();
    await panel.page.keyboard.press('Escape');
    const values = panel.page.locator('.lb-group-name b');
    await until('there are two groups', async () => (await values.count()) === 2);
    const cut = await values.evaluateAll((all) => all.map((each) => each.scrollWidth > each.clientWidth + 1));
    assert.deepEqual(cut, [false, false]);
  });

  it('takes a deletion back with Ctrl+Z in the table, later by the command, never while a text is typed', async () => {
    const panel = await browser.show(smallScenario(), {
      width: 1200,
      prepare: () => {
        // The 10 s in which the footer offers it do not end here.
        const begin = window.setTimeout.bind(window);
        window.setTimeout = ((act: () => void, time?: number) =>
          time === 10_000 ? 0 : begin(act, time)) as typeof window.setTimeout;
      },
    });
    const { keyboard } = panel.page;
    await panel.page.getByRole('combobox', { name: 'Filter runs' }).click();
    await keyboard.press('Control+z');
    await row(panel, 'run-b').click();
    await keyboard.press('Delete');
    await order(panel, ['run-d', 'run-c', 'run-a', 'run-e']);
    await panel.page.getByText('1 run moved to the trash.').waitFor();
    await row(panel, 'run-c').click();
    await keyboard.press('Control+z');
    await order(panel, ['run-b', 'run-d', 'run-c', 'run-a', 'run-e']);
    assert.deepEqual(await panel.askedFor('restoreRuns'), [{ runIds: [idOf(3)] }]);
    assert.deepEqual(await panel.asked('command'), []);
    await keyboard.press('Control+z');
    assert.deepEqual(await panel.askedFor('command'), [{ command: 'undo', runIds: [] }]);
    assert.deepEqual(panel.errors, []);
  });

  it('lets runs that are deleted here go at once, also where that comes run by run before the answer', async () => {
    const panel = await open();
    const stage = (slot: number, is: 'active' | 'deleted'): Promise<void> =>
      panel.host(({ page, argument }) => page.host.change(argument.id, { stage: argument.is }), { id: idOf(slot), is });
    await row(panel, 'run-b').click();
    await panel.page.keyboard.press('Shift+ArrowDown');
    await panel.page.keyboard.press('Shift+ArrowDown');
    // As a server that is far away says it: run by run, before it answers.
    await panel.host(({ page }) => page.host.slow(60_000, ['trashRuns']), undefined);
    await panel.page.keyboard.press('Delete');
    await panel.askedFor('trashRuns');
    await stage(3, 'deleted');
    await order(panel, ['run-d', 'run-c', 'run-a', 'run-e']);
    await stage(1, 'deleted');
    await order(panel, ['run-c', 'run-a', 'run-e']);
    await stage(2, 'deleted');
    await order(panel, ['run-a', 'run-e']);
    assert.equal(await panel.page.getByText('Order changed').count(), 0);
    assert.deepEqual(panel.errors, []);
  });

  it('brings deleted runs back to their place at once, and keeps the place of one that somebody else deleted', async () => {
    const panel = await open();
    await row(panel, 'run-d').click();
    await panel.host(({ page, argument }) => page.host.change(argument, { stage: 'deleted' }), idOf(2));
    await row(panel, 'run-c is no longer there').waitFor();
    await panel.page.keyboard.press('Shift+ArrowUp');
    await panel.page.keyboard.press('Delete');
    await order(panel, ['', 'run-a', 'run-e']);
    await row(panel, 'run-c is no longer there').waitFor();
    // By a click that leaves the focus in the table.
    await panel.page.getByRole('button', { name: 'Undo' }).dispatchEvent('click');
    await order(panel, ['run-b', 'run-d', '', 'run-a', 'run-e']);
    assert.deepEqual(panel.errors, []);
  });

  it('is live for as long as a run of it goes on, not for one that is gone', async () => {
    const runs = [fakeRun(1, { name: 'ends' }), fakeRun(0, { name: 'goes on', status: 'RUNNING' })];
    const panel = await open(experimentScenario(runs));
    const live = panel.page.getByRole('button', { name: 'Live' });
    await live.waitFor();
    await row(panel, 'goes on').click();
    await panel.page.keyboard.press('Delete');
    await live.waitFor({ state: 'detached' });
    await panel.page.getByRole('button', { name: 'Undo' }).click();
    await live.waitFor();
    assert.deepEqual(panel.errors, []);
  });

  it('has the menu of the sidebar for its runs, by Shift+F10 too', async () => {
    const panel = await open(smallScenario({}));
    const item = (name: string) => panel.page.getByRole('menuitem', { name });
    await row(panel, 'run-b').click();
    await panel.page.keyboard.press('Shift+F10');
    for (const name of [
      'Compare with…',
      'Open Code as of Run',
      'Changes Since Run',
      'Show Artifacts',
      'Change Colour…',
      'Compare Parameters as Text',
      'Edit Notes',
      'Register Model…',
    ]) {
      await item(name).waitFor();
    }
    assert.equal(await item('Mark as Ended…').count(), 0);
    // `Copy As` opens beside it; the arrow to the left goes back.
    await panel.page.keyboard.press('c');
    await item('Copy As').focus();
    await panel.page.keyboard.press('ArrowRight');
    await item('Markdown').waitFor();
    await panel.page.keyboard.press('ArrowLeft');
    await until('it is closed', async () => (await item('Markdown').count()) === 0);
    await panel.page.keyboard.press('Enter');
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('Enter');
    await panel.askedFor('copyText');
    await panel.page.keyboard.press('Shift+F10');
    await item('Change Colour…').click();
    await row(panel, 'run-c').click({ modifiers: ['Control'] });
    await row(panel, 'run-c').click({ button: 'right' });
    await item('Open Code Changes').click();
    const sent = await panel.askedFor('command', 2);
    assert.deepEqual(
      sent.map(({ command, runIds }) => [command, runIds.length]),
      [
        ['changeColour', 1],
        ['openCodeChanges', 2],
      ],
    );
    assert.deepEqual(panel.errors, []);
  });

  it('offers to mark runs as ended that still go on', async () => {
    const line = { steps: [0, 1], values: [0, 1] };
    const runs = [
      fakeRun(0, { name: 'over', metrics: { loss: line } }),
      fakeRun(1, { name: 'going', status: 'RUNNING', metrics: { loss: line } }),
    ];
    const panel = await browser.show(experimentScenario(runs));
    await row(panel, 'going').click();
    await row(panel, 'over').click({ modifiers: ['Control'] });
    await row(panel, 'over').click({ button: 'right' });
    await panel.page.getByRole('menuitem', { name: 'Show Only These', exact: true }).waitFor();
    await panel.page.getByRole('menuitem', { name: 'Mark as Ended…' }).click();
    const [sent] = await panel.askedFor('command');
    assert.deepEqual(sent, { command: 'markAsEnded', runIds: [runs[1]?.run.id] });
  });

  it('offers no edits where nothing can be written', async () => {
    const panel = await open(smallScenario({ facts: { canWrite: false } }));
    await row(panel, 'run-b').click({ button: 'right' });
    await panel.page.getByRole('menuitem', { name: 'Copy Run ID' }).waitFor();
    for (const name of ['Rename', 'Change Colour…', 'Add Tag…', 'Move to Trash']) {
      assert.equal(await panel.page.getByRole('menuitem', { name }).count(), 0, name);
    }
    await panel.page.keyboard.press('Escape');
    await panel.page.keyboard.press('Delete');
    await panel.page.keyboard.press('F2');
    assert.equal((await panel.asked('trashRuns')).length + (await panel.page.locator('.lb-edit').count()), 0);
  });

  it('copies what is selected as a spreadsheet expects it', async () => {
    const panel = await open();
    await row(panel, 'run-b').click();
    await panel.page.keyboard.press('Shift+ArrowDown');
    await panel.page.keyboard.press('Control+c');
    const [text = ''] = await panel.copied();
    const [first = '', ...lines] = text.trimEnd().split('\n');
    const columns = first.split('\t');
    assert.deepEqual(columns.slice(0, 3), ['Name', 'State', 'val/acc max']);
    assert.deepEqual(
      lines.map((line) => line.split('\t').slice(0, 3)),
      [
        ['run-b', 'FINISHED', '0.9'],
        ['run-d', 'FINISHED', '0.9'],
      ],
    );
    assert.equal(lines[0]?.split('\t').length, columns.length);
    // Its values are in seconds, without a unit.
    assert.ok(columns.includes('Duration (s)'), first);
  });

  it('copies the value of the cell in focus, of several selected runs their values in its column', async () => {
    const params = [{ note: '=a\tb' }, { note: 'plain' }, {}];
    const runs = params.map((each, i) =>
      fakeRun(i, {
        name: `run-${i}`,
        params: each,
        metrics: { acc: { steps: [0, 1], values: [0.1 + 0.2, [-1e-7, NaN, 7][i] ?? 0] } },
      }),
    );
    const panel = await open(experimentScenario(runs));
    const goTo = async (column: string): Promise<void> => {
      const at = await head(panel, column).getAttribute('aria-colindex');
      for (let cell = 0; cell < Number(at); cell++) {
        await panel.page.keyboard.press('ArrowRight');
      }
    };
    await row(panel, 'run-0').click();
    await goTo('note');
    await panel.page.keyboard.press('Control+c');
    assert.deepEqual(await panel.copied(), ['=a\tb']);
    await panel.page.getByText('1 value of note copied.').waitFor();
    await panel.page.keyboard.press('Control+a');
    await panel.page.keyboard.press('Control+c');
    const [, all] = await panel.copied(2);
    assert.deepEqual(all?.split('\n').sort(), ['', `"'=a\tb"`, 'plain']);
    await panel.page.getByText('3 values of note copied.').waitFor();
    // Of a row that was taken out of the selection it is its own value; the keys for rows act on what is selected all the same.
    await row(panel, 'run-1').click({ modifiers: ['Control'] });
    await goTo('note');
    await panel.page.keyboard.press('Control+c');
    assert.equal((await panel.copied(3))[2], 'plain');
    const back = Number(await head(panel, 'note').getAttribute('aria-colindex'));
    for (let cell = 0; cell < back; cell++) {
      await panel.page.keyboard.press('ArrowLeft');
    }
    await panel.page.keyboard.press('Control+c');
    const whole = (await panel.copied(4))[3] ?? '';
    assert.match(whole, /^Name\tacc max\tnote\t/);
    assert.deepEqual(
      whole
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split('\t')[0]),
      ['run-2', 'run-0'],
    );
    await panel.page.keyboard.press('Delete');
    const [deleted] = await panel.askedFor('trashRuns');
    assert.deepEqual(deleted?.runIds.length, 2);
    assert.deepEqual(panel.errors, []);
  });

  it('copies the exact value of a metric, and of a group the mean that its cell shows', async () => {
    const runs = [1 / 3, -2e-7].map((value, i) =>
      fakeRun(i, {
        name: `run-${i}`,
        params: { model: 'a', seed: String(i) },
        metrics: { loss: { steps: [0, 1], values: [5, value] } },
      }),
    );
    const panel = await open(experimentScenario(runs));
    const goTo = async (column: string): Promise<void> => {
      const at = Number(await head(panel, column).getAttribute('aria-colindex'));
      for (let cell = 0; cell < at; cell++) {
        await panel.page.keyboard.press('ArrowRight');
      }
    };
    await row(panel, 'run-1').click();
    await goTo('loss min');
    await panel.page.keyboard.press('Control+c');
    assert.deepEqual(await panel.copied(), ['-2e-7']);
    await panel.page.getByRole('button', { name: 'Group', exact: true }).click();
    await panel.page.getByRole('checkbox', { name: 'model' }).click();
    await panel.page.keyboard.press('Escape');
    await panel.page.locator('.lb-group').first().click();
    // The first arrow opens it.
    await panel.page.keyboard.press('ArrowRight');
    await until('it is open', async () => (await panel.page.locator('.lb-row').count()) === 3);
    await goTo('loss min');
    await panel.page.keyboard.press('Control+c');
    const [, mean] = await panel.copied(2);
    assert.equal(mean, String((1 / 3 - 2e-7) / 2));
    assert.deepEqual(panel.errors, []);
  });

  it('copies and exports columns that nobody has looked at yet, and were not read', async () => {
    const params = (i: number) =>
      Object.fromEntries(Array.from({ length: 40 }, (_, key) => [`p${key}`, `${i}-${key}`]));
    const runs = [0, 1].map((i) => fakeRun(i, { name: `run-${i}`, params: params(i) }));
    const panel = await open(experimentScenario(runs), 700);
    await row(panel, 'run-0').click();
    const read = await panel.asked('tableColumns');
    assert.ok(!read.some(({ columns }) => columns.some(({ key }) => key === 'p39')));
    await panel.page.keyboard.press('Control+c');
    const [text = ''] = await panel.copied();
    const [names = [], values = []] = text.split('\n').map((line) => line.split('\t'));
    const valueOf = (key: string) => values[names.indexOf(key)];
    assert.deepEqual(['p0', 'p20', 'p39'].map(valueOf), ['0-0', '0-20', '0-39']);
    await grid(panel).press('Control+a');
    await panel.page.getByRole('button', { name: 'More actions' }).first().click();
    await panel.page.getByRole('menuitem', { name: /^Export 2 Runs, \d+ Visible Columns$/ }).click();
    await panel.page.getByRole('menuitem', { name: 'JSON' }).click();
    const [wish] = await panel.askedFor('exportRuns');
    assert.deepEqual([wish?.format, wish?.runIds.length], ['json', 2]);
    assert.deepEqual(
      wish?.columns.filter(({ name }) => name === 'p39'),
      [{ name: 'p39', field: { kind: 'param', key: 'p39' } }],
    );
    assert.deepEqual(panel.errors, []);
  });

  it('copies a column as a spreadsheet expects it: whole texts, and none that it would run', async () => {
    const notes = ['=cmd()', 'a\nb\t"c"', 'plain'];
    const runs = notes.map((note, i) => fakeRun(i, { name: `run-${i}`, params: { note } }));
    const panel = await open(experimentScenario(runs));
    await head(panel, 'note').click({ button: 'right' });
    await panel.page.getByRole('menuitem', { name: 'Copy Column' }).click();
    const [text = ''] = await panel.copied();
    assert.equal(text, `note\nplain\n"a\nb\t""c"""\n'=cmd()\n`);
  });

  it('changes columns: aggregates, order, width, pinned', async () => {
    const panel = await open();
    await head(panel, 'val/acc max').click({ button: 'right' });
    await panel.page.getByRole('menuitemradio', { name: 'Show Mean' }).click();
    await head(panel, 'val/acc mean').waitFor();
    assert.equal(await head(panel, 'val/acc max').count(), 0);
    const left = async (name: string): Promise<number> => (await head(panel, name).boundingBox())?.x ?? NaN;
    assert.ok((await left('seed')) > (await left('model')));
    const from = await head(panel, 'seed').boundingBox();
    const to = await head(panel, 'model').boundingBox();
    assert.ok(from && to);
    await panel.page.mouse.move(from.x + from.width - 20, from.y + 12);
    await panel.page.mouse.down();
    await panel.page.mouse.move(to.x + 30, to.y + 12, { steps: 4 });
    await panel.page.mouse.move(to.x + 2, to.y + 12, { steps: 4 });
    await panel.page.mouse.up();
    await until('it is before the other', async () => (await left('seed')) < (await left('model')));
    assert.equal(await head(panel, 'seed').getAttribute('aria-sort'), 'none', 'a drag does not sort');
    const before = (await head(panel, 'model').boundingBox())?.width ?? 0;
    const box = await head(panel, 'model').boundingBox();
    assert.ok(box);
    await panel.page.mouse.move(box.x + box.width - 2, box.y + 12);
    await panel.page.mouse.down();
    await panel.page.mouse.move(box.x + box.width + 58, box.y + 12, { steps: 4 });
    await panel.page.mouse.up();
    await until('it is wider', async () => ((await head(panel, 'model').boundingBox())?.width ?? 0) > before + 50);
    await head(panel, 'seed').click({ button: 'right' });
    await panel.page.getByRole('menuitem', { name: 'Pin Column' }).click();
    await until('it is beside the name', async () => (await left('seed')) < (await left('State')));
    assert.deepEqual(panel.errors, []);
  });

  it('moves nothing under the pointer: new runs and another order wait', async () => {
    const panel = await open();
    await order(panel, ['run-b', 'run-d', 'run-c', 'run-a', 'run-e']);
    await row(panel, 'run-d').hover();
    await panel.host(({ page, argument }) => page.host.append(argument, 'val/acc', [[1, 0.99]]), idOf(0));
    await panel.page.getByText('Order changed').waitFor();
    await order(panel, ['run-b', 'run-d', 'run-c', 'run-a', 'run-e']);
    await until('the value is new', async () =>
      /0\.9900/.test(await cell(panel, 'run-e', 'metric:max:val/acc').innerText()),
    );
    await panel.page.getByRole('button', { name: 'Sort', exact: true }).click();
    await order(panel, ['run-e', 'run-b', 'run-d', 'run-c', 'run-a']);
  });

  it('sorts by itself where nobody points', async () => {
    const panel = await open();
    await order(panel, ['run-b', 'run-d', 'run-c', 'run-a', 'run-e']);
    await panel.page.mouse.move(600, 5);
    await panel.host(({ page, argument }) => page.host.append(argument, 'val/acc', [[1, 0.99]]), idOf(0));
    await order(panel, ['run-e', 'run-b', 'run-d', 'run-c', 'run-a']);
  });

  it('shares what is selected with the charts', async () => {
    const runs = [0, 1, 2].map((slot) =>
      fakeRun(slot, { name: `run-${slot}`, metrics: { loss: curve(100, (step) => slot * 3 + step / 50) } }),
    );
    const panel = await open(experimentScenario(runs.reverse()));
    await panel.drawn('loss');
    const points = ofColour(await panel.pixels('loss'), runColours.dark[1] ?? '');
    const point = points[Math.floor(points.length / 2)];
    assert.ok(point);
    await panel.canvas('loss').click({ position: { x: point.x, y: point.y } });
    await until('the run is selected', async () => (await selected(panel)).join() === 'run-1');
    await panel.page.getByText('1 selected').waitFor();
  });

  it('comes back as it was arranged, in this window and in the next', async () => {
    const panel = await open();
    await head(panel, 'seed').click();
    await panel.page.getByRole('combobox', { name: 'Filter runs' }).fill('params.model = "r50"');
    await order(panel, ['run-c', 'run-b', 'run-a']);
    await row(panel, 'run-b').hover();
    await row(panel, 'run-b').getByRole('button', { name: 'Hide run-b in charts' }).click();
    await until('it was kept', async () =>
      (await panel.asked('keepArrangement')).some(({ arrangement }) => /params\.model/.test(arrangement)),
    );
    await until('it is remembered', () =>
      panel.page.evaluate(() => /params\.model/.test(sessionStorage.getItem('labbook-state') ?? '')),
    );
    const saved = await panel.page.evaluate(() => sessionStorage.getItem('labbook-state') ?? '');
    assert.ok(!saved.includes('run-b') && saved.length < 2500, saved);
    await panel.page.reload();
    await order(panel, ['run-c', 'run-b', 'run-a']);
    await row(panel, 'run-b').getByRole('button', { name: 'Show run-b in charts' }).waitFor();
    await panel.page.evaluate(() => {
      window.addEventListener('pagehide', () => sessionStorage.removeItem('labbook-state'));
    });
    await panel.page.reload();
    await order(panel, ['run-c', 'run-b', 'run-a']);
  });

  it('says so where its experiment was deleted while it was open, and has its runs again once it is restored', async () => {
    const panel = await open(experimentScenario([]));
    const { page } = panel;
    await page.getByText('No runs yet').waitFor();
    const experiments = [{ id: '1', name: 'cifar100' }];
    const deleted = [{ id: '1', name: 'cifar100', isDeleted: true as const }];
    await panel.host(({ page, argument }) => page.host.changeFacts({ experiments: argument }), deleted);
    await page.getByText('This experiment is in the trash').waitFor();
    await panel.host(({ page, argument }) => page.host.changeFacts({ experiments: argument }), experiments);
    await page.getByText('No runs yet').waitFor();
  });

  it('tells when an edit failed', async () => {
    const panel = await open();
    await panel.host(({ page }) => page.host.fail('setName', 'The store is read-only.'), null);
    await row(panel, 'run-c').click();
    await panel.page.keyboard.press('F2');
    await panel.page.keyboard.type('x');
    await panel.page.keyboard.press('Enter');
    await panel.page.getByRole('alert').getByText('Not changed: The store is read-only.').waitFor();
  });

  it('is read aloud as a tree of rows', async () => {
    const panel = await open(experimentScenario(exampleRuns()));
    await row(panel, 'wrn28-10-cutmix').waitFor();
    assert.equal(await grid(panel).getAttribute('aria-rowcount'), '16');
    assert.equal(Number(await grid(panel).getAttribute('aria-colcount')) > 8, true);
    // Titles of sections say which columns they stand over, without gap or overlap.
    const titles = await panel.page.locator('.lb-titles [role=columnheader]').evaluateAll((all) =>
      all.map((each) => {
        const { ariaColIndex, ariaColSpan } = each;
        return { index: Number(ariaColIndex), span: Number(ariaColSpan), left: each.getBoundingClientRect().left };
      }),
    );
    assert.ok(titles.length > 2);
    let next = 1;
    for (const { index, span, left } of titles) {
      assert.equal(index, next);
      const first = panel.page.locator(`.lb-heads [aria-colindex="${index}"]`);
      if ((await first.count()) > 0) {
        assert.equal(await first.evaluate((each) => each.getBoundingClientRect().left), left);
      }
      next += span;
    }
    assert.equal(next - 1, Number(await grid(panel).getAttribute('aria-colcount')));
    await row(panel, 'wrn28-10-cutmix').click();
    const active = await grid(panel).getAttribute('aria-activedescendant');
    assert.equal(await panel.page.locator(`[id="${active}"]`).getAttribute('data-key'), `run:${idOf(8)}`);
  });
});
