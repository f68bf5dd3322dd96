import assert from 'node:assert/strict';
import { runColours } from '../../src/core/runColour';
import { compareScenario, curve, experimentScenario, fakeRun, type FakeRun } from '../fakes/fakeHost/scenario';
import { ofColour, PanelBrowser, until, type Panel, type Pixel } from './panelPage';

const colourOf = (slot: number): string => runColours.dark[slot] ?? '';

describe('Marks in charts', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const of = async (panel: Panel, slot: number): Promise<Pixel[]> =>
    ofColour(await panel.pixels('loss'), colourOf(slot));
  const run = (
    slot: number,
    valueAt: (step: number) => number,
    status: FakeRun['run']['status'] = 'FINISHED',
  ): FakeRun => fakeRun(slot, { name: `run-${slot}`, status, metrics: { loss: curve(81, valueAt) } });

  it('of NaN and infinities stay as they are while another run is brought forward', async () => {
    const odd: Record<number, number> = { 20: NaN, 40: Infinity, 60: -Infinity };
    const panel = await browser.show(
      experimentScenario([run(1, (step) => odd[step] ?? 5), run(0, (step) => step / 10)]),
    );
    await panel.drawn('loss');
    const all = (await of(panel, 1)).length;
    await panel.page.getByRole('row', { name: /run-0,/ }).click();
    await until('the line of the other is dimmed', async () => (await of(panel, 1)).length < all / 3);
    const columns = new Set((await of(panel, 1)).map(({ x }) => Math.round(x / 20)));
    assert.equal(columns.size, 3, [...columns].join(' '));
    const y = (await of(panel, 1)).map((pixel) => pixel.y);
    assert.ok(Math.max(...y) - Math.min(...y) > 60);
  });

  it('end with the run that goes on, and ring the best value of all', async () => {
    const live = run(0, () => 5, 'RUNNING');
    const panel = await browser.show(compareScenario([live, run(1, (step) => (step === 40 ? 1 : 9))]));
    await panel.drawn('loss');
    const right = Math.max(...(await of(panel, 0)).map(({ x }) => x));
    const rows = async (): Promise<number> =>
      new Set((await of(panel, 0)).filter(({ x }) => x > right - 7).map(({ y }) => y)).size;
    assert.ok((await rows()) >= 5, 'a dot');
    await panel.host(({ page, argument }) => page.host.change(argument, { status: 'FINISHED' }), live.run.id);
    await until('the dot is gone', async () => (await rows()) <= 2);
    // A hollow ring: of the run's colour around, of the background inside.
    const rung = await of(panel, 1);
    const low = Math.max(...rung.map(({ y }) => y));
    const ring = rung.filter(({ y }) => y > low - 9);
    const centre = ring.reduce((sum, { x }) => sum + x, 0) / ring.length;
    assert.equal(ring.filter(({ x, y }) => Math.abs(x - centre) < 1.5 && Math.abs(y - low + 4) < 1.5).length, 0);
    assert.ok(ring.length >= 8, String(ring.length));
  });

  it('of NaN and infinities are whole at both ends of the axis', async () => {
    const odd: Record<number, number> = { 0: NaN, 80: -Infinity };
    const panel = await browser.show(compareScenario([run(0, (step) => odd[step] ?? 5)]));
    await panel.drawn('loss');
    const pixels = await of(panel, 0);
    const bottom = Math.max(...pixels.map(({ y }) => y));
    const marks = pixels.filter(({ y }) => y > bottom - 10);
    const [left, right] = [Math.min(...marks.map(({ x }) => x)), Math.max(...marks.map(({ x }) => x))];
    const widthOf = (near: readonly Pixel[]): number => new Set(near.map(({ x }) => x)).size;
    const widths = [widthOf(marks.filter(({ x }) => x < left + 20)), widthOf(marks.filter(({ x }) => x > right - 20))];
    assert.ok(
      widths.every((each) => each >= 6),
      widths.join(' '),
    );
  });

  it('of single points are whole at both ends of the axis', async () => {
    // The lowest has the ring of the best.
    const values: Record<number, number> = { 0: 5, 20: 9, 60: 1, 80: 5 };
    const panel = await browser.show(compareScenario([run(0, (step) => values[step] ?? NaN)]));
    await panel.drawn('loss');
    const seen = (await panel.pixels('loss')).filter(({ alpha }) => alpha > 100);
    const dots = ofColour(
      seen.map((each) => ({ ...each, alpha: 255 })),
      colourOf(0),
    );
    const columnsOf = (near: readonly Pixel[]): number => new Set(near.map(({ x }) => x)).size;
    const top = Math.min(...dots.map(({ y }) => y));
    const whole = columnsOf(dots.filter(({ y }) => y < top + 12));
    // Half way down, as marks of NaN are at the bottom.
    const bottom = Math.max(...dots.map(({ y }) => y));
    const middle = dots.filter(({ y }) => y > top + 24 && y < bottom - 40);
    const [left, right] = [Math.min(...middle.map(({ x }) => x)), Math.max(...middle.map(({ x }) => x))];
    const ends = [middle.filter(({ x }) => x < left + 20), middle.filter(({ x }) => x > right - 20)].map(columnsOf);
    assert.ok(whole >= 4 && ends.every((each) => each >= 4), `${ends.join(' ')} of ${whole}`);
  });

  it('stand over an axis without numbers where no value is finite', async () => {
    const panel = await browser.show(compareScenario([run(0, () => NaN), run(1, () => NaN)]));
    await panel.drawn('loss');
    const inGutter = (pixels: readonly Pixel[]): Pixel[] => {
      const bottom = Math.max(...pixels.map(({ y }) => y));
      return pixels.filter(({ x, y }) => x < 36 && y < bottom - 24);
    };
    assert.equal(inGutter(await panel.pixels('loss')).length, 0);
    await panel.host(({ page, argument }) => page.host.append(argument, 'loss', [[81, 3]]), run(0, () => 0).run.id);
    await until('a number has come', async () => inGutter(await panel.pixels('loss')).length > 0);
  });

  it('are dots where a logarithmic axis has no place for the points beside', async () => {
    const values: Record<number, number> = { 20: 5, 60: 50 };
    const panel = await browser.show(compareScenario([run(0, (step) => values[step] ?? 0)]));
    await panel.drawn('loss');
    await panel.page.getByRole('button', { name: 'Log y' }).click();
    await panel.chart('loss').getByText('79 points ≤ 0 are not drawn').waitFor();
    await until('two dots are there', async () => {
      const pixels = await of(panel, 0);
      const places = new Set(pixels.map(({ x }) => Math.round(x / 30)));
      return pixels.length >= 8 && pixels.length < 80 && places.size >= 2 && places.size <= 4;
    });
  });

  it('of a group that one run is left of are told with how many runs it has', async () => {
    const member = (slot: number, valueAt: (step: number) => number): FakeRun =>
      fakeRun(slot, { params: { model: slot < 2 ? 'a' : 'b' }, metrics: { loss: curve(81, valueAt) } });
    const runs = [member(0, () => 5), member(1, () => NaN), member(2, () => 1)];
    const panel = await browser.show(experimentScenario(runs));
    const { page } = panel;
    await panel.drawn('loss');
    await page.getByRole('button', { name: 'Group', exact: true }).click();
    await page.getByRole('checkbox', { name: 'model' }).click();
    await page.keyboard.press('Escape');
    await page.locator('.lb-footer').getByText('2 groups').waitFor();
    await panel.drawn('loss');
    const rows = page.locator('.lb-tooltip-row');
    await until('the cross-hair tells it of both groups', async () => {
      await panel.canvas('loss').hover({ position: { x: 200, y: 60 } });
      const texts = await rows.allInnerTexts();
      return /n = 1 of 2$/.test(texts[0] ?? '') && /n = 1$/.test(texts[1] ?? '');
    });
    assert.deepEqual(panel.errors, []);
  });
});
