import assert from 'node:assert/strict';
import { compareScenario, curve, experimentScenario, fakeRun, runScenario } from '../fakes/fakeHost/scenario';
import { exampleRun } from './examples';
import { PanelBrowser, until, type Panel } from './panelPage';

/** What has the focus: its label or text. */
const focused = (panel: Panel): Promise<string> =>
  panel.page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
  });

/** How many things of the grid of charts the Tab key stops at. */
const stopsOf = (panel: Panel): Promise<number> =>
  panel.page.evaluate(
    () => [...document.querySelectorAll<HTMLElement>('.lb-grid *')].filter(({ tabIndex }) => tabIndex >= 0).length,
  );

describe('The keyboard', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('goes through tabs with arrows', async () => {
    const panel = await browser.show(runScenario(exampleRun()));
    await panel.page.getByRole('tab', { name: 'Charts' }).focus();
    await panel.page.keyboard.press('ArrowRight');
    await panel.page.getByText('Choose a file').waitFor();
    assert.match(await focused(panel), /^Artifacts/);
    await panel.page.keyboard.press('Home');
    await panel.page.getByRole('tabpanel', { name: 'Overview' }).waitFor();
  });

  it('stops at the grid of charts once and goes between charts with arrows', async () => {
    const line = curve(20, (step) => step);
    const metrics = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((key) => [key, line]));
    const panel = await browser.show(runScenario(fakeRun(0, { metrics })), { width: 1000 });
    await panel.drawn('e');
    await panel.page.getByRole('button', { name: /^metrics/ }).focus();
    await panel.page.keyboard.press('ArrowDown');
    assert.match(await focused(panel), /^a,/);
    await panel.page.keyboard.press('ArrowRight');
    assert.match(await focused(panel), /^b,/);
    await panel.page.keyboard.press('ArrowDown');
    assert.match(await focused(panel), /^e,/);
    await panel.page.keyboard.press('ArrowUp');
    assert.match(await focused(panel), /^b,/);
    await panel.page.keyboard.press('Tab');
    assert.doesNotMatch(await focused(panel), /^[a-e],/);
  });

  it('reaches the headings of sections with arrows, folds them, and stops at one thing of the grid', async () => {
    const line = curve(20, (step) => step);
    const metrics = Object.fromEntries(['a/1', 'a/2', 'b/1', 'b/2', 'c/1', 'c/2'].map((key) => [key, line]));
    const panel = await browser.show(runScenario(fakeRun(0, { metrics })), { width: 1000 });
    await panel.drawn('b/2');
    const press = async (key: string, name: RegExp): Promise<void> => {
      await panel.page.keyboard.press(key);
      await until(`${key} leads to ${name.source}`, async () => name.test(await focused(panel)));
      await until('there is one stop', async () => (await stopsOf(panel)) === 1);
    };
    const isOpen = (name: RegExp, open: boolean): Promise<void> =>
      panel.page.getByRole('button', { name, expanded: open }).waitFor();
    assert.equal(await stopsOf(panel), 1);
    await panel.chart('a/1').locator('.lb-chart-frame').focus();
    await press('ArrowUp', /^a2$/);
    await press('ArrowDown', /^a\/1,/);
    await press('ArrowRight', /^a\/2,/);
    // Beside charts are charts, also those of the next section.
    await press('ArrowRight', /^b\/1,/);
    await press('ArrowUp', /^b2$/);
    await press('ArrowLeft', /^b2$/);
    await isOpen(/^b/, false);
    await press('ArrowDown', /^c2$/);
    await press('Enter', /^c2$/);
    await isOpen(/^c/, false);
    await press(' ', /^c2$/);
    await isOpen(/^c/, true);
    await press('ArrowRight', /^c\/1,/);
    await press('ArrowLeft', /^a\/2,/);
    await press('ArrowDown', /^b2$/);
    await press('ArrowRight', /^b2$/);
    await isOpen(/^b/, true);
    // Tab leaves the grid from a heading too, and comes back to it.
    await panel.page.keyboard.press('Shift+Tab');
    assert.equal(await panel.page.evaluate(() => document.activeElement?.closest('.lb-grid') ?? null), null);
    await press('Tab', /^b2$/);
    for (const name of [/^b/, /^c/, /^a/]) {
      await panel.page.getByRole('button', { name, expanded: true }).click();
      await isOpen(name, false);
    }
    assert.equal(await stopsOf(panel), 1);
    assert.deepEqual(panel.errors, []);
  });

  it('stays with a chart that is pinned, unpinned, made large and small again', async () => {
    const line = curve(20, (step) => step);
    const keys = Array.from({ length: 70 }, (_, i) => `val/m${String(i).padStart(2, '0')}`);
    const metrics = Object.fromEntries([...keys, 'train/a', 'system/cpu'].map((key) => [key, line]));
    const panel = await browser.show(experimentScenario([fakeRun(0, { metrics })]), { width: 1000 });
    const chart = (): Promise<string | undefined> =>
      panel.page.evaluate(() => {
        const isFrame = document.activeElement?.classList.contains('lb-chart-frame') === true;
        return isFrame ? document.activeElement?.closest<HTMLElement>('[data-chart]')?.dataset['chart'] : undefined;
      });
    const sectionOf = (key: string): Promise<string | null> =>
      panel.page.locator('section[data-section]', { has: panel.chart(key) }).getAttribute('data-section');
    const last = keys[69] ?? '';
    await panel.drawn('val/m00');
    await panel.page.getByRole('textbox', { name: 'Find charts' }).fill('m69');
    await panel.drawn(last);
    await panel.chart(last).locator('.lb-chart-frame').focus();
    for (const [key, section] of [
      ['p', '/ pinned'],
      ['p', 'val'],
      ['p', '/ pinned'],
      ['f', undefined],
      ['f', '/ pinned'],
    ] as const) {
      await panel.page.keyboard.press(key);
      if (section === undefined) {
        await panel.page.locator('.lb-large').waitFor();
      } else {
        await until(`it is in ${section}`, async () => (await sectionOf(last)) === section);
      }
      await until(`${last} has the focus after ${key}`, async () => (await chart()) === last);
    }
    // It goes to the end of a long section, of which the charts at the end are not made yet.
    await panel.page.getByRole('textbox', { name: 'Find charts' }).fill('');
    await panel.chart('val/m00').waitFor();
    await panel.chart(last).locator('.lb-chart-frame').focus();
    await panel.page.keyboard.press('p');
    await until('it is in val', async () => (await sectionOf(last)) === 'val');
    await until('it has the focus there', async () => (await chart()) === last);
    await panel.page.keyboard.press('l');
    await panel.chart(last).getByText('log', { exact: true }).waitFor();
    // Or to a section that is closed, whose heading is all there is to have the focus.
    await panel.page.keyboard.press('p');
    await until('it has the focus at the top', async () => (await chart()) === last);
    await panel.page.getByRole('button', { name: /^val/ }).click();
    await panel.chart(last).locator('.lb-chart-frame').focus();
    await panel.page.keyboard.press('p');
    await until('the heading has the focus', async () => (await focused(panel)).startsWith('val'));
    assert.deepEqual(panel.errors, []);
  });

  it('moves the cross-hair in a chart, from run to run, and speaks', async () => {
    const runs = [0, 1].map((slot) => fakeRun(slot, { metrics: { loss: curve(20, (step) => step * (slot + 1)) } }));
    const panel = await browser.show(compareScenario(runs));
    await panel.drawn('loss');
    await panel.chart('loss').getByRole('img').focus();
    await panel.page.keyboard.press('Enter');
    await panel.page.keyboard.press('ArrowRight');
    await panel.page.keyboard.press('Shift+ArrowRight');
    const head = panel.page.locator('.lb-tooltip-head');
    await until('it is at step 10', async () => (await head.innerText()).startsWith('Step 10'));
    const spoken = panel.page.locator('[aria-live]');
    await until('it is told', async () => (await spoken.innerText()) === 'Step 10: run-0 10, 2 of 2 from the top');
    await panel.page.keyboard.press('ArrowUp');
    await until('the other one', async () => (await spoken.innerText()) === 'Step 10: run-1 20, 1 of 2 from the top');
    await panel.photograph('keyboard-dark');
    await panel.page.keyboard.press('+');
    await panel.page.getByRole('button', { name: /Reset the zoom/ }).waitFor();
    await panel.page.keyboard.press('0');
    await panel.page.getByRole('button', { name: /Reset the zoom/ }).waitFor({ state: 'detached' });
    await panel.page.keyboard.press('Escape');
    await panel.page.locator('.lb-tooltip').waitFor({ state: 'detached' });
    assert.match(await focused(panel), /^loss, 2 runs, steps 0 to 19, lowest 0 run-0$/);
  });

  it('moves what is zoomed along with the cross-hair, in all charts, down to each point, and to the ends', async () => {
    const line = curve(5000, (step) => step);
    const run = fakeRun(0, { metrics: { loss: line, lr: line } });
    const panel = await browser.show(compareScenario([run, fakeRun(1, { metrics: { loss: line } })]));
    const { page } = panel;
    const rangeOf = async (metric: string): Promise<number[]> =>
      ((await panel.canvas(metric).getAttribute('data-range')) ?? '').split(' ').map(Number);
    const spoken = page.locator('.lb-charts > [aria-live]');
    const stepSpoken = async (): Promise<number> =>
      Number(/^Step ([\d,]+):/.exec(await spoken.innerText())?.[1]?.replace(',', ''));
    const press = async (key: string, step: (spoken: number) => boolean): Promise<void> => {
      await page.keyboard.press(key);
      await until(`${key} leads there`, async () => step(await stepSpoken()));
      await panel.drawn('loss');
    };
    const isAbout = (value: number, wanted: number): boolean => Math.abs(value - wanted) < 25;
    await panel.drawn('loss');
    await panel.drawn('lr');
    await panel.chart('loss').getByRole('img').focus();
    await page.keyboard.press('Enter');
    await until('its keys are told', async () =>
      /Home and End to the ends; .* moves along/.test(await spoken.innerText()),
    );
    await press('Home', (step) => isAbout(step, 0));
    await press('PageDown', (step) => isAbout(step, 2500));
    // Around step 2,500, to an 16th: 312 steps.
    for (let zooms = 0; zooms < 4; zooms++) {
      await page.keyboard.press('+');
    }
    await until('it is zoomed', async () => isAbout((await rangeOf('loss'))[1] ?? 0, 2656));
    await until('each point is read', async () => {
      await page.keyboard.press('ArrowRight');
      const before = await stepSpoken();
      await page.keyboard.press('ArrowRight');
      return (await stepSpoken()) === before + 1;
    });
    const [from = 0, to = 0] = await rangeOf('loss');
    assert.ok(isAbout(from, 2344) && isAbout(to, 2656), `${from} to ${to}: within it nothing moved`);
    for (let at = await stepSpoken(); at < to - 40; at = await stepSpoken()) {
      await page.keyboard.press('Shift+ArrowRight');
    }
    assert.deepEqual(await rangeOf('loss'), [from, to]);
    await page.keyboard.press('Shift+ArrowRight');
    await until('the chart follows', async () => ((await rangeOf('loss'))[0] ?? 0) > from);
    await until('the others do', async () => String(await rangeOf('lr')) === String(await rangeOf('loss')));
    await panel.photograph('keyboard-pan-dark');
    await panel.drawn('loss');
    const cross = panel.chart('loss').locator('.lb-cross.lb-here');
    const box = await panel.canvas('loss').boundingBox();
    const place = (await cross.boundingBox())?.x ?? NaN;
    assert.ok(box && place > box.x + box.width / 2 && place < box.x + box.width * 0.8, 'it stands before the edge');
    const paged = await rangeOf('loss');
    const half = ((paged[1] ?? NaN) - (paged[0] ?? NaN)) / 2;
    const here = await stepSpoken();
    await press('PageDown', (step) => isAbout(step, here + half));
    await until('by half', async () => isAbout((await rangeOf('loss'))[0] ?? 0, (paged[0] ?? NaN) + half));
    await press('End', (step) => step === 4999);
    await until('the end is in sight', async () => (await rangeOf('loss'))[1] === 4999);
    await press('ArrowRight', (step) => step === 4999);
    await press('Home', (step) => isAbout(step, 0));
    await until('the start is in sight', async () => (await rangeOf('loss'))[0] === 0);
    assert.ok(isAbout((await rangeOf('lr'))[1] ?? 0, 312));
    await page.keyboard.press('0');
    await until('all is in sight', async () => (await rangeOf('lr'))[1] === 4999);
    assert.deepEqual(panel.errors, []);
  });

  it('turns a chart into a table and its axis into a logarithmic one', async () => {
    const values = curve(20, (step) => (step === 3 ? NaN : step + 1));
    const panel = await browser.show(runScenario(fakeRun(0, { metrics: { loss: values } })));
    await panel.drawn('loss');
    await panel.chart('loss').getByRole('img').focus();
    await panel.page.keyboard.press('l');
    await panel.chart('loss').getByText('log', { exact: true }).waitFor();
    await panel.page.keyboard.press('t');
    const table = panel.chart('loss').getByRole('table');
    assert.deepEqual(await table.getByRole('columnheader').allInnerTexts(), ['Step', 'run-0']);
    assert.equal(await table.getByRole('row').count(), 21);
    assert.deepEqual((await table.getByRole('row').nth(4).innerText()).split(/\s+/), ['3', 'NaN']);
    await panel.photograph('data-table-dark');
    await panel.page.keyboard.press('t');
    await panel.drawn('loss');
  });

  it('goes into the table in a chart’s place and out of it; the grid stays one stop', async () => {
    const panel = await browser.show(runScenario(fakeRun(0, { metrics: { loss: curve(200, (step) => step) } })));
    const { page } = panel;
    await panel.drawn('loss');
    await panel.chart('loss').getByRole('img').focus();
    await page.keyboard.press('t');
    await panel.chart('loss').getByRole('table').waitFor();
    assert.equal(await stopsOf(panel), 1);
    await page.keyboard.press('Enter');
    assert.equal(await focused(panel), 'Data of loss');
    const table = panel.chart('loss').locator('.lb-data-table');
    await page.keyboard.press('PageDown');
    await until('it is scrolled', async () => (await table.evaluate(({ scrollTop }) => scrollTop)) > 0);
    await page.keyboard.press('Escape');
    assert.match(await focused(panel), /^loss, 1 run,/);
    await page.keyboard.press('t');
    await panel.drawn('loss');
    assert.match(await focused(panel), /^loss, 1 run,/);
  });

  it('goes from bar to bar, says each, and selects its run', async () => {
    const runs = [0, 1, 2].map((slot) => fakeRun(slot, { metrics: { test: { steps: [9], values: [slot / 2] } } }));
    const panel = await browser.show(experimentScenario(runs));
    const { page } = panel;
    const chart = panel.chart('test');
    await chart.locator('.lb-bar-row').nth(2).waitFor();
    await chart.getByRole('img').focus();
    const spoken = async (): Promise<string> =>
      (await page.locator('.lb-charts > [aria-live]').innerText()).replaceAll('\n', '');
    await page.keyboard.press('Enter');
    await until('it is told', async () => (await spoken()).startsWith('test: Up and Down go from run to run'));
    for (const [key, text] of [
      ['ArrowDown', 'run-2: 1.0000, 1 of 3'],
      ['ArrowDown', 'run-1: 0.5000, 2 of 3'],
      ['ArrowDown', 'run-0: 0, 3 of 3'],
      ['Home', 'run-2: 1.0000, 1 of 3'],
      ['End', 'run-0: 0, 3 of 3'],
      ['ArrowUp', 'run-1: 0.5000, 2 of 3'],
    ] as const) {
      await page.keyboard.press(key);
      await until(text, async () => (await spoken()) === text);
    }
    await page.keyboard.press(' ');
    const row = page.getByRole('row', { name: /^run-1,/ });
    await until('its row is selected', async () => (await row.getAttribute('aria-selected')) === 'true');
    await page.keyboard.press('Escape');
    await until('only what is selected is marked', async () => (await chart.locator('.lb-near').count()) === 1);
    assert.deepEqual(panel.errors, []);
  });

  it('reaches what can be done at a chart that could not be read, which is no image; the grid stays one stop', async () => {
    const line = curve(9, (step) => step);
    const panel = await browser.show(runScenario(fakeRun(0, { metrics: { loss: line, lr: line } })));
    const { page } = panel;
    await panel.drawn('loss');
    await panel.host(({ page: fake }) => fake.host.fail('series', 'the disk is away', ['loss']), null);
    await page.getByRole('combobox', { name: 'x', exact: true }).selectOption('relative');
    await panel.chart('loss').getByRole('alert').waitFor();
    const frame = panel.chart('loss').locator('.lb-chart-frame');
    assert.equal(await frame.getAttribute('role'), 'group');
    assert.equal(await stopsOf(panel), 1);
    await frame.focus();
    await page.keyboard.press('Enter');
    assert.equal(await focused(panel), 'Try Again');
    await page.keyboard.press('ArrowRight');
    assert.equal(await focused(panel), 'Show Log');
    // At the end nothing is further, least of all the next chart.
    await page.keyboard.press('ArrowRight');
    assert.equal(await focused(panel), 'Show Log');
    await page.keyboard.press('Shift+Tab');
    assert.equal(await focused(panel), 'loss');
    await page.keyboard.press('ArrowRight');
    assert.match(await focused(panel), /^lr,/);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    assert.equal(await focused(panel), 'loss');
    await panel.host(({ page: fake }) => fake.host.fail('series', undefined), null);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await panel.drawn('loss');
    assert.match(await focused(panel), /^loss, 1 run,/);
    assert.deepEqual(panel.errors, []);
  });

  it('has what failed at a chart in its menu, and closes it by Escape', async () => {
    const panel = await browser.show(runScenario(fakeRun(0, { metrics: { loss: curve(9, (step) => step) } })));
    const { page } = panel;
    await panel.drawn('loss');
    await panel.host(({ page: fake }) => fake.host.fail('saveFile', 'No room left on the disk.'), null);
    const save = async (): Promise<void> => {
      await panel.chart('loss').getByRole('img').focus();
      await page.keyboard.press('Shift+F10');
      await page.getByRole('menuitem', { name: 'Save As SVG…' }).press('Enter');
      await panel.chart('loss').getByRole('alert').waitFor();
    };
    await save();
    assert.equal(await stopsOf(panel), 1);
    await panel.chart('loss').getByRole('img').focus();
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Show Log' }).waitFor();
    await page.getByRole('menuitem', { name: 'Dismiss' }).press('Enter');
    await panel.chart('loss').getByRole('alert').waitFor({ state: 'detached' });
    await save();
    await panel.chart('loss').getByRole('img').focus();
    await page.keyboard.press('Escape');
    await panel.chart('loss').getByRole('alert').waitFor({ state: 'detached' });
    assert.deepEqual(panel.errors, []);
  });

  it('walks the tree of artifacts', async () => {
    const panel = await browser.show(runScenario(exampleRun()));
    await panel.page.getByRole('tab', { name: 'Artifacts' }).click();
    await panel.page.getByRole('treeitem', { name: 'images' }).focus();
    await panel.page.keyboard.press('ArrowRight');
    await panel.page.getByRole('treeitem', { name: 'notes.txt' }).waitFor();
    await panel.page.keyboard.press('ArrowRight');
    assert.match(await focused(panel), /confusion\.png/);
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('Enter');
    await panel.page.getByText('Confusion after 57,900 steps.').waitFor();
    await panel.page.keyboard.press('ArrowLeft');
    assert.match(await focused(panel), /images/);
    await panel.page.keyboard.press('ArrowLeft');
    await panel.page.getByRole('treeitem', { name: 'notes.txt' }).waitFor({ state: 'detached' });
  });
});
