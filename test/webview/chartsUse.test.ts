import assert from 'node:assert/strict';
import type { PanelRequests } from '../../src/protocol/panels';
import {
  chartScenario,
  compareScenario,
  curve,
  experimentScenario,
  fakeRun,
  runScenario,
  type FakeRun,
} from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel } from './panelPage';

const line = (count: number, slope: number) => curve(count, (step) => 1 + slope * step);
const twoRuns = (): FakeRun[] =>
  [1, 2].map((slot) =>
    fakeRun(slot, {
      metrics: { 'a/x': line(50, slot), 'a/y': line(50, -slot), 'b/z': line(50, slot), lr: line(50, 1) },
    }),
  );
const twoSections = twoRuns()[0]?.metrics ?? {};
const orderOf = (panel: Panel): Promise<(string | null)[]> =>
  panel.page.locator('[data-chart]').evaluateAll((charts) => charts.map((chart) => chart.getAttribute('data-chart')));
const menu = async (panel: Panel, metric: string, item: string | RegExp): Promise<void> => {
  await panel.chart(metric).hover();
  await panel
    .chart(metric)
    .getByRole('button', { name: `Menu of ${metric}` })
    .click();
  await panel.page
    .getByRole('menu')
    .getByText(item, { exact: typeof item === 'string' })
    .click();
};
/** What the host was asked for last by this method. */
const last = async <Method extends keyof PanelRequests>(
  panel: Panel,
  method: Method,
): Promise<Partial<PanelRequests[Method]['params']>> => (await panel.asked(method)).at(-1) ?? {};

const textOf = (content: unknown): string => (typeof content === 'string' ? content : '');

