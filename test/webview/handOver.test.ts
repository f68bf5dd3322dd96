import assert from 'node:assert/strict';
import { exportFormats, fileFormats } from '../../src/core/tableText';
import { experimentScenario, fakeRun, type FakeRun } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel } from './panelPage';

/** Two runs with more parameters than the table has columns for at first. */
const runs: FakeRun[] = [0, 1].map((i) =>
  fakeRun(i, {
    name: `run-${i}`,
    metrics: { acc: { steps: [0, 1], values: [0.5 + i / 8, 0.25] } },
    params: { seed: `${i}`, ...Object.fromEntries(Array.from({ length: 60 }, (_, key) => [`p${key}`, `${i}-${key}`])) },
    tags: { seed: `tag ${i}`, same: '=1' },
  }),
);

const footer = (panel: Panel) => panel.page.locator('.lb-footer');

async function more(panel: Panel): Promise<void> {
  await panel.page.getByRole('button', { name: 'More actions' }).first().click();
}

function table(text: string, delimiter: string): Record<string, string>[] {
  const [names = [], ...lines] = text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(delimiter));
  return lines.map((cells) => Object.fromEntries(names.map((name, place) => [name, cells[place] ?? ''])));
}

describe('Runs that are handed to other programs', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  /** What is said for some seconds only is looked at while the page's clock stands still. */
  async function open(): Promise<Panel> {
    const panel = await browser.show(experimentScenario(runs), { isPaused: true });
    await passing(panel, 'the runs are there', async () => (await panel.page.locator('.lb-row').count()) > 0);
    return panel;
  }

  /** Lets the page's time pass until something is so. */
  const passing = (panel: Panel, what: string, look: () => Promise<boolean>): Promise<void> =>
    until(what, async () => {
      const isSo = await look();
      if (!isSo) {
        await panel.page.clock.runFor(20);
      }
      return isSo;
    });
  const passingUntilAsked = (panel: Panel, method: 'copyText' | 'exportRuns', count = 1): Promise<void> =>
    passing(panel, `${method} is asked for`, async () => (await panel.asked(method)).length >= count);
  const passingUntilSaid = (panel: Panel, text: RegExp | string): Promise<void> =>
    passing(panel, `${String(text)} is said`, async () => (await footer(panel).getByText(text).count()) > 0);

  it('have the columns of the table when they are copied, which is told, and all columns by a click', async () => {
    const panel = await open();
    await panel.page.locator('.lb-row', { hasText: 'run-0' }).click();
    await panel.page.keyboard.press('Control+c');
    await passingUntilAsked(panel, 'copyText');
    const [text = ''] = await panel.copied();
    const [visible = {}] = table(text, '\t');
    assert.deepEqual([visible['p1'], 'p59' in visible], ['0-1', false]);
    const copied = /^1 run copied with \d+ of \d+ columns\.$/;
    await passingUntilSaid(panel, copied);
    const said = footer(panel).getByText(copied);
    const [, own, all] = /with (\d+) of (\d+)/.exec(await said.innerText()) ?? [];
    assert.equal(Number(own), Object.keys(visible).length);
    await footer(panel).getByRole('button', { name: 'With All Columns' }).click();
    await passingUntilAsked(panel, 'copyText', 2);
    const [, whole = ''] = await panel.copied(2);
    const [everything = {}] = table(whole, '\t');
    assert.equal(Object.keys(everything).length, Number(all));
    // A parameter and a tag of the same name, a metric's last value beside its best, what all runs have, and no formula.
    const keys = ['p59', 'params.seed', 'tags.seed', 'acc max', 'acc last', 'same', 'Run ID'];
    assert.deepEqual(
      keys.map((key) => everything[key]),
      ['0-59', '0', 'tag 0', '0.5', '0.25', "'=1", runs[0]?.run.id],
    );
    await passingUntilSaid(panel, `1 run copied with ${all} of ${all} columns.`);
    // Then what can be done with what is selected is back.
    await panel.page.clock.runFor(10_000);
    await footer(panel).getByText('1 selected').waitFor();
    assert.deepEqual(panel.errors, []);
  });

  it('are exported with the columns that are chosen, under the names that the table gives them', async () => {
    const panel = await open();
    await more(panel);
    await panel.page.getByRole('menuitem', { name: /^Export 2 Runs, \d+ Visible Columns$/ }).waitFor();
    await panel.page.getByRole('menuitem', { name: /^Export 2 Runs, All \d+ Columns$/ }).click();
    await panel.page.getByRole('menuitem', { name: 'CSV' }).click();
    await passingUntilAsked(panel, 'exportRuns');
    const [wish] = await panel.asked('exportRuns');
    assert.deepEqual([wish?.name, wish?.format], ['cifar100', 'csv']);
    // In the order of the table, the best first.
    assert.deepEqual(wish?.runIds, [runs[1]?.run.id, runs[0]?.run.id]);
    const fieldOf = (name: string) => wish?.columns.filter((each) => each.name === name).map(({ field }) => field);
    assert.deepEqual(fieldOf('p59'), [{ kind: 'param', key: 'p59' }]);
    assert.deepEqual(fieldOf('params.seed'), [{ kind: 'param', key: 'seed' }]);
    assert.deepEqual(fieldOf('tags.seed'), [{ kind: 'tag', key: 'seed' }]);
    assert.deepEqual(fieldOf('acc max'), [{ kind: 'metric', key: 'acc', aggregate: 'max' }]);
    assert.deepEqual(fieldOf('Duration (s)'), [{ kind: 'attribute', key: 'duration' }]);
    await passingUntilSaid(panel, /^2 runs exported with (\d+) of \1 columns\.$/);
    assert.deepEqual(panel.errors, []);
  });

  it('are exported from their own menu as from the bar’s, in every format that the sidebar’s export has', async () => {
    const panel = await open();
    const item = (name: string | RegExp) => panel.page.getByRole('menuitem', { name });
    await panel.page.locator('.lb-row', { hasText: 'run-1' }).click({ button: 'right' });
    await item(/^Export 1 Run, All \d+ Columns$/).waitFor();
    assert.equal(await item(/^Export/).count(), 2);
    const [, own] = /(\d+) Visible/.exec(await item(/^Export 1 Run, \d+ Visible Columns$/).innerText()) ?? [];
    await item(/^Export 1 Run, \d+ Visible Columns$/).click();
    for (const format of exportFormats) {
      await item(fileFormats[format].name).waitFor();
    }
    await item('Parquet').click();
    await passingUntilAsked(panel, 'exportRuns');
    const [wish] = await panel.asked('exportRuns');
    assert.deepEqual([wish?.format, wish?.runIds, wish?.columns.length], ['parquet', [runs[1]?.run.id], Number(own)]);
    assert.ok(!wish?.columns.some(({ name }) => name === 'p59'));
    assert.deepEqual(panel.errors, []);
  });

  it('are waited for with the state of things in sight, and given up when told to', async () => {
    const panel = await browser.show({ ...experimentScenario(runs), delays: { copyText: 60_000 } });
    await panel.page.locator('.lb-row').first().waitFor();
    await panel.page.locator('.lb-row', { hasText: 'run-0' }).click();
    await panel.page.keyboard.press('Control+c');
    await footer(panel)
      .getByText(/^(?:Reading columns|Writing runs): \d+ of \d+$/)
      .waitFor();
    await footer(panel).getByRole('button', { name: 'Cancel' }).click();
    await footer(panel).getByText('1 selected').waitFor();
    await until('the host is told', () => panel.host(({ page }) => page.host.aborted.includes('copyText'), undefined));
    assert.equal(await panel.page.getByRole('alert').count(), 0);
    assert.deepEqual(panel.errors, []);
  });
});
