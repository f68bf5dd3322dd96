import assert from 'node:assert/strict';
import type { PanelNotices } from '../../src/protocol/panels';
import { curve, experimentScenario, fakeRun, type Scenario } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel } from './panelPage';

const line = curve(50, (step) => step);
const runs = [0, 1, 2].map((slot) => fakeRun(slot, { metrics: { 'a/x': line, 'a/y': line, 'b/z': line } }));
const slow = (method: string, milliseconds = 60_000): Scenario => ({
  ...experimentScenario(runs),
  delays: { [method]: milliseconds },
});
const count = async (panel: Panel, method: 'tableRows' | 'series'): Promise<number> =>
  (await panel.asked(method)).length;
const aborted = (panel: Panel): Promise<string[]> => panel.host(({ page }) => [...page.host.aborted], undefined);

interface Place {
  readonly hasCharts: boolean;
  /** Left, top, width, height. */
  readonly table: readonly number[];
  readonly charts: readonly number[];
}

/** In the page: notes what each change of it leads to, from the first rows on. */
function notePlaces(): void {
  const places: Place[] = [];
  Reflect.set(globalThis, 'places', places);
  const box = (selector: string): number[] => {
    const {
      x = NaN,
      y = NaN,
      width = NaN,
      height = NaN,
    } = document.querySelector(selector)?.getBoundingClientRect() ?? {};
    return [x, y, width, height];
  };
  new MutationObserver(() => {
    if (document.querySelector('.lb-row')) {
      const hasCharts = document.querySelector('.lb-chart') !== null;
      places.push({ hasCharts, table: box('.lb-table-box'), charts: box('.lb-charts-part') });
    }
  }).observe(document, { childList: true, subtree: true });
}