describe('Charts in use', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('are pinned, hidden, moved and made wider, and come back so', async () => {
    const panel = await browser.show(compareScenario(twoRuns()));
    await panel.drawn('a/x');
    assert.deepEqual(await orderOf(panel), ['lr', 'a/x', 'a/y', 'b/z']);
    await panel.chart('b/z').getByRole('img').focus();
    await panel.page.keyboard.press('p');
    await until('it is on top', async () => (await orderOf(panel))[0] === 'b/z');
    await until('the focus went with it', () =>
      panel.page.evaluate(() => document.activeElement?.closest('[data-chart]')?.getAttribute('data-chart') === 'b/z'),
    );
    await menu(panel, 'lr', 'Hide');
    await panel.page.getByText('1 chart is hidden.').waitFor();
    await panel
      .chart('a/y')
      .locator('.lb-chart-title')
      .dragTo(panel.chart('a/x'), { targetPosition: { x: 10, y: 60 } });
    await until('it was moved', async () => (await orderOf(panel)).join() === 'b/z,a/y,a/x');
    await menu(panel, 'a/x', 'Wider');
    assert.match((await panel.chart('a/x').getAttribute('style')) ?? '', /span 2/);
    await panel.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    await panel.page.reload();
    await panel.drawn('a/x');
    assert.deepEqual(await orderOf(panel), ['b/z', 'a/y', 'a/x']);
    assert.match((await panel.chart('a/x').getAttribute('style')) ?? '', /span 2/);
    await panel.page.getByRole('button', { name: 'Show', exact: true }).click();
    await panel.chart('lr').waitFor();
    assert.deepEqual(panel.errors, []);
  });

  it('stand with the experiment’s primary metric first, also when it is chosen while they are shown', async () => {
    const scenario = { ...experimentScenario(twoRuns()), facts: { primary: ['b/*'] } };
    const panel = await browser.show(scenario, { height: 1200 });
    await panel.drawn('b/z');
    await until('its section is first', async () => (await orderOf(panel))[0] === 'b/z');
    const primaryMetric = { key: 'a/y', aggregate: 'last' } as const;
    await panel.host(({ page, argument }) => page.host.changeFacts({ primaryMetric: argument }), primaryMetric);
    await until('the other one is', async () => (await orderOf(panel))[0] === 'a/x');
    assert.deepEqual(await orderOf(panel), ['a/x', 'a/y', 'lr', 'b/z']);
    assert.deepEqual(panel.errors, []);
  });

  it('of a run or a comparison follow a primary metric that is chosen elsewhere', async () => {
    for (const scenario of [runScenario(fakeRun(0, { metrics: twoSections })), compareScenario(twoRuns())]) {
      const panel = await browser.show({ ...scenario, facts: { primaryMetric: { key: 'b/z', aggregate: 'last' } } });
      await panel.drawn('b/z');
      await until('its section is first', async () => (await orderOf(panel))[0] === 'b/z');
      const primaryMetric = { key: 'a/y', aggregate: 'last' } as const;
      await panel.host(({ page, argument }) => page.host.changeFacts({ primaryMetric: argument }), primaryMetric);
      await until('the other one is', async () => (await orderOf(panel))[0] === 'a/x');
      assert.deepEqual(panel.errors, []);
    }
  });

  it('stay tables while they are out of sight; large, the table is below the plot', async () => {
    const metrics = Object.fromEntries(
      Array.from({ length: 90 }, (_, i) => [`m${String(i).padStart(2, '0')}`, line(9, i)]),
    );
    const panel = await browser.show(compareScenario([fakeRun(0, { metrics }), fakeRun(1, { metrics })]));
    const { page } = panel;
    await panel.drawn('m00');
    await panel.chart('m00').getByRole('img').focus();
    await page.keyboard.press('t');
    await panel.chart('m00').getByRole('table').waitFor();
    assert.equal(await panel.canvas('m00').count(), 0);
    await panel.chart('m04').getByRole('img').focus();
    const part = page.locator('.lb-scroll');
    await part.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await panel.drawn('m89');
    await panel.chart('m00').waitFor({ state: 'detached' });
    await part.evaluate((element) => element.scrollTo(0, 0));
    await panel.chart('m00').getByRole('table').waitFor();
    await panel.chart('m00').locator('.lb-chart-frame').focus();
    await page.keyboard.press('f');
    await panel.drawn('m00');
    const plot = await panel.canvas('m00').boundingBox();
    const table = await panel.chart('m00').getByRole('table').boundingBox();
    assert.ok(plot && table && table.y >= plot.y + plot.height, 'the table is below the plot');
    assert.deepEqual(await panel.chart('m00').getByRole('columnheader').allInnerTexts(), ['Step', 'run-0', 'run-1']);
    await page.keyboard.press('t');
    await panel.chart('m00').getByRole('table').waitFor({ state: 'detached' });
    assert.deepEqual(panel.errors, []);
  });

  it('have sections that open and close together, under a bar that stays in sight', async () => {
    const panel = await browser.show(runScenario(fakeRun(0, { metrics: twoSections })), { height: 400 });
    const { page } = panel;
    await panel.drawn('lr');
    const choose = async (name: string): Promise<void> => {
      await page.getByRole('button', { name: 'More options of the charts' }).click();
      await page.getByRole('menuitem', { name }).click();
    };
    const open = () => page.locator('.lb-section[aria-expanded="true"]').count();
    await choose('Close All Sections');
    await until(
      'all are closed',
      async () => (await open()) === 0 && (await panel.page.locator('canvas').count()) === 0,
    );
    await choose('Open All Sections');
    await until('all are open', async () => (await open()) === (await page.locator('.lb-section').count()));
    await panel.drawn('lr');
    const bar = page.getByRole('toolbar', { name: 'Options of the charts' });
    const before = await bar.boundingBox();
    await page.locator('.lb-scroll').evaluate((element) => element.scrollTo(0, 120));
    const after = await bar.boundingBox();
    assert.deepEqual(after, before);
    assert.deepEqual(panel.errors, []);
  });

  it('say that outliers flatten them, and clip these on a click', async () => {
    const metrics = { loss: curve(200, (step) => (step === 100 ? 1e6 : Math.sin(step))), calm: line(200, 1) };
    const panel = await browser.show(compareScenario([fakeRun(1, { metrics }), fakeRun(2, { metrics })]));
    await panel.drawn('loss');
    await panel.drawn('calm');
    const hint = 'Outliers flatten this chart';
    await panel.chart('loss').getByText(hint).waitFor();
    assert.equal(await panel.chart('calm').getByText(hint).count(), 0);
    await panel.chart('loss').getByRole('button', { name: 'Clip outliers', includeHidden: true }).click();
    await panel.chart('loss').getByText('2 runs above').waitFor();
    assert.equal(await panel.chart('loss').getByText(hint).count(), 0);
    const bar = panel.page.getByRole('toolbar').getByRole('button', { name: 'Clip outliers' });
    await until('all charts do', async () => (await bar.getAttribute('aria-pressed')) === 'true');
    assert.deepEqual(panel.errors, []);
  });

  it('grow by their corner', async () => {
    const panel = await browser.show(compareScenario(twoRuns()));
    await panel.drawn('a/x');
    const before = await panel.chart('a/x').locator('.lb-chart-frame').boundingBox();
    await panel.chart('a/x').hover();
    const corner = await panel.chart('a/x').locator('.lb-resize').boundingBox();
    assert.ok(before && corner);
    await panel.page.mouse.move(corner.x + 7, corner.y + 7);
    await panel.page.mouse.down();
    await panel.page.mouse.move(corner.x + 10, corner.y + 127, { steps: 4 });
    await panel.page.mouse.up();
    const after = await panel.chart('a/x').locator('.lb-chart-frame').boundingBox();
    assert.ok(after && Math.abs(after.height - before.height - 120) < 8, `${before.height} to ${after?.height}`);
    await panel.drawn('a/x');
  });

  it('are shown large with a list of the runs, by key and by double click', async () => {
    const panel = await browser.show(compareScenario(twoRuns()));
    await panel.drawn('a/x');
    await panel.chart('a/x').getByRole('img').focus();
    await panel.page.keyboard.press('f');
    const list = panel.chart('a/x').getByRole('complementary', { name: 'Runs' });
    await list.waitFor();
    assert.deepEqual(
      await list
        .getByRole('listitem')
        .allInnerTexts()
        .then((all) => all.map((each) => each.split('\n')[0])),
      ['run-2', 'run-1'],
    );
    await list.getByRole('button', { name: /run-1/ }).click();
    await until(
      'it is selected',
      async () => (await list.getByRole('button', { name: /run-1/ }).getAttribute('aria-pressed')) === 'true',
    );
    await panel.chart('a/x').getByRole('img').focus();
    await panel.page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    await panel
      .chart('a/x')
      .locator('.lb-chart-title')
      .dblclick({ position: { x: 20, y: 10 } });
    await list.waitFor();
    assert.deepEqual(panel.errors, []);
  });

  it('are large as far as the room beside the table goes, but never too low to be read', async () => {
    const panel = await browser.show(experimentScenario(twoRuns()), { width: 1060, height: 860 });
    await panel.drawn('a/x');
    // Out of sight at first: it comes from below.
    await panel.chart('b/z').getByRole('img').focus();
    await panel.page.keyboard.press('f');
    const room = panel.page.locator('.lb-charts-part');
    const places = (): Promise<{ top: number; bottom: number; title: number; end: number }> =>
      room.evaluate((box) => {
        const at = (selector: string): DOMRect =>
          box.querySelector(selector)?.getBoundingClientRect() ?? new DOMRect(0, -1, 0, 0);
        return {
          top: at('.lb-charts > .lb-toolbar').bottom,
          bottom: box.getBoundingClientRect().bottom,
          title: at('.lb-large .lb-chart-title').top,
          end: at('.lb-large .lb-chart-frame').bottom,
        };
      });
    const isWhole = async (): Promise<boolean> => {
      const { top, bottom, title, end } = await places();
      return title >= top - 1 && end > title + 180 && end <= bottom;
    };
    await until('its title and its x axis are in sight', isWhole);
    const height = (): Promise<number> =>
      panel
        .chart('b/z')
        .locator('.lb-chart-frame')
        .evaluate((frame) => frame.clientHeight);
    const before = await height();
    await panel.page.setViewportSize({ width: 1060, height: 760 });
    await until('it is lower where there is less room', async () => (await height()) < before);
    await until('it is whole there', isWhole);
    await panel.page.setViewportSize({ width: 1060, height: 320 });
    await until('it can be read all the same', async () => Math.abs((await height()) - 180) < 3);
    assert.deepEqual(panel.errors, []);
  });

  it('are smoothed by the server over all points, and tell the raw value too', async () => {
    const noisy = curve(2000, (step) => (step % 2 === 0 ? 1 : 3));
    const panel = await browser.show(runScenario(fakeRun(0, { metrics: { loss: noisy } })));
    await panel.drawn('loss');
    await panel.page.getByRole('slider', { name: 'Smoothing' }).fill('80');
    await until('it was asked for', async () => (await last(panel, 'series')).smoothing?.kind === 'ema');
    await panel.page.getByRole('combobox', { name: 'Kind of smoothing' }).selectOption('median');
    await until('the other kind', async () => (await last(panel, 'series')).smoothing?.kind === 'median');
    const { amount = 0 } = (await last(panel, 'series')).smoothing ?? {};
    assert.ok(Number.isInteger(amount) && amount % 2 === 1 && amount > 1, String(amount));
    await panel.drawn('loss');
    await panel.canvas('loss').hover({ position: { x: 200, y: 60 } });
    assert.match(await panel.page.locator('.lb-tooltip-row').first().innerText(), /\(.*\)/);
  });

  it('have their first steps on a logarithmic x, too, where a bucket of many would take its first third', async () => {
    const long = (slot: number): FakeRun => fakeRun(slot, { metrics: { loss: line(2000, slot) } });
    const panel = await browser.show(compareScenario([long(1), long(2)]));
    await panel.drawn('loss');
    await panel.chart('loss').getByRole('img').focus();
    await panel.page.keyboard.press('t');
    const first = panel.chart('loss').getByRole('rowheader').first();
    await until('a first bucket', async () => Number(await first.innerText()) > 1);
    await panel.page.getByRole('button', { name: 'More options of the charts' }).click();
    await panel.page.getByRole('menuitemradio', { name: 'Log x', exact: true }).click();
    await until('the first step itself', async () => (await first.innerText()) === '0');
    await panel.page.getByRole('button', { name: 'More options of the charts' }).click();
    await panel.page.getByRole('menuitemradio', { name: 'Linear x' }).click();
    await until('a bucket again', async () => Number(await first.innerText()) > 1);
    assert.deepEqual(panel.errors, []);
  });

  it('zoom into a box, in y only this chart, and move with Shift', async () => {
    const panel = await browser.show(compareScenario(twoRuns()));
    await panel.drawn('a/x');
    await panel.drawn('a/y');
    const box = await panel.canvas('a/x').boundingBox();
    assert.ok(box);
    const state = (): Promise<{ zoom?: { min: number; max: number }; yZoom: Record<string, unknown> }> =>
      panel.page.evaluate(
        () => (JSON.parse(sessionStorage.getItem('labbook-state') ?? '{}') as { charts: never }).charts,
      );
    const drag = async (from: [number, number], to: [number, number]): Promise<void> => {
      await panel.page.mouse.move(box.x + from[0], box.y + from[1]);
      await panel.page.mouse.down();
      await panel.page.mouse.move(box.x + to[0], box.y + to[1], { steps: 4 });
      await panel.page.mouse.up();
    };
    await drag([100, 40], [200, 90]);
    await until('x and y are zoomed', async () => (await state()).zoom !== undefined);
    assert.deepEqual(Object.keys((await state()).yZoom), ['a/x']);
    const before = (await state()).zoom;
    await panel.page.keyboard.down('Shift');
    await drag([200, 60], [150, 60]);
    await panel.page.keyboard.up('Shift');
    await until('it moved', async () => ((await state()).zoom?.min ?? 0) > (before?.min ?? 0));
    const moved = (await state()).zoom;
    assert.ok(moved && before && Math.abs(moved.max - moved.min - (before.max - before.min)) < 1e-6);
    await panel
      .canvas('a/x')
      .dispatchEvent('wheel', { deltaY: 100, ctrlKey: true, clientX: box.x + 150, clientY: box.y + 60 });
    await until('it is wider', async () => {
      const { zoom } = await state();
      return zoom !== undefined && zoom.max - zoom.min > (moved.max - moved.min) * 1.05;
    });
    await panel.canvas('a/x').dblclick({ position: { x: 120, y: 60 } });
    await until(
      'all is reset',
      async () => (await state()).zoom === undefined && Object.keys((await state()).yZoom).length === 0,
    );
    assert.deepEqual(panel.errors, []);
  });

  it('move with Shift in y too where they are zoomed in y, the others not', async () => {
    const panel = await browser.show(compareScenario(twoRuns()));
    await panel.drawn('a/x');
    await panel.drawn('a/y');
    const box = await panel.canvas('a/x').boundingBox();
    assert.ok(box);
    type Zoom = { min: number; max: number };
    const zoomOf = (): Promise<{ x: Zoom | undefined; y: Record<string, Zoom> }> =>
      panel.page.evaluate(() => {
        const { charts } = JSON.parse(sessionStorage.getItem('labbook-state') ?? '{}') as {
          charts?: { zoom?: Zoom; yZoom: Record<string, Zoom> };
        };
        return { x: charts?.zoom, y: charts?.yZoom ?? {} };
      });
    const drag = async (from: [number, number], to: [number, number]): Promise<void> => {
      await panel.page.mouse.move(box.x + from[0], box.y + from[1]);
      await panel.page.mouse.down();
      await panel.page.mouse.move(box.x + to[0], box.y + to[1], { steps: 4 });
      await panel.page.mouse.up();
    };
    await drag([100, 40], [200, 90]);
    await until('x and y are zoomed', async () => (await zoomOf()).x !== undefined && 'a/x' in (await zoomOf()).y);
    await panel.drawn('a/x');
    const before = await zoomOf();
    await panel.page.keyboard.down('Shift');
    // Down by 30 pixels: what is above comes into sight.
    await drag([200, 60], [150, 90]);
    await panel.page.keyboard.up('Shift');
    await until('it moved', async () => ((await zoomOf()).y['a/x']?.min ?? 0) > (before.y['a/x']?.min ?? Infinity));
    const after = await zoomOf();
    const widthOf = (zoom: Zoom | undefined): number => (zoom?.max ?? NaN) - (zoom?.min ?? NaN);
    assert.ok(Math.abs(widthOf(after.y['a/x']) - widthOf(before.y['a/x'])) < 1e-6);
    assert.ok((after.x?.min ?? 0) > (before.x?.min ?? 0));
    assert.deepEqual(Object.keys(after.y), ['a/x']);
    // Still zoomed there, and drawn so.
    await panel.drawn('a/x');
    assert.deepEqual(panel.errors, []);
  });

  it('scroll the page with the wheel alone', async () => {
    const metrics = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`m${i}`, line(20, 1)]));
    const panel = await browser.show(runScenario(fakeRun(0, { metrics })));
    await panel.drawn('m0');
    await panel.canvas('m0').hover();
    await panel.page.mouse.wheel(0, 300);
    await until('it scrolled', () =>
      panel.page.evaluate(() => (document.querySelector('.lb-scroll')?.scrollTop ?? 0) > 100),
    );
  });

  it('keep a tooltip with a click, and select the run of the curve', async () => {
    const panel = await browser.show(experimentScenario(twoRuns()), { height: 1200 });
    await panel.drawn('a/x');
    const box = await panel.canvas('a/x').boundingBox();
    assert.ok(box);
    // At the right end, on the upper curve.
    await panel.page.mouse.move(box.x + box.width - 18, box.y + 12);
    await panel.page.mouse.down();
    await panel.page.mouse.up();
    await panel.page.locator('.lb-tooltip.lb-kept').waitFor();
    const row = panel.page.getByRole('row', { name: /^run-2,/ });
    await until('its row is selected', async () => (await row.getAttribute('aria-selected')) === 'true');
    await panel.page.mouse.move(2, 2);
    assert.equal(await panel.page.locator('.lb-tooltip').count(), 1);
    await panel.page.locator('.lb-tooltip').getByRole('button', { name: 'Close' }).click();
    await panel.page.locator('.lb-tooltip').waitFor({ state: 'detached' });
  });

  it('tell over a time the nearest run’s other one, and of many runs the twelve around it', async () => {
    const runs = Array.from({ length: 17 }, (_, slot) => fakeRun(slot, { metrics: { loss: line(50, slot + 1) } }));
    const panel = await browser.show(compareScenario(runs));
    await panel.drawn('loss');
    const tooltip = panel.page.locator('.lb-tooltip');
    await panel.canvas('loss').hover({ position: { x: 200, y: 100 } });
    await tooltip.getByText('5 more').waitFor();
    assert.equal(await tooltip.locator('.lb-tooltip-row:not(.lb-dim)').count(), 12);
    assert.equal(await tooltip.locator('.lb-near').count(), 1);
    assert.equal(await tooltip.locator('.lb-tooltip-time').count(), 0);
    await panel.page.getByRole('combobox', { name: 'x', exact: true }).selectOption('relative');
    await until('the axis is the time', async () => {
      await panel.canvas('loss').hover({ position: { x: 200, y: 90 } });
      await panel.canvas('loss').hover({ position: { x: 202, y: 92 } });
      return (await tooltip.locator('.lb-tooltip-time').count()) === 1;
    });
    const near = await tooltip.locator('.lb-near .lb-cut-text').innerText();
    assert.match(await tooltip.locator('.lb-tooltip-time').innerText(), new RegExp(`^${near}: .*2026`));
    assert.deepEqual(panel.errors, []);
  });

  it('go to the next odd value and the best with Ctrl and an arrow', async () => {
    const odd: Record<number, number> = { 10: NaN, 30: Infinity };
    const loss = curve(50, (step) => odd[step] ?? Math.abs(step - 20) + 1);
    const panel = await browser.show(runScenario(fakeRun(0, { metrics: { loss } })));
    await panel.drawn('loss');
    await panel.chart('loss').getByRole('img').focus();
    await panel.page.keyboard.press('Enter');
    const spoken = panel.page.locator('[aria-live]').last();
    for (const [step, value] of [
      [10, 'NaN'],
      [20, '1'],
      [30, '+Inf'],
    ] as const) {
      await panel.page.keyboard.press('Control+ArrowRight');
      await until(`step ${step}`, async () => (await spoken.innerText()).startsWith(`Step ${step}: run-0 ${value}`));
    }
    await panel.page.keyboard.press('Control+ArrowLeft');
    await until('back', async () => (await spoken.innerText()).startsWith('Step 20'));
  });

  it('go over another metric, and say what is wrong with a formula', async () => {
    const metrics = { loss: line(50, 1), epoch: curve(50, (step) => step / 10), 'val/acc': line(50, 1) };
    const panel = await browser.show(chartScenario('loss', [fakeRun(0, { metrics })]));
    await panel.drawn('loss');
    await panel.page.getByRole('combobox', { name: 'x', exact: true }).selectOption('expression');
    const input = panel.page.getByRole('combobox', { name: 'Metric or expression for the x axis' });
    await input.fill('epoch +');
    await panel.page.locator('.lb-expression-fault').waitFor();
    await input.fill('tokens');
    await panel.page.getByText('There is no metric tokens.').waitFor();
    await input.fill('val/acc * 100');
    await panel.page.getByText('There is no metric val. A name with').waitFor();
    await input.fill('epoch * 2');
    await input.press('Enter');
    const label = (): Promise<string | null> => panel.chart('loss').getByRole('img').getAttribute('aria-label');
    await until('x is the formula', async () => /, epoch \* 2 from 0 to 9\.8/.test((await label()) ?? ''));
    assert.deepEqual(panel.errors, []);
  });

  it('over a formula are read finely where they are zoomed, as all others', async () => {
    const metrics = { loss: curve(30_000, (step) => step), tokens: curve(30_000, (step) => step * 10) };
    const panel = await browser.show(chartScenario('loss', [fakeRun(0, { metrics })]));
    await panel.drawn('loss');
    await panel.page.getByRole('combobox', { name: 'x', exact: true }).selectOption('expression');
    const input = panel.page.getByRole('combobox', { name: 'Metric or expression for the x axis' });
    await input.fill('tokens');
    await input.press('Enter');
    const label = (): Promise<string | null> => panel.chart('loss').getByRole('img').getAttribute('aria-label');
    await until('x is the metric', async () => /from 0 to 299,990/.test((await label()) ?? ''));
    await panel.drawn('loss');
    const box = await panel.canvas('loss').boundingBox();
    assert.ok(box);
    for (let i = 0; i < 9; i++) {
      const place = { deltaY: -300, ctrlKey: true, clientX: box.x + box.width / 2, clientY: box.y + 60 };
      await panel.canvas('loss').dispatchEvent('wheel', place);
      await panel.drawn('loss');
    }
    await until('the part was read', async () => {
      const { range } = await last(panel, 'series');
      return range !== undefined && range.max - range.min < 4000;
    });
    const { x, range } = await last(panel, 'series');
    assert.deepEqual(x, { expression: '`tokens`' });
    assert.ok((range?.min ?? 0) > 10_000);
    await panel.drawn('loss');
    await panel.canvas('loss').hover({ position: { x: box.width / 2, y: 60 } });
    // A point by itself: no mean of a bucket.
    await panel.page.locator('.lb-tooltip-row').first().waitFor();
    await until('points are raw', async () => (await panel.page.locator('.lb-tooltip-note').count()) === 0);
    assert.deepEqual(panel.errors, []);
  });

  it('export all points, and a picture with its data below', async () => {
    const many = curve(25_000, (step) => step / 3);
    const panel = await browser.show(
      chartScenario('a/loss', [fakeRun(0, { name: 'first', metrics: { 'a/loss': many } })]),
    );
    await panel.drawn('a/loss');
    await menu(panel, 'a/loss', 'Save All Points As CSV…');
    await panel.askedFor('saveFile');
    const csv = await last(panel, 'saveFile');
    assert.equal(csv.name, 'a-loss.csv');
    const rows = textOf(csv.content).trim().split('\r\n');
    assert.equal(rows.length, 25_001);
    assert.match(rows[2] ?? '', /,first,a\/loss,1,0\.3333333333333333$/);
    assert.equal(new Set(rows).size, rows.length);
    await menu(panel, 'a/loss', 'Save As SVG…');
    await panel.askedFor('saveFile', 2);
    const content = textOf((await last(panel, 'saveFile')).content);
    assert.ok(content.startsWith('<svg') && content.includes('>a/loss<') && content.includes('>first<'));
    await menu(panel, 'a/loss', 'Save As PNG…');
    await panel.askedFor('saveFile', 3);
    assert.equal((await last(panel, 'saveFile')).name, 'a-loss.png');
    assert.deepEqual(panel.errors, []);
  });

  it('export bars as bars, the best first, with names, values and the data below', async () => {
    const one = (slot: number, value: number): FakeRun =>
      fakeRun(slot, { name: `run-${slot}`, metrics: { 'test/acc': { steps: [9], values: [value] } } });
    const runs = [one(0, 0.5), one(1, 1), one(2, -0.25)];
    const panel = await browser.show(compareScenario(runs));
    await until('bars are there', async () => (await panel.chart('test/acc').locator('.lb-bar-row').count()) === 3);
    await menu(panel, 'test/acc', 'Save As SVG…');
    await panel.askedFor('saveFile');
    const content = textOf((await last(panel, 'saveFile')).content);
    const texts = [...content.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text);
    const data = ['run-1', 'run-0', 'run-2'].flatMap((name, i) => {
      const value = ['1.0000', '0.5000', '−0.2500'][i];
      return [name, value, value, value];
    });
    const drawn = ['run-1', '1.0000', 'run-0', '0.5000', 'run-2', '−0.2500'];
    assert.deepEqual(texts, ['test/acc', ...drawn, 'Last', 'Min', 'Max', ...data]);
    const bars = [...content.matchAll(/<path d="M([\d.]+) [\d.]+L([\d.]+) [^"]*Z" fill/g)]
      .slice(1)
      .map(([, left, right]) => ({ left: Number(left), right: Number(right) }));
    const [best, half, negative] = bars;
    assert.ok(best && half && negative && bars.length === 3, JSON.stringify(bars));
    const length = best.right - best.left;
    assert.ok(length > 200, 'the longest one has the room that there is');
    assert.ok(Math.abs(half.right - half.left - length / 2) < 0.1, JSON.stringify(bars));
    assert.ok(Math.abs(negative.right - negative.left - length / 4) < 0.1, JSON.stringify(bars));
    assert.ok(Math.abs(negative.right - best.left) < 0.1 && half.left === best.left, 'zero is at one place');
    await menu(panel, 'test/acc', 'Save As PNG…');
    await panel.askedFor('saveFile', 2);
    assert.equal((await last(panel, 'saveFile')).name, 'test-acc.png');
    assert.deepEqual(panel.errors, []);
  });

  it('export the least and the largest of the finite values, as tables have them, and none where there is none', async () => {
    const of = (...values: (number | 'NaN' | 'Infinity')[]) => ({ steps: values.map((_, step) => step), values });
    const runs = [
      fakeRun(0, { name: 'odd', metrics: { loss: of('NaN', 'NaN') } }),
      fakeRun(1, { name: 'reached', metrics: { loss: of(2, 15124, 'Infinity') } }),
    ];
    const panel = await browser.show(chartScenario('loss', runs));
    await panel.drawn('loss');
    await menu(panel, 'loss', 'Save As SVG…');
    await panel.askedFor('saveFile');
    const content = textOf((await last(panel, 'saveFile')).content);
    const texts = [...content.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text);
    const rows = texts.slice(texts.indexOf('Max') + 1);
    assert.deepEqual(rows, ['odd', 'NaN', 'reached', '+Inf', '2', '15,124']);
    assert.deepEqual(panel.errors, []);
  });

  it('say at the chart why it could not be saved', async () => {
    const panel = await browser.show(chartScenario('loss', [fakeRun(0, { metrics: { loss: line(50, 1) } })]));
    await panel.drawn('loss');
    await panel.host(({ page }) => page.host.fail('saveFile', 'No room left on the disk.'), undefined);
    await menu(panel, 'loss', 'Save As SVG…');
    const failure = panel.chart('loss').getByRole('alert');
    await failure.getByText(/No room left on the disk\./).waitFor();
    await failure.getByRole('button', { name: 'Dismiss' }).click();
    await failure.waitFor({ state: 'detached' });
    await menu(panel, 'loss', 'Save As PNG…');
    await failure.waitFor();
    await panel.host(({ page }) => page.host.fail('saveFile', undefined), undefined);
    await menu(panel, 'loss', 'Save As PNG…');
    await failure.waitFor({ state: 'detached' });
  });

  it('have their menu on a right click anywhere in them, whole in a window that has room for it', async () => {
    const panel = await browser.show(compareScenario(twoRuns()), { height: 500 });
    await panel.drawn('a/x');
    const frame = panel.chart('a/x').getByRole('img');
    const open = panel.page.getByRole('menu');
    await frame.click({ button: 'right', position: { x: 100, y: 60 } });
    await open.waitFor();
    await until('the menu is whole', async () => {
      const { top, bottom, isCut } = await open.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        return { top, bottom, isCut: element.scrollHeight > element.clientHeight };
      });
      return top >= 0 && bottom <= 500 && !isCut;
    });
    await open.getByText('Save All Points As CSV…').click();
    await panel.askedFor('saveFile');
    await frame.focus();
    await panel.page.keyboard.press('t');
    await panel.chart('a/x').getByRole('table').click({ button: 'right' });
    assert.equal(await open.count(), 0, 'the text of a table is copied by the menu of VS Code');
    assert.deepEqual(panel.errors, []);
  });

  it('open in a tab of their own', async () => {
    const panel = await browser.show(compareScenario(twoRuns()));
    await panel.drawn('a/x');
    await menu(panel, 'a/x', 'Open in New Tab');
    await panel.askedFor('openChart');
    const { metric, runIds } = await last(panel, 'openChart');
    assert.deepEqual([metric, runIds?.length], ['a/x', 2]);
  });

  it('read only what is new while a run goes on', async () => {
    const run = fakeRun(0, { status: 'RUNNING', metrics: { loss: line(3000, 1) } });
    const panel = await browser.show(runScenario(run));
    await panel.drawn('loss');
    await panel.host(({ page, argument: id }) => page.host.append(id, 'loss', [[3000, 1]]), run.run.id);
    const label = (): Promise<string | null> => panel.chart('loss').getByRole('img').getAttribute('aria-label');
    await until('it grew', async () => /to 3,000/.test((await label()) ?? ''));
    assert.equal((await last(panel, 'series')).known?.length, 1);
    assert.deepEqual(panel.errors, []);
  });

  it('of one section with 1,200 are made near what is in sight', async () => {
    const metrics = Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`m${i}`, line(5, 1)]));
    const panel = await browser.show(runScenario(fakeRun(0, { metrics })));
    await panel.drawn('m0');
    const made = () => panel.page.locator('[data-chart]').count();
    assert.ok((await made()) < 60, `${await made()} charts`);
    await panel.page.locator('.lb-scroll').evaluate((part) => part.scrollTo(0, part.scrollHeight));
    await panel.drawn('m1199');
    assert.ok((await made()) < 60, `${await made()} charts`);
    await panel.page.getByRole('textbox', { name: 'Find charts' }).fill('m1199');
    await panel.drawn('m1199');
  });
});
