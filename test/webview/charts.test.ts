import assert from 'node:assert/strict';
import { runColours } from '../../src/core/runColour';
import {
  chartScenario,
  compareScenario,
  curve,
  experimentScenario,
  fakeRun,
  noise,
  runScenario,
  type FakeRun,
} from '../fakes/fakeHost/scenario';
import { ofColour, PanelBrowser, until, type Panel, type Pixel } from './panelPage';

const dark = runColours.dark;
const colourOf = (slot: number): string => dark[slot] ?? '';
const line = (count: number, slope: number) => curve(count, (step) => 1 + slope * step);

function oneCurve(
  slot: number,
  options: Partial<FakeRun['run']> & { values?: FakeRun['metrics'][string] } = {},
): FakeRun {
  const { values = line(50, 1), ...run } = options;
  const made = fakeRun(slot, { metrics: { loss: values } });
  return { ...made, run: { ...made.run, ...run } };
}

const extent = (pixels: readonly Pixel[], of: 'x' | 'y'): { min: number; max: number } => ({
  min: Math.min(...pixels.map((pixel) => pixel[of])),
  max: Math.max(...pixels.map((pixel) => pixel[of])),
});

/** What the charts have asked for since the last look. */
const seriesKeys = (panel: Panel): Promise<string[]> =>
  panel.host(
    ({ page }) =>
      page.host.requests.flatMap(({ method, params }) =>
        method === 'series' && typeof params === 'object' && params !== null && 'keys' in params
          ? (params.keys as string[])
          : [],
      ),
    null,
  );

