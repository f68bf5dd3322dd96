import assert from 'node:assert/strict';
import { experimentScenario, fakeRun } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel } from './panelPage';

const sections = 600;
const chartsOfSection = 20;
const keyOf = (section: number, chart: number): string => `layer_${String(section).padStart(4, '0')}/m${chart}`;

describe('Thousands of charts in many sections', function () {
  this.timeout(120_000);
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const open = async (): Promise<Panel> => {
    const metrics = Object.fromEntries(
      Array.from({ length: sections * chartsOfSection }, (_, i) => [
        keyOf(Math.floor(i / chartsOfSection), i % chartsOfSection),
        { steps: [0, 1], values: [i, 1] },
      ]),
    );
    const panel = await browser.show(experimentScenario([fakeRun(0, { metrics })]));
    await panel.chart(keyOf(0, 0)).waitFor({ timeout: 60_000 });
    await panel.drawn(keyOf(0, 0));
    return panel;
  };
  const made = (panel: Panel): Promise<number> => panel.page.locator('[data-chart]').count();
  const focused = (panel: Panel): Promise<string> =>
    panel.page.evaluate(() => {
      const { activeElement } = document;
      const own = activeElement?.closest<HTMLElement>('[data-chart]')?.dataset['chart'];
      return own ?? activeElement?.closest<HTMLElement>('[data-section]')?.dataset['section'] ?? '';
    });
  const part = (panel: Panel) => panel.page.locator('.lb-charts-part');
  const scrolled = (panel: Panel) =>
    part(panel).evaluate(({ scrollTop, scrollHeight }) => ({ top: scrollTop, height: scrollHeight }));
  const scrollTo = (panel: Panel, share: number): Promise<void> =>
    part(panel).evaluate((element, to) => element.scrollTo(0, element.scrollHeight * to), share);
  /** The first chart that is in sight, and where it is there. */
  const firstInSight = (panel: Panel) =>
    part(panel).evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      const chart = [...element.querySelectorAll<HTMLElement>('[data-chart]')].find((each) => {
        const own = each.getBoundingClientRect().top;
        return own >= top && own < bottom;
      });
      return (
        chart && {
          metric: chart.dataset['chart'] ?? '',
          top: chart.getBoundingClientRect().top - top,
          isDrawn: chart.querySelector('canvas')?.dataset['state'] === 'drawn',
        }
      );
    });

  it('only those near what is in sight are made, wherever somebody scrolls, and the room of all others is kept', async () => {
    const panel = await open();
    assert.ok((await made(panel)) < 60, `${await made(panel)} charts`);
    const { height } = await scrolled(panel);
    assert.ok(height > sections * 1000, `${height} px high`);
    for (const share of [0.3, 0.31, 0.9, 0.5, 1]) {
      await scrollTo(panel, share);
      await until(`charts are drawn at ${share}`, async () => (await firstInSight(panel))?.isDrawn ?? false);
      const now = await scrolled(panel);
      assert.ok(Math.abs(now.height - height) < 2, `${now.height} px high at ${share}, ${height} at the top`);
    }
    await panel.drawn(keyOf(sections - 1, chartsOfSection - 1));
    await until('those above went', async () => (await panel.chart(keyOf(2, 0)).count()) === 0);
    assert.ok((await made(panel)) < 60, `${await made(panel)} charts`);
    assert.ok((await panel.page.locator('section[data-section]').count()) < 20);
    // The stop of the Tab key is still there.
    assert.equal(await panel.page.locator('.lb-grid .lb-chart-frame[tabindex="0"]').count(), 1);
    assert.deepEqual(panel.errors, []);
  });

  it('come back where they were scrolled to after a reload', async () => {
    const panel = await open();
    await scrollTo(panel, 0.7);
    await until('charts are there', async () => (await firstInSight(panel)) !== undefined);
    const before = await firstInSight(panel);
    const { top } = await scrolled(panel);
    await until('it is kept', () =>
      panel.page.evaluate(
        (wanted) => (sessionStorage.getItem('labbook-state') ?? '').includes(`"charts":${wanted}}`),
        Math.round(top),
      ),
    );
    await panel.page.reload();
    await panel.drawn(before?.metric ?? '');
    await until('it is where it was', async () => {
      const after = await firstInSight(panel);
      return after?.metric === before?.metric && Math.abs((after?.top ?? NaN) - (before?.top ?? NaN)) <= 1;
    });
    assert.deepEqual(panel.errors, []);
  });

  it('arrows go through all of them, also from one that is far out of sight, and a search finds any', async () => {
    const panel = await open();
    await panel.chart(keyOf(0, 0)).locator('.lb-chart-frame').focus();
    for (const [section] of Array.from({ length: 2 }).entries()) {
      for (let chart = 1; chart <= chartsOfSection; chart++) {
        const next = chart < chartsOfSection ? keyOf(section, chart) : keyOf(section + 1, 0);
        await panel.page.keyboard.press('ArrowRight');
        await until(`${next} has the focus`, async () => (await focused(panel)) === next);
      }
    }
    await panel.drawn(keyOf(2, 0));
    await scrollTo(panel, 0.8);
    await until('charts are there', async () => (await firstInSight(panel)) !== undefined);
    assert.equal(await focused(panel), keyOf(2, 0));
    await panel.page.keyboard.press('ArrowUp');
    await until('the heading above has the focus', async () => (await focused(panel)) === 'layer_0002');
    await panel.page.keyboard.press('ArrowUp');
    await until('the row above has the focus', async () => /^layer_0001\/m1[89]$/.test(await focused(panel)));
    await panel.drawn(await focused(panel));
    await panel.page.getByRole('textbox', { name: 'Find charts' }).fill('layer_0550/m7');
    await panel.drawn(keyOf(550, 7));
    await until('it is alone', async () => (await made(panel)) === 1);
    assert.deepEqual(panel.errors, []);
  });

  it('go to the pinned ones and back with the focus, and stay in the page while they are dragged', async () => {
    const panel = await open();
    const { page } = panel;
    await scrollTo(panel, 0.5);
    await until('charts are there', async () => (await firstInSight(panel)) !== undefined);
    const { metric = '' } = (await firstInSight(panel)) ?? {};
    await panel.chart(metric).locator('.lb-chart-frame').focus();
    await page.keyboard.press('p');
    await until('it is pinned, in sight', async () => {
      const { top } = await scrolled(panel);
      return top < 100 && (await focused(panel)) === metric;
    });
    await page.keyboard.press('p');
    await until('it is back in its section', async () => {
      const { top } = await scrolled(panel);
      return top > 100_000 && (await focused(panel)) === metric;
    });
    // Of another row: that of the focus stays in any case.
    const [section = '', chart = ''] = metric.split('/m');
    const from = `${section}/m${Number(chart) + (Number(chart) < chartsOfSection / 2 ? 4 : -4)}`;
    await panel.chart(from).locator('.lb-chart-title').scrollIntoViewIfNeeded();
    const title = await panel.chart(from).locator('.lb-chart-title').boundingBox();
    assert.ok(title);
    await page.mouse.move(title.x + 20, title.y + 8);
    await page.mouse.down();
    await page.mouse.move(title.x + 60, title.y + 30, { steps: 4 });
    await scrollTo(panel, 0.1);
    await until('others are there', async () => (await firstInSight(panel))?.metric.startsWith(section) === false);
    assert.equal(await panel.chart(from).count(), 1);
    await page.mouse.up();
    await until('it went', async () => (await panel.chart(from).count()) === 0);
    assert.deepEqual(panel.errors, []);
  });
});
