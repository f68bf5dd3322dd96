import assert from 'node:assert/strict';
import { compareScenario, curve, experimentScenario, fakeRun } from '../fakes/fakeHost/scenario';
import { PanelBrowser, until, type Panel } from './panelPage';

const going = fakeRun(1, { status: 'RUNNING', metrics: { loss: curve(100, (step) => step) } });
const done = fakeRun(0, { metrics: { loss: curve(100, (step) => 2 * step) } });

describe('The tooltip of a chart', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const head = (panel: Panel) => panel.page.locator('.lb-tooltip-head > :first-child');
  const rows = (panel: Panel) => panel.page.locator('.lb-tooltip-row').allInnerTexts();
  /** What it tells, and where it stands. */
  const told = async (panel: Panel): Promise<unknown> => ({
    at: await head(panel).innerText(),
    rows: await rows(panel),
    box: await panel.page.locator('.lb-tooltip').boundingBox(),
  });
  /** As long as the chart is behind. */
  const grow = async (panel: Panel, from: number, to: number): Promise<void> => {
    const points = Array.from({ length: to - from }, (_, i) => [from + i, from + i] as const);
    await panel.host(({ page, argument }) => page.host.append(argument.id, 'loss', argument.points), {
      id: going.run.id,
      points,
    });
    const last = (): Promise<string | null> => panel.canvas('loss').getAttribute('data-last');
    await until(`the chart goes to ${to - 1}`, async () => (await last()) === `${to - 1}`);
    await until('it is drawn', () => panel.isDrawn('loss'));
  };
  const crossHair = async (panel: Panel): Promise<number> =>
    Math.round((await panel.page.locator('.lb-cross.lb-here').boundingBox())?.x ?? -1);

  it('stays, and tells of the same step, while values come and the pointer rests', async () => {
    const panel = await browser.show(experimentScenario([going, done]));
    await panel.drawn('loss');
    await panel.canvas('loss').hover({ position: { x: 240, y: 60 } });
    await head(panel).waitFor();
    const [before, line] = [await told(panel), await crossHair(panel)];
    await grow(panel, 100, 150);
    await until('the cross-hair went with its step', async () => (await crossHair(panel)) < line - 20);
    assert.deepEqual(await told(panel), before);
    await panel.canvas('loss').hover({ position: { x: 241, y: 60 } });
    await until('it is back at the pointer', async () => Math.abs((await crossHair(panel)) - line) < 5);
    assert.notEqual(await head(panel).innerText(), (before as { at: string }).at);
    assert.deepEqual(panel.errors, []);
  });

  it('put there by keys stays where they put it, also while the pointer rests elsewhere in the chart', async () => {
    const panel = await browser.show(experimentScenario([going, done]));
    await panel.drawn('loss');
    await panel.canvas('loss').hover({ position: { x: 240, y: 60 } });
    await head(panel).waitFor();
    await panel.chart('loss').getByRole('img').focus();
    for (const key of ['Enter', 'Shift+ArrowLeft', 'Shift+ArrowLeft', 'ArrowUp']) {
      await panel.page.keyboard.press(key);
    }
    const before = await told(panel);
    await grow(panel, 100, 150);
    assert.deepEqual(await told(panel), before);
    const step = Number(/\d+/.exec(await head(panel).innerText())?.[0]);
    await panel.page.keyboard.press('ArrowLeft');
    await until('one to the left', async () => (await head(panel).innerText()) === `Step ${step - 1}`);
    assert.deepEqual(panel.errors, []);
  });

  it('tells after + and - what is drawn then, beside the cross-hair, and says how far x goes', async () => {
    // Of 0 and 1 in turn the means are between; each point by itself is not.
    const runs = [0, 1].map((slot) => fakeRun(slot, { metrics: { loss: curve(6000, (step) => (step + slot) % 2) } }));
    const panel = await browser.show(compareScenario(runs));
    await panel.drawn('loss');
    await panel.chart('loss').getByRole('img').focus();
    for (const key of ['Enter', 'ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight']) {
      await panel.page.keyboard.press(key);
    }
    const note = panel.page.locator('.lb-tooltip-note');
    await note.waitFor();
    const values = async (): Promise<string[]> => (await rows(panel)).map((text) => text.split('\n').at(-1) ?? '');
    assert.ok((await values()).some((value) => value !== '0' && value !== '1'));
    const at = await head(panel).innerText();
    for (let count = 0; count < 5; count++) {
      await panel.page.keyboard.press('+');
    }
    await until('each point is read', async () => (await note.count()) === 0);
    assert.deepEqual((await values()).sort(), ['0', '1']);
    assert.equal(await head(panel).innerText(), at);
    const spoken = panel.page.locator('.lb-spoken[aria-live]');
    assert.match((await spoken.allInnerTexts()).join(), /steps [\d,]+ to [\d,]+/);
    const line = await crossHair(panel);
    const box = await panel.page.locator('.lb-tooltip').boundingBox();
    assert.ok(box && Math.abs(box.x - line) < 40, `${box?.x} beside ${line}`);
    await panel.page.keyboard.press('0');
    await note.waitFor();
    await until('all of it is said', async () => (await spoken.allInnerTexts()).join().includes('steps 0 to 5,999'));
    assert.deepEqual(panel.errors, []);
  });

  it('that is kept stays where it was clicked, and tells after a zoom what is drawn then', async () => {
    const runs = [0, 1].map((slot) => fakeRun(slot, { metrics: { loss: curve(6000, (step) => (step + slot) % 2) } }));
    const panel = await browser.show(compareScenario(runs));
    await panel.drawn('loss');
    await panel.canvas('loss').click({ position: { x: 240, y: 60 } });
    const kept = panel.page.locator('.lb-tooltip.lb-kept');
    await kept.waitFor();
    const [at, box] = [await head(panel).innerText(), await kept.boundingBox()];
    await panel.page.locator('.lb-tooltip-note').waitFor();
    await panel.chart('loss').locator('.lb-chart-frame').focus();
    for (let count = 0; count < 5; count++) {
      await panel.page.keyboard.press('+');
    }
    await until('each point is read', async () => (await panel.page.locator('.lb-tooltip-note').count()) === 0);
    assert.equal(await head(panel).innerText(), at);
    const after = await kept.boundingBox();
    assert.deepEqual([after?.x, after?.y], [box?.x, box?.y]);
  });

  it('tells the place on the axis that is drawn, until the curves over another x are there', async () => {
    const panel = await browser.show(experimentScenario([done]));
    await panel.drawn('loss');
    await panel.canvas('loss').hover({ position: { x: 240, y: 60 } });
    await head(panel).waitFor();
    const at = await head(panel).innerText();
    assert.match(at, /^Step \d+$/);
    await panel.host(({ page }) => page.host.slow(60_000, ['series']), undefined);
    // By keys, so that the pointer rests in the chart.
    await panel.page.getByRole('combobox', { name: 'x', exact: true }).selectOption('relative');
    await panel.canvas('loss').hover({ position: { x: 239, y: 60 } });
    await panel.canvas('loss').hover({ position: { x: 240, y: 60 } });
    assert.equal(await head(panel).innerText(), at);
    assert.deepEqual(panel.errors, []);
  });
});