describe('Charts', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('draw each run in its own colour', async () => {
    const runs = [2, 4, 5].map((slot) => oneCurve(slot, { values: line(50, slot) }));
    const panel = await browser.show(compareScenario(runs));
    await panel.drawn('loss');
    const pixels = await panel.pixels('loss');
    for (const slot of [2, 4, 5]) {
      assert.ok(ofColour(pixels, colourOf(slot)).length > 100, `slot ${slot}`);
    }
    assert.equal(ofColour(pixels, colourOf(0)).length, 0);
    // The steepest ends highest.
    const tops = [2, 4, 5].map((slot) => extent(ofColour(pixels, colourOf(slot)), 'y').min);
    assert.deepEqual(
      [...tops].sort((a, b) => b - a),
      tops,
    );
  });

  it('take a colour that a run brings itself', async () => {
    const panel = await browser.show(runScenario(oneCurve(2, { colour: '#ff00ff' })));
    await panel.drawn('loss');
    const pixels = await panel.pixels('loss');
    assert.ok(ofColour(pixels, '#ff00ff').length > 100);
    assert.equal(ofColour(pixels, colourOf(2)).length, 0);
  });

  it('cut the lines of later runs of a colour', async () => {
    const drawnColumns = async (slot: number): Promise<number> => {
      const panel = await browser.show(runScenario(oneCurve(slot, { values: curve(50, () => 1) })));
      await panel.drawn('loss');
      return new Set(ofColour(await panel.pixels('loss'), colourOf(0)).map(({ x }) => x)).size;
    };
    const [solid, dashed] = [await drawnColumns(0), await drawnColumns(12)];
    assert.ok(dashed > solid * 0.4 && dashed < solid * 0.9, `${dashed} of ${solid} columns`);
  });

  it('follow the theme', async () => {
    const panel = await browser.show(runScenario(oneCurve(1)));
    await panel.drawn('loss');
    await panel.host(({ page }) => page.setTheme('light'), null);
    await until('the curve is in the light colour', async () => {
      const pixels = await panel.pixels('loss');
      return ofColour(pixels, runColours.light[1] ?? '').length > 100 && ofColour(pixels, colourOf(1)).length === 0;
    });
    // Also where the system gives colours: the theme's stand on the theme's background.
    await panel.page.emulateMedia({ forcedColors: 'active' });
    const ground = await panel.page.locator('.lb-plot').evaluate((plot) => {
      const { forcedColorAdjust, backgroundColor } = getComputedStyle(plot);
      return [forcedColorAdjust, backgroundColor];
    });
    assert.deepEqual(ground, ['none', 'rgb(255, 255, 255)']);
  });

  it('grow live on the same canvas, without waiting for more where nothing came for a while', async () => {
    const run = oneCurve(0, { status: 'RUNNING', values: line(20, 1) });
    const panel = await browser.show(runScenario(run));
    await panel.drawn('loss');
    const canvas = await panel.canvas('loss').elementHandle();
    await panel.host(({ page, argument: id }) => {
      // What is put off for longer than charts gather what the user does, waits for ever.
      const later = window.setTimeout.bind(window);
      window.setTimeout = ((act: () => void, time = 0) =>
        time > 100 ? 0 : later(act, time)) as typeof window.setTimeout;
      page.host.append(id, 'loss', [
        [20, 30],
        [21, 31],
      ]);
    }, run.run.id);
    await until('it is drawn', async () => (await panel.canvas('loss').getAttribute('data-last')) === '21');
    assert.ok(await canvas?.evaluate((element) => element.isConnected), 'the canvas was replaced');
    assert.match((await panel.chart('loss').getByRole('img').getAttribute('aria-label')) ?? '', /steps 0 to 21/);
  });

  it('never empty the canvas while they grow', async () => {
    const run = oneCurve(0, { status: 'RUNNING' });
    const panel = await browser.show(runScenario(run));
    await panel.drawn('loss');
    const seen = await panel.host(async ({ page, argument: id }) => {
      const element = document.querySelector('canvas');
      const context = element?.getContext('2d');
      let [frames, empty] = [0, 0];
      const pictures = new Set<string>();
      const from = performance.now();
      const passed = (): number => performance.now() - from;
      // A slow machine gets longer for as many.
      const isEnough = (): boolean => passed() > 2500 && frames > 20 && pictures.size >= 5;
      for (let step = 50; !isEnough() && passed() < 15_000 && element && context; step++) {
        page.host.append(id, 'loss', [[step, step]]);
        await new Promise(requestAnimationFrame);
        const { data } = context.getImageData(0, 0, element.width, element.height);
        frames++;
        empty += data.some((value, i) => i % 4 === 3 && value > 0) ? 0 : 1;
        pictures.add(element.toDataURL());
      }
      return { frames, empty, pictures: pictures.size, seconds: passed() / 1000 };
    }, run.run.id);
    assert.ok(seen.frames > 20, JSON.stringify(seen));
    assert.equal(seen.empty, 0);
    // Four repaints a second at most.
    assert.ok(seen.pictures >= 5 && seen.pictures <= 5.6 * seen.seconds, JSON.stringify(seen));
  });

  it('show a first metric of a run that had none', async () => {
    const run = fakeRun(0, { status: 'RUNNING' });
    const panel = await browser.show(runScenario(run));
    await panel.page.getByText('No metrics yet').waitFor();
    await panel.host(({ page, argument: id }) => page.host.append(id, 'acc', [[0, 0.5]]), run.run.id);
    await panel.drawn('acc');
    await panel.host(({ page, argument: id }) => page.host.append(id, 'acc', [[1, 0.7]]), run.run.id);
    await until('the curve is drawn', async () => ofColour(await panel.pixels('acc'), colourOf(0)).length > 200);
  });

  it('mark NaN at the bottom and infinities at their ends, and break the line there', async () => {
    const odd: Record<number, number> = { 20: NaN, 40: Infinity, 60: -Infinity };
    const values = curve(81, (step) => odd[step] ?? 5);
    const panel = await browser.show(runScenario(oneCurve(0, { values })));
    await panel.drawn('loss');
    const marks = ofColour(await panel.pixels('loss'), colourOf(0));
    const { min: left, max: right } = extent(marks, 'x');
    const middle = marks.filter(({ x }) => x < left + (right - left) / 8);
    const row = extent(middle, 'y').min;
    const near = (share: number, reach: number): Pixel[] =>
      marks.filter(({ x }) => Math.abs(x - (left + (right - left) * share)) < reach);
    for (const share of [0.25, 0.5, 0.75]) {
      assert.equal(near(share, 2).filter(({ y }) => Math.abs(y - row) < 3).length, 0, `a gap at ${share}`);
      assert.ok(
        near(share, 5).some(({ y }) => Math.abs(y - row) > 20),
        `a mark at ${share}`,
      );
    }
    assert.ok(
      near(0.25, 5).every(({ y }) => y > row - 3),
      'NaN is below',
    );
    assert.ok(
      near(0.5, 5).every(({ y }) => y < row + 3),
      '+Inf is above',
    );
    assert.ok(
      near(0.75, 5).every(({ y }) => y > row - 3),
      '-Inf is below',
    );
  });

  it('draw what is near the ends of doubles', async () => {
    const tiny = { steps: [0, 1, 2], values: [5e-324, 1e-300, 1e-310] };
    const huge = { steps: [0, 1, 2], values: [-1.7976931348623157e308, 1.7976931348623157e308, 0] };
    const run = fakeRun(0, { metrics: { 'a/tiny': tiny, 'a/huge': huge } });
    const panel = await browser.show(runScenario(run));
    for (const key of ['a/tiny', 'a/huge']) {
      await panel.drawn(key);
      const pixels = ofColour(await panel.pixels(key), colourOf(0));
      const { min, max } = extent(pixels, 'y');
      assert.ok(max - min > 80, `${key}: ${max - min}`);
    }
    assert.deepEqual(panel.errors, []);
  });

  it('draw a single point, and of finished runs with one value each bars, the best first', async () => {
    const one = (slot: number, value: number): FakeRun =>
      fakeRun(slot, {
        name: `run-${slot}`,
        metrics: { 'test/acc': { steps: [9], values: [value] }, 'test/loss': { steps: [9], values: [value] } },
      });
    const panel = await browser.show(compareScenario([one(0, 0.7), one(1, 0.9), one(2, 0.8)]));
    const rows = (metric: string) => panel.chart(metric).locator('.lb-bar-row').allInnerTexts();
    const names = async (metric: string): Promise<string[]> => {
      await until('bars are there', async () => (await rows(metric)).length === 3);
      return (await rows(metric)).map((text) => text.split(/\s+/)[0] ?? '');
    };
    assert.deepEqual(await names('test/acc'), ['run-1', 'run-2', 'run-0']);
    assert.deepEqual(await names('test/loss'), ['run-0', 'run-2', 'run-1']);
    const label = (metric: string) => panel.chart(metric).locator('.lb-chart-frame').getAttribute('aria-label');
    assert.equal(await label('test/acc'), 'test/acc, 3 runs, one value a run, highest 0.9000 run-1');
    assert.equal(await label('test/loss'), 'test/loss, 3 runs, one value a run, lowest 0.7000 run-0');
  });

  it('show the whole values at bars, however long, and none that is not a number as the best', async () => {
    const one = (slot: number, long: number): FakeRun => {
      const of = (value: number | 'NaN') => ({ steps: [9], values: [value] });
      return fakeRun(slot, { metrics: { 'test/acc': of(long), 'test/loss': of('NaN') } });
    };
    const runs = [one(0, -9007199254740991), one(1, 9007199254740990), one(2, 4503599627370496)];
    const panel = await browser.show(compareScenario(runs), { width: 360, height: 1100 });
    const bars = panel.chart('test/acc').locator('.lb-bar-room');
    await until('bars are there', async () => (await bars.count()) === 3);
    const rooms = await bars.evaluateAll((all) =>
      all.map((room) => {
        const [bar, value] = [...room.children].map((each) => each.getBoundingClientRect());
        return { bar: bar?.width ?? 0, left: (value?.right ?? Infinity) - room.getBoundingClientRect().right };
      }),
    );
    assert.ok(
      rooms.every(({ left }) => left <= 0),
      JSON.stringify(rooms),
    );
    // The lengths still say what the values are to each other.
    const [whole = 0, half = 0, negative = 0] = rooms.map(({ bar }) => bar);
    assert.ok(whole > 4 && Math.abs(whole - 2 * half) < 1 && Math.abs(whole - negative) < 1, JSON.stringify(rooms));
    const loss = panel.chart('test/loss');
    await until('they are there', async () => (await loss.getByText('NaN', { exact: true }).count()) === 3);
    assert.equal(await loss.locator('.lb-best-value').count(), 0);
    assert.equal(await panel.chart('test/acc').locator('.lb-best-value').count(), 1);
  });

  it('write the best value as large as the others, also beside a table, and show what is pressed where the system gives colours', async () => {
    const one = (slot: number, value: number): FakeRun =>
      fakeRun(slot, { metrics: { 'test/acc': { steps: [9], values: [value] } } });
    const panel = await browser.show(experimentScenario([one(1, 0.9), one(0, 0.7)]));
    const values = panel.chart('test/acc').locator('.lb-bar-room > span');
    await until('bars are there', async () => (await values.count()) === 2);
    const styles = await values.evaluateAll((all) =>
      all.map((each) => getComputedStyle(each)).map(({ fontSize, fontWeight }) => [fontSize, fontWeight]),
    );
    assert.deepEqual(styles, [
      [styles[1]?.[0], '600'],
      [styles[1]?.[0], '400'],
    ]);
    await panel.page.emulateMedia({ forcedColors: 'active' });
    const outline = (name: string): Promise<string> =>
      panel.page.getByRole('button', { name, exact: true }).evaluate((each) => getComputedStyle(each).outlineStyle);
    assert.deepEqual([await outline('Min/max'), await outline('Log y')], ['solid', 'none']);
    assert.deepEqual(panel.errors, []);
  });

  it('draw bars of values below zero to the other side of it, and names that tell runs apart whole', async () => {
    const one = (slot: number, value: number): FakeRun =>
      fakeRun(slot, { name: `wrn28-10-lr0.01-s${slot}`, metrics: { 'eval/gain': { steps: [9], values: [value] } } });
    const panel = await browser.show(compareScenario([one(0, 2), one(1, 1), one(2, -1)]));
    const rows = panel.chart('eval/gain').locator('.lb-bar-row');
    await until('bars are there', async () => (await rows.count()) === 3);
    const seen = await rows.evaluateAll((all) =>
      all.map((row) => {
        const [name, bar] = [row.querySelector('.lb-cut-text'), row.querySelector('i')];
        const box = bar?.getBoundingClientRect();
        return {
          left: box?.left ?? NaN,
          right: box?.right ?? NaN,
          isCut: name === null || name.scrollWidth > name.clientWidth,
        };
      }),
    );
    const [two, positive, negative] = seen;
    assert.ok(two && positive && negative);
    const text = JSON.stringify(seen);
    assert.ok(Math.abs(two.left - negative.right) < 1 && Math.abs(two.left - positive.left) < 1, text);
    assert.ok(Math.abs(positive.right - positive.left - (negative.right - negative.left)) < 1, text);
    assert.ok(Math.abs(two.right - two.left - 2 * (positive.right - positive.left)) < 1, text);
    assert.ok(
      seen.every(({ isCut }) => !isCut),
      text,
    );
  });

  it('say where no run has a metric, and draw 50 runs', async () => {
    const random = noise(1);
    const runs = Array.from({ length: 50 }, (_, slot) =>
      fakeRun(slot, { metrics: { acc: curve(60, (step) => step + slot + random()) } }),
    );
    const panel = await browser.show(chartScenario('test/top5', runs));
    await panel.chart('test/top5').getByText('None of the 50 shown runs has test/top5.').waitFor();
    const many = await browser.show(compareScenario(runs));
    await many.drawn('acc');
    assert.deepEqual([...panel.errors, ...many.errors], []);
  });

  it('read only what is in sight', async () => {
    const metrics = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`m${i}`, line(30, 1)]));
    const panel = await browser.show(runScenario(fakeRun(0, { metrics })), { width: 500, height: 500 });
    await panel.drawn('m0');
    const first = new Set(await seriesKeys(panel));
    assert.ok(first.size < 12, `${first.size} charts were read`);
    assert.ok(!first.has('m59'));
    await panel.page.locator('.lb-scroll').evaluate((part) => part.scrollTo(0, part.scrollHeight));
    await panel.drawn('m59');
    assert.equal(await panel.canvas('m0').count(), 0);
  });

  it('read what is less than 240 px below the fold before it is scrolled to, and draw it when it is there', async () => {
    const metrics = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`m${i}`, line(30, 1)]));
    const panel = await browser.show(runScenario(fakeRun(0, { metrics })), { width: 500, height: 600 });
    await panel.drawn('m0');
    const part = panel.page.locator('.lb-scroll');
    // Pixels from what is in sight of the part that scrolls.
    const below = (): Promise<(readonly [metric: string, below: number])[]> =>
      part.evaluate((element) =>
        [...element.querySelectorAll<HTMLElement>('[data-chart]')].map((chart) => {
          const { bottom } = element.getBoundingClientRect();
          return [chart.dataset['chart'] ?? '', chart.getBoundingClientRect().top - bottom] as const;
        }),
      );
    const [first = '', distance = NaN] = (await below()).find(([, each]) => each >= 150) ?? [];
    await panel.page.setViewportSize({ width: 500, height: Math.round(600 + distance - 150) });
    await until('it was asked for', async () => (await seriesKeys(panel)).includes(first));
    const far = (await below()).filter(([, each]) => each > 260).map(([metric]) => metric);
    const keys = new Set(await seriesKeys(panel));
    assert.deepEqual(
      far.filter((metric) => keys.has(metric)),
      [],
    );
    assert.equal(await panel.canvas(first).count(), 0);
    await part.evaluate((element) => element.scrollBy(0, 190));
    await panel.drawn(first);
  });

  it('zoom by dragging, read that part finely, and reset with a double click', async () => {
    const spike = curve(20_000, (step) => (step === 10_007 ? 50 : Math.sin(step / 500)));
    const panel = await browser.show(runScenario(oneCurve(0, { values: spike })));
    await panel.drawn('loss');
    const box = await panel.canvas('loss').boundingBox();
    assert.ok(box);
    const label = () => panel.chart('loss').getByRole('img').getAttribute('aria-label');
    const at = (share: number): number => box.x + 42 + (box.width - 50) * share;
    await panel.page.mouse.move(at(0.495), box.y + 60);
    await panel.page.mouse.down();
    await panel.page.mouse.move(at(0.5), box.y + 60);
    await panel.page.mouse.move(at(0.52), box.y + 60, { steps: 4 });
    await panel.page.locator('.lb-selection').waitFor();
    await panel.page.mouse.up();
    await until('the part was read', async () =>
      panel.host(
        ({ page }) =>
          page.host.requests.some(({ params }) => typeof params === 'object' && params !== null && 'range' in params),
        null,
      ),
    );
    assert.match((await label()) ?? '', /steps/);
    await panel.page.mouse.move(at(0.02), box.y + 60);
    await panel.page.locator('.lb-tooltip').waitFor();
    const step = async (): Promise<number> =>
      Number((await panel.page.locator('.lb-tooltip-head').innerText()).replaceAll(/[^\d]/g, ''));
    assert.ok((await step()) > 9800 && (await step()) < 10_200, String(await step()));
    await panel.page.getByRole('button', { name: /Reset the zoom/ }).waitFor();
    await panel.canvas('loss').dblclick({ position: { x: 100, y: 60 } });
    await panel.page.getByRole('button', { name: /Reset the zoom/ }).waitFor({ state: 'detached' });
    await panel.page.mouse.move(at(0.98), box.y + 60);
    await until('all is shown again', async () => (await step()) > 19_000);
  });

  it('share the cross-hair; the tooltip sorts by value and stays beside the pointer', async () => {
    const runs = [0, 1, 2].map((slot) =>
      fakeRun(slot, { metrics: { 'a/x': line(50, slot + 1), 'a/y': line(50, 3 - slot) } }),
    );
    const panel = await browser.show(compareScenario(runs));
    await panel.drawn('a/x');
    await panel.drawn('a/y');
    await panel.canvas('a/x').hover({ position: { x: 200, y: 20 } });
    const tooltip = panel.page.locator('.lb-tooltip');
    const names = await tooltip.locator('.lb-tooltip-row .lb-grow').allInnerTexts();
    assert.deepEqual(names, ['run-2', 'run-1', 'run-0']);
    assert.equal(
      await tooltip
        .locator('.lb-near')
        .innerText()
        .then((text) => text.split('\n')[0]),
      'run-2',
    );
    assert.equal(await panel.chart('a/y').locator('.lb-cross').count(), 1);
    const pointer = await panel.canvas('a/x').boundingBox();
    const box = await tooltip.boundingBox();
    assert.ok(pointer && box && box.x > pointer.x + 200);
    await panel.page.mouse.move(2, 2);
    await tooltip.waitFor({ state: 'detached' });
  });

  it('do not narrow the y axis while the pointer is inside', async () => {
    const runs = [oneCurve(1, { values: line(50, 100) }), oneCurve(0, { values: line(50, 1) })];
    const panel = await browser.show(experimentScenario(runs));
    await panel.drawn('loss');
    const height = async (): Promise<number> => {
      const { min, max } = extent(ofColour(await panel.pixels('loss'), colourOf(0)), 'y');
      return max - min;
    };
    // With the key, so that the pointer stays where it is.
    await panel.page.getByRole('row', { name: /run-1,/ }).click();
    await panel.canvas('loss').hover({ position: { x: 100, y: 20 } });
    await panel.page.keyboard.press('Space');
    await until('the other run is gone', async () => ofColour(await panel.pixels('loss'), colourOf(1)).length === 0);
    assert.ok((await height()) < 20, String(await height()));
    await panel.page.mouse.move(2, 2);
    await until('the axis fits the run', async () => (await height()) > 60);
  });

  it('have a logarithmic axis that tells what it cannot show', async () => {
    const values = curve(50, (step) => (step < 2 ? -1 : 10 ** (-step / 10)));
    const panel = await browser.show(runScenario(oneCurve(0, { values })));
    await panel.drawn('loss');
    const before = await panel.canvas('loss').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    await panel.page.getByRole('button', { name: 'Log y' }).click();
    await panel.chart('loss').getByText('2 points ≤ 0 are not drawn').waitFor();
    const after = await panel.canvas('loss').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    assert.notEqual(after, before);
    assert.deepEqual(panel.errors, []);
  });

  it('go over time since the start and the clock', async () => {
    const panel = await browser.show(runScenario(oneCurve(0, { values: line(7200, 1) })));
    await panel.drawn('loss');
    const frame = panel.chart('loss').getByRole('img');
    await panel.page.getByRole('combobox', { name: 'x' }).selectOption('relative');
    await until('time since start', async () =>
      /from \S+ to 1h59m59s/.test((await frame.getAttribute('aria-label')) ?? ''),
    );
    await panel.page.getByRole('combobox', { name: 'x' }).selectOption('time');
    await until('the clock', async () => /from Sep 14, 2026/.test((await frame.getAttribute('aria-label')) ?? ''));
    await panel.drawn('loss');
    assert.deepEqual(panel.errors, []);
  });

  it('fail alone, in the server’s words, and try again', async () => {
    const run = fakeRun(0, { metrics: { 'a/good': line(50, 1), 'a/bad': line(50, 2) } });
    const failingSeries = { message: 'The server answered 500: INTERNAL_ERROR', keys: ['a/bad'] };
    const panel = await browser.show({ ...runScenario(run), failingSeries });
    await panel.drawn('a/good');
    await panel.chart('a/bad').getByText('a/bad could not be read').waitFor();
    await panel.chart('a/bad').getByText('The server answered 500: INTERNAL_ERROR').waitFor();
    await panel.photograph('chart-error-dark');
    await panel.host(({ page }) => page.host.fail('series', undefined), null);
    await panel.chart('a/bad').getByRole('button', { name: 'Try Again' }).click();
    await panel.drawn('a/bad');
  });
});