describe('While the experiment panel loads', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('the table is painted first, and nothing of it moves when the charts come', async () => {
    const panel = await browser.show(experimentScenario(runs), { prepare: notePlaces });
    await panel.drawn('a/x');
    const places = await panel.page.evaluate(() => Reflect.get(globalThis, 'places') as Place[]);
    const [first] = places;
    const last = places.at(-1);
    assert.deepEqual([first?.hasCharts, last?.hasCharts], [false, true]);
    assert.deepEqual(first?.table, last?.table);
    assert.deepEqual(first?.charts, last?.charts);
    assert.deepEqual(panel.errors, []);
  });

  it('it says after a moment how far it is, and gives up for good when told to', async () => {
    const panel = await browser.show(slow('tableRows'), { isPaused: true });
    const { clock } = panel.page;
    await panel.page.locator('.lb-loading-rows').waitFor({ state: 'attached' });
    await clock.runFor(300);
    await panel.page.getByRole('progressbar', { name: 'Loading runs…' }).waitFor();
    await panel.host(({ page }) => page.host.tellRead({ read: 2000 }), undefined);
    await panel.page.getByText('Loading runs: 2,000 so far').waitFor();
    await panel.host(({ page }) => page.host.tellRead({ read: 5, total: 22 }), undefined);
    await panel.page.getByText('Loading runs: 5 of 22').waitFor();
    await panel.photograph('experiment-loading');
    await panel.page.getByRole('button', { name: 'Cancel' }).click();
    await panel.page.getByText('The runs were not loaded').waitFor();
    await until('the host was told', async () => {
      await clock.runFor(10);
      return (await aborted(panel)).includes('tableRows');
    });
    // What changes meanwhile starts nothing.
    const [id = ''] = runs.map(({ run }) => run.id);
    const before = await count(panel, 'tableRows');
    await panel.host(({ page, argument }) => page.host.change(argument, { name: 'other' }), id);
    // Notices come in their order: with what follows it, the change is known, and the time of two readings is let pass.
    await panel.host(({ page }) => page.host.connection({ state: 'connecting' }), null);
    await panel.page.locator('.lb-banner').waitFor();
    await clock.runFor(1000);
    assert.equal(await count(panel, 'tableRows'), before);
    await panel.host(({ page }) => page.host.connection({ state: 'connected' }), null);
    await panel.page.locator('.lb-banner').waitFor({ state: 'detached' });
    await panel.page.getByRole('button', { name: 'Load Runs' }).click();
    await until('it is asked again', async () => {
      await clock.runFor(500);
      return (await count(panel, 'tableRows')) === before + 1;
    });
    await panel.page.getByText('Loading runs…').waitFor();
    assert.deepEqual(panel.errors, []);
  });

  it('rows are asked for before it is known how they are arranged, once, and again where they change meanwhile', async () => {
    const early = await browser.show(slow('readShown'));
    await early.askedFor('tableRows');
    await early.askedFor('tableFacts');
    const panel = await browser.show(experimentScenario(runs));
    await panel.page.getByRole('treegrid').waitFor();
    assert.equal(await count(panel, 'tableRows'), 1);
    const changed = await browser.show(slow('readShown', 1000));
    await changed.askedFor('tableRows');
    const [id = ''] = runs.map(({ run }) => run.id);
    await changed.host(({ page, argument }) => page.host.change(argument, { name: 'other' }), id);
    await changed.page.getByRole('row', { name: /^other,/ }).waitFor();
    assert.equal(await count(changed, 'tableRows'), 2);
    assert.deepEqual([...early.errors, ...panel.errors, ...changed.errors], []);
  });

  it('it shows nothing of that for 200 ms, in which an answer may come', async () => {
    const line = (panel: Panel) => panel.page.locator('.lb-loading').count();
    const late = await browser.show(slow('tableRows'), { isPaused: true });
    await late.page.locator('.lb-loading-rows').waitFor({ state: 'attached' });
    await late.page.clock.runFor(190);
    assert.equal(await line(late), 0);
    await until('it says that it loads', async () => {
      await late.page.clock.runFor(20);
      return (await line(late)) === 1;
    });
    const style = (selector: string) =>
      late.page.locator(selector).evaluate((element) => {
        const { animationName, animationDelay, animationFillMode } = getComputedStyle(element);
        return [animationName, animationDelay, animationFillMode];
      });
    for (const part of ['.lb-loading-rows', '.lb-footer .lb-late']) {
      assert.deepEqual(await style(part), ['lb-appear', '0.2s', 'both'], part);
    }
    const soon = await browser.show(slow('tableRows', 100), { isPaused: true });
    await soon.page.locator('.lb-loading-rows').waitFor({ state: 'attached' });
    let time = 0;
    await until('the table is there', async () => {
      // Answers and what is drawn of them take turns of the page, which need no time of its clock.
      if (time < 190) {
        await soon.page.clock.runFor(10);
        time += 10;
      }
      assert.equal(await line(soon), 0);
      return (await soon.page.getByRole('treegrid').count()) === 1;
    });
    assert.deepEqual([...late.errors, ...soon.errors], []);
  });

  it('and its columns cannot be read, what is there works, which is told with a way to try again', async () => {
    const message = 'The list is locked.';
    const panel = await browser.show({ ...experimentScenario(runs), failures: { tableColumns: message } });
    const { page } = panel;
    const rows = page.locator('.lb-table-body .lb-row');
    await page.getByText(`Some columns could not be read. ${message}`).waitFor();
    await panel.drawn('a/x');
    assert.equal(await rows.count(), runs.length);
    // Rows have their names, and can be filtered by what they have; what changes is read.
    const [first] = runs;
    const name = first?.run.name ?? '';
    await page.getByRole('combobox', { name: 'Filter runs' }).fill(`attributes.run_name = '${name}'`);
    await page.keyboard.press('Enter');
    await until('one is left', async () => (await rows.count()) === 1);
    await page.locator('.lb-footer', { hasText: `1 of ${runs.length} runs` }).waitFor();
    await panel.host(({ page: { host } }) => host.fail('tableColumns', undefined), undefined);
    await page.getByRole('button', { name: 'Try Again' }).click();
    await page.locator('.lb-banner').waitFor({ state: 'detached' });
    await until('the values are there', async () => (await rows.locator('.lb-skeleton').count()) === 0);
    assert.equal(await page.getByText('The runs could not be read').count(), 0);
    assert.deepEqual(panel.errors, []);
  });

  it('each chart waits, fails and is given up alone', async () => {
    const panel = await browser.show({ ...experimentScenario(runs), delays: {} }, { height: 1400 });
    await panel.drawn('a/x');
    await panel.host(({ page }) => page.host.fail('series', 'the disk is away', ['a/y']), undefined);
    await panel.page.getByRole('combobox', { name: 'x', exact: true }).selectOption('relative');
    await panel.chart('a/y').getByRole('alert').waitFor();
    await panel.drawn('a/x');
    const failed = panel.chart('a/y').getByRole('alert');
    assert.match(await failed.innerText(), /the disk is away/);
    assert.equal(await failed.getByRole('button', { name: 'Show Log' }).count(), 1);
    await panel.host(({ page }) => page.host.fail('series', undefined), undefined);
    await failed.getByRole('button', { name: 'Try Again' }).click();
    await panel.drawn('a/y');
  });

  it('a chart whose curves take long says so, and can be given up and asked for again', async () => {
    const panel = await browser.show(slow('series'), { height: 1400 });
    const chart = panel.chart('a/x');
    await chart.getByText('Loading 3 curves…').waitFor();
    for (const metric of ['a/x', 'a/y', 'b/z']) {
      await panel.chart(metric).getByRole('button', { name: 'Cancel' }).click();
    }
    await chart.getByText('Not loaded').waitFor();
    await until('the host was told', async () => (await aborted(panel)).includes('series'));
    const before = await count(panel, 'series');
    await chart.getByRole('button', { name: 'Load' }).click();
    await until('it is asked again', async () => (await count(panel, 'series')) > before);
    await chart.getByText('Loading 3 curves…').waitFor();
    await panel.chart('a/y').getByText('Not loaded').waitFor();
    assert.deepEqual(panel.errors, []);
  });

  it('and later is without its server, it says which, since when and when it tries again, and has no edits meanwhile', async () => {
    const run = fakeRun(0, { name: 'run-0', metrics: { loss: { steps: [0, 1], values: [2, 1] } } });
    const now = Date.UTC(2026, 8, 15, 12, 2);
    const panel = await browser.show(experimentScenario([run]), { now, isFixed: true });
    const { page } = panel;
    const tell = (notice: PanelNotices['connection']) =>
      panel.host(({ page: fake, argument }) => fake.host.connection(argument), notice);
    await page.getByRole('row', { name: /run-0,/ }).click();
    const remove = page.locator('.lb-footer').getByRole('button', { name: 'Delete' });
    await remove.waitFor();
    const gone = { state: 'connecting', host: 'data1:5000', awayFor: 120_000 } as const;
    await tell({ ...gone, nextTryIn: 12_000 });
    await remove.waitFor({ state: 'detached' });
    const banner = page.locator('.lb-banner');
    const says = (text: string) => banner.getByText(text, { exact: true }).waitFor();
    const away = 'Not connected to data1:5000 since 12:00 PM. Showing what was read before.';
    await says(`${away} Next try in 12 s.`);
    // Only what stays is said aloud.
    assert.equal(await banner.getByRole('status').innerText(), away);
    await page.locator('.lb-footer', { hasText: 'as of 12:02' }).waitFor();
    await page.clock.setFixedTime(now + 4500);
    await says(`${away} Next try in 8 s.`);
    await panel.photograph('experiment-next-try');
    await page.clock.setFixedTime(now + 12_000);
    await says(`${away} Trying to connect…`);
    await tell({ ...gone, state: 'disconnected', reason: 'It did not answer.' });
    await says(`${away} It did not answer.`);
    await banner.getByRole('button', { name: 'Try Now' }).click();
    const [asked] = await panel.askedFor('command');
    assert.deepEqual(asked, { command: 'restartServer', runIds: [] });
    await tell({ state: 'connected' });
    await remove.waitFor();
    await banner.waitFor({ state: 'detached' });
    assert.deepEqual(panel.errors, []);
  });

  it('and later is without its server for a moment, nothing moves; edits are off at once', async () => {
    const panel = await browser.show(experimentScenario(runs), { isPaused: true });
    const { page } = panel;
    const row = page.getByRole('row', { name: /run-0,/ });
    const elapse = (look: () => Promise<boolean>) => async (): Promise<boolean> => {
      await page.clock.runFor(20);
      return look();
    };
    await until(
      'the runs are there',
      elapse(async () => (await row.count()) === 1),
    );
    await row.click();
    const remove = page.locator('.lb-footer').getByRole('button', { name: 'Delete' });
    await until(
      'they can be deleted',
      elapse(async () => (await remove.count()) === 1),
    );
    const banner = page.locator('.lb-banner');
    for (const isLong of [false, true]) {
      await panel.host(({ page: fake }) => fake.host.connection({ state: 'connecting' }), null);
      await remove.waitFor({ state: 'detached' });
      await page.clock.runFor(1900);
      assert.equal(await banner.count(), 0);
      if (isLong) {
        await until(
          'the banner is there',
          elapse(async () => (await banner.count()) === 1),
        );
      }
      await panel.host(({ page: fake }) => fake.host.connection({ state: 'connected' }), null);
      await remove.waitFor();
      await banner.waitFor({ state: 'detached' });
    }
    assert.deepEqual(panel.errors, []);
  });

  it('and it is without its server, what was moved to the trash cannot be had back until the server is', async () => {
    const panel = await browser.show(experimentScenario(runs), {
      prepare: () => {
        // The 10 s in which it can be undone do not end here.
        const begin = window.setTimeout.bind(window);
        window.setTimeout = ((act: () => void, time?: number) =>
          time === 10_000 ? 0 : begin(act, time)) as typeof window.setTimeout;
      },
    });
    await panel.page.getByRole('row', { name: /run-0,/ }).click();
    await panel.page.locator('.lb-footer').getByRole('button', { name: 'Delete' }).click();
    const footer = panel.page.locator('.lb-footer');
    const undo = footer.getByRole('button', { name: 'Undo' });
    await undo.waitFor();
    await panel.host(({ page }) => page.host.connection({ state: 'connecting' }), null);
    await undo.waitFor({ state: 'detached' });
    await footer.getByText('1 run moved to the trash.').waitFor();
    await panel.host(({ page }) => page.host.connection({ state: 'connected' }), null);
    await undo.waitFor();
  });

  it('and the workspace is not trusted, it says so, and where that can be changed', async () => {
    const panel = await browser.show(slow('tableRows'));
    await panel.page.getByRole('progressbar').waitFor();
    await panel.host(({ page }) => page.host.connection({ state: 'restricted' }), null);
    await panel.page.getByText('Labbook is off in Restricted Mode').waitFor();
    await panel.page.getByRole('progressbar').waitFor({ state: 'detached' });
    await panel.photograph('experiment-restricted');
    await panel.page.getByRole('button', { name: 'Manage Workspace Trust' }).click();
    const [asked] = await panel.askedFor('command');
    assert.deepEqual(asked, { command: 'manageTrust', runIds: [] });
    await panel.host(({ page }) => page.host.connection({ state: 'connecting' }), null);
    await panel.page.getByText('Connecting to the tracking server… Trying to connect…').waitFor();
  });

  it('and runs end, that is said, and no value is', async () => {
    const going = [0, 1, 2].map((slot) =>
      fakeRun(slot, { name: `r${slot}`, status: 'RUNNING', metrics: { loss: { steps: [0], values: [1] } } }),
    );
    const panel = await browser.show(experimentScenario(going));
    const [a = '', b = '', c = ''] = going.map(({ run }) => run.id);
    await panel.page.getByRole('row', { name: /^r0, running/ }).waitFor();
    await panel.host(({ page, argument }) => page.host.append(argument, 'loss', [[1, 0.5]]), a);
    await panel.page.getByRole('row', { name: /^r0, running, shown, .*0\.5/ }).waitFor();
    const said = panel.page.locator('.lb-experiment > .lb-spoken');
    assert.equal((await said.innerText()).trim(), '');
    await panel.host(({ page, argument }) => page.host.change(argument, { status: 'FAILED' }), a);
    await said.getByText('r0 ended: failed.').waitFor();
    await panel.host(
      ({ page, argument }) => {
        page.host.change(argument[0] ?? '', { status: 'FINISHED' });
        page.host.change(argument[1] ?? '', { status: 'FINISHED' });
      },
      [b, c],
    );
    await said.getByText('2 runs ended.').waitFor();
    assert.deepEqual(panel.errors, []);
  });
});
