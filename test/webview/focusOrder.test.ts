import assert from 'node:assert/strict';
import { chartScenario, curve, experimentScenario, fakeRun } from '../fakes/fakeHost/scenario';
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

describe('The focus in the panel of a chart', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const open = async (): Promise<Panel> => {
    const runs = Array.from({ length: 30 }, (_, i) =>
      fakeRun(29 - i, {
        name: `run-${String(i).padStart(2, '0')}`,
        metrics: { loss: curve(20, (step) => step + (29 - i) * 100), lr: curve(20, () => 1) },
      }),
    );
    const panel = await browser.show(chartScenario('loss', runs), { width: 1000, height: 800 });
    await panel.drawn('loss');
    return panel;
  };
  /** The run of the legend that has the focus, else what has it. */
  const at = async (panel: Panel): Promise<string> => (await focused(panel)).replace(/^(run-\d\d).*$/, '$1');

  it('has one stop for the bar, the chart, what finds runs in its legend, the runs, and the data below', async () => {
    const panel = await open();
    await panel.chart('loss').locator('.lb-chart-frame').focus();
    await panel.page.keyboard.press('t');
    await panel.page.getByRole('region', { name: 'Data of loss' }).waitFor();
    await panel.page.getByRole('combobox', { name: 'x', exact: true }).focus();
    const stops: string[] = [];
    for (let stop = await at(panel); stop !== ''; stop = await at(panel)) {
      stops.push(stop.replace(/^loss, 30 runs, .*$/, 'the chart'));
      assert.ok(stops.length < 30, stops.join('\n'));
      await panel.page.keyboard.press('Tab');
    }
    assert.deepEqual(stops, ['x', 'the chart', 'Find in 30 runs', 'run-29', 'Data of loss']);
    assert.deepEqual(panel.errors, []);
  });

  it('goes through the legend by arrows, to its ends, and comes back to the run that it left', async () => {
    const panel = await open();
    const { page } = panel;
    const press = async (keys: string, wanted: string): Promise<void> => {
      for (const key of keys.split(' ')) {
        await page.keyboard.press(key);
      }
      assert.equal(await at(panel), wanted, keys);
    };
    await page.getByRole('textbox', { name: 'Find in 30 runs' }).focus();
    await press('ArrowRight', 'sorted by last value↑');
    await press('Shift+Tab Tab', 'sorted by last value↑');
    await press('Tab', 'run-29');
    await press('ArrowUp', 'run-29');
    await press('ArrowDown ArrowDown', 'run-27');
    await press('PageDown', 'run-17');
    await press('End', 'run-00');
    await press('ArrowDown', 'run-00');
    await press('PageUp', 'run-10');
    await press('Home ArrowDown', 'run-28');
    await press('Shift+Tab Tab', 'run-28');
    for (const [key, isOn] of [
      ['Enter', true],
      ['Enter', false],
      [' ', true],
    ] as const) {
      await page.keyboard.press(key);
      await page.getByRole('button', { name: /^run-28/, pressed: isOn }).waitFor();
      assert.equal(await at(panel), 'run-28');
    }
    // What it stood on is not found: the list's first run is its stop.
    await page.getByRole('textbox', { name: 'Find in 30 runs' }).fill('run-1');
    await press('Tab', 'run-19');
    await page.getByRole('textbox', { name: 'Find in 30 runs' }).focus();
    await press('End ArrowRight', 'Clear');
    assert.deepEqual(panel.errors, []);
  });
});
