import assert from 'node:assert/strict';
import { PNG } from 'pngjs';
import { curve, experimentScenario, fakeRun, type FakeRun } from '../fakes/fakeHost/scenario';
import { exampleRuns } from './examples';
import { forPictures, rest, take } from './kept';
import { likeness, packed } from './likeness';
import { PanelBrowser, type Panel } from './panelPage';

const wave = (slot: number) => curve(60, (step) => Math.sin(step / 9) + slot);
const runs = (...slots: number[]): FakeRun[] => slots.map((slot) => fakeRun(slot, { metrics: { loss: wave(slot) } }));

function moved(picture: PNG, dx: number, dy: number): PNG {
  const { width, height } = picture;
  const other = new PNG({ width, height });
  PNG.bitblt(picture, other, 0, 0, width, height, 0, 0);
  PNG.bitblt(picture, other, 0, 0, width - dx, height - dy, dx, dy);
  return other;
}

/** As if letters and lines were drawn softer: each pixel with a fifth of its right neighbour. */
function softer(picture: PNG): PNG {
  const other = moved(picture, 0, 0);
  for (let at = 0; at + 7 < picture.data.length; at++) {
    other.data[at] = Math.round(0.8 * (picture.data[at] ?? 0) + 0.2 * (picture.data[at + 4] ?? 0));
  }
  return other;
}

/** Styles a page, in place of what it was styled with before; not by an element, which the panel's policy forbids. */
async function style({ page }: Panel, css: string): Promise<void> {
  await page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet];
  }, css);
}

describe('The looks of panels are told apart as an eye does', () => {
  let browser: PanelBrowser;
  let panel: Panel;
  let expected: PNG;
  before(async () => {
    browser = await PanelBrowser.open();
    panel = await browser.show(experimentScenario(exampleRuns()), forPictures);
    await panel.drawn('val/loss');
    // What comes after the chart, as trends and numbers do, is in the picture too.
    await rest(panel);
    expected = await take(panel);
  });
  after(() => browser.dispose());

  /** What is seen while a style holds. */
  const styled = async (css: string): Promise<PNG> => {
    await style(panel, css);
    try {
      return await take(panel);
    } finally {
      await style(panel, '');
    }
  };

  it('the same moved by a pixel, drawn softer, or with fewer colours in its file, is alike', () => {
    for (const other of [
      moved(expected, 1, 0),
      moved(expected, 0, 1),
      softer(expected),
      PNG.sync.read(packed(expected)),
    ]) {
      assert.deepEqual({ ...likeness(other, expected), off: [] }, { ...likeness(expected, expected), off: [] });
    }
  });

  it('without the toolbar, a column, or the charts, and with other colours, it is not', async () => {
    const styles = {
      toolbar: '[role="toolbar"], .lb-toolbar { visibility: hidden }',
      column: '[data-field="metric:min:val/loss"] { visibility: hidden }',
      charts: '[data-chart="val/loss"] canvas { visibility: hidden }',
      background: 'html { background: #242424 !important } body { background: #2c2c2c !important }',
      text: '.lb-row { color: #7a7a7a !important } .lb-row * { color: inherit !important }',
    };
    for (const [what, css] of Object.entries(styles)) {
      const found = likeness(await styled(css), expected);
      assert.equal(found.isAlike, false, `${what}: ${found.reason}`);
    }
    assert.equal(likeness(await take(panel), expected).isAlike, true);
  });

  it('without one of three curves, or with a curve in another colour, it is not', async () => {
    const show = async (all: FakeRun[]): Promise<PNG> => {
      const other = await browser.show(experimentScenario(all), forPictures);
      await other.drawn('loss');
      await rest(other);
      await style(other, '[role="treegrid"] { visibility: hidden }');
      return take(other);
    };
    const [three, two] = [await show(runs(0, 1, 2)), await show(runs(0, 1))];
    const recoloured = [...runs(0, 2), fakeRun(6, { metrics: { loss: wave(1) } })];
    assert.equal(likeness(two, three).isAlike, false);
    const found = likeness(await show(recoloured), three);
    assert.equal(found.isAlike, false, found.reason);
  });
});
